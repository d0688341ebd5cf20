/**
 * How transactions end: by their producer's EndTxn, by a new producer that fences it, or by their timeout.
 *
 * Kafka answers when the outcome is in its log and writes markers afterwards. Here they are written first, with the same
 * answer: the outcome stands whether or not a log takes its marker at once (TransactionCoordinator.endTransaction).
 * @module
 */
import { ErrorCode } from '../../wire/errors.ts'
import type { AbortTimedOut, ClientTransactionVersion, EndTxn, EndTxnRequest } from './commands.ts'
import { owedMarkers } from './markers.ts'
import type { Outcome } from './outcome.ts'
import { noProducer } from './refusal.ts'
import { isPrepared, TransactionStatus } from './status.ts'
import type { Transaction } from './transaction-record.ts'
import { completed, epochAfter, isEpochExhausted, MAX_EPOCH, prepared } from './transitions.ts'

const { EMPTY, ONGOING, COMPLETE_COMMIT, COMPLETE_ABORT } = TransactionStatus

/**
 * Decides the outcome, or answers NONE once more where the transaction has ended so already. By version 2 the answer names the
 * producer of the next transaction (KIP-890).
 */
export function decideEndTxn(outcome: Outcome, command: EndTxn): void {
  const { transactionalId } = command.request
  const transaction = outcome.state.transactions.get(transactionalId)
  if (transaction) endKnown(outcome, command, transaction)
  else reply(outcome, transactionalId === '' ? ErrorCode.INVALID_REQUEST : ErrorCode.INVALID_PRODUCER_ID_MAPPING)
}

function endKnown(
  outcome: Outcome,
  { request, clientTransactionVersion: version, newProducerId }: EndTxn,
  transaction: Transaction,
): void {
  const isVersion2 = version === 2
  const errorCode = isVersion2 ? judge(transaction, request) : judgeVersion1(transaction, request)
  if (errorCode !== null) {
    const isRepeated = isVersion2 && errorCode === ErrorCode.NONE
    reply(outcome, errorCode, isRepeated ? producerOf(transaction) : noProducer)
  } else if (!outcome.canWrite(version)) reply(outcome, ErrorCode.UNSUPPORTED_VERSION)
  else {
    const { transactionalId, committed: isCommit } = request
    const end = prepare(outcome, { transactionalId, transaction, isCommit, version, newProducerId })
    if (end) reply(outcome, ErrorCode.NONE, isVersion2 ? producerOf(completed(end, outcome.now)) : noProducer)
  }
}

function reply(outcome: Outcome, errorCode: ErrorCode, producer: typeof noProducer = noProducer): void {
  outcome.reply({ type: 'endTxn', response: { errorCode, ...producer } })
}

function producerOf({ producerId, producerEpoch }: Transaction) {
  return { producerId, producerEpoch }
}

/** Null where the transaction is to end now; NONE where it already has, in the same way. */
function judgeVersion1(transaction: Transaction, request: EndTxnRequest): ErrorCode | null {
  const { producerId, producerEpoch, transactionStatus: status } = transaction
  if (producerId !== request.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
  if (producerEpoch !== request.producerEpoch) return ErrorCode.PRODUCER_FENCED
  if (isPrepared(transaction)) return ErrorCode.CONCURRENT_TRANSACTIONS
  if (status === ONGOING) return null
  return hasEndedSo(status, request.committed) ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE
}

function hasEndedSo(status: number, committed: boolean): boolean {
  return status === (committed ? COMPLETE_COMMIT : COMPLETE_ABORT)
}

/**
 * By version 2. The epoch that has just been ended is one below the transaction's, or the last of the previous producer id: it
 * can only repeat itself. The transaction's own epoch is always about the next transaction, and may abort that although
 * nothing was written.
 */
function judge(transaction: Transaction, request: EndTxnRequest): ErrorCode | null {
  const { producerId, producerEpoch, transactionStatus: status } = transaction
  const { committed } = request
  if (isPrepared(transaction)) return ErrorCode.CONCURRENT_TRANSACTIONS
  const isAfterRotation = isLastOfPreviousProducer(transaction, request)
  if (producerId !== request.producerId && !isAfterRotation) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
  const isRepeated = isAfterRotation || producerEpoch === request.producerEpoch + 1
  if (isRepeated && status !== EMPTY && status !== ONGOING)
    return hasEndedSo(status, committed) ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE
  if (producerEpoch !== request.producerEpoch) return ErrorCode.PRODUCER_FENCED
  if (status !== ONGOING && committed) return ErrorCode.INVALID_TXN_STATE
  // Kafka fails to go beyond the last epoch, which no producer was ever given.
  return committed && producerEpoch === MAX_EPOCH ? ErrorCode.UNKNOWN_SERVER_ERROR : null
}

function isLastOfPreviousProducer({ previousProducerId, producerEpoch }: Transaction, request: EndTxnRequest): boolean {
  return previousProducerId === request.producerId && request.producerEpoch === MAX_EPOCH - 1 && producerEpoch === 0
}

interface Ending {
  readonly transactionalId: string
  readonly transaction: Transaction
  readonly isCommit: boolean
  readonly version: ClientTransactionVersion
  readonly newProducerId: number | undefined
  /** By version 2 it is always the transaction's own; else it is what it was where it is left out. */
  readonly lastProducerEpoch?: number
}

/** Decides the outcome. What the transaction now is, or null where it takes a new producer id that is not there. */
function prepare(outcome: Outcome, ending: Ending): Transaction | null {
  const { transactionalId, transaction, isCommit, version, newProducerId, lastProducerEpoch } = ending
  const isVersion2 = version === 2
  const isRotating = isVersion2 && isEpochExhausted(transaction.producerEpoch)
  if (isRotating && newProducerId === undefined) {
    outcome.reply({ type: 'producerIdNeeded' })
    return null
  }
  const nextProducerId = isRotating ? newProducerId : undefined
  const end = prepared(transaction, isCommit, version, nextProducerId ?? -1, outcome.now)
  outcome.write(transactionalId, end, isVersion2 ? transaction.producerEpoch : lastProducerEpoch)
  outcome.effects.push(owedMarkers(transactionalId, end))
  return end
}

/**
 * Aborts an ongoing transaction with an epoch that its producer does not have. False where that takes a new producer id that
 * is not there.
 */
export function fence(
  outcome: Outcome,
  transactionalId: string,
  transaction: Transaction,
  newProducerId: number | undefined,
): boolean {
  const abort = { transactionalId, isCommit: false, newProducerId }
  if (outcome.transactionVersion >= 2) return prepare(outcome, { ...abort, transaction, version: 2 }) !== null
  const fenced = { ...transaction, producerEpoch: epochAfter(transaction.producerEpoch) }
  return prepare(outcome, { ...abort, transaction: fenced, version: 0, lastProducerEpoch: -1 }) !== null
}

/** Fences the producer and aborts, unless the transaction has ended since. Answers nothing but `producerIdNeeded`. */
export function decideAbortTimedOut(
  outcome: Outcome,
  { transactionalId, newProducerId, ...producer }: AbortTimedOut,
): void {
  const transaction = outcome.state.transactions.get(transactionalId)
  if (transaction?.transactionStatus !== ONGOING) return
  if (transaction.producerId !== producer.producerId || transaction.producerEpoch !== producer.producerEpoch) return
  fence(outcome, transactionalId, transaction, newProducerId)
}
