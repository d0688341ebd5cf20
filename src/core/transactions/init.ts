/**
 * InitProducerId with a transactional id: a producer begins, and fences whoever had the id; or it goes on after an error
 * (KIP-360), and must be the one that had it (TransactionCoordinator.prepareInitProducerIdTransit).
 * @module
 */
import { ErrorCode } from '../../wire/errors.ts'
import type { InitProducerId, InitProducerIdRequest } from './commands.ts'
import { fence } from './end.ts'
import type { Outcome } from './outcome.ts'
import { isPrepared, TransactionStatus } from './status.ts'
import type { Transaction } from './transaction-record.ts'
import { isEpochExhausted, unusedTransaction, withProducer } from './transitions.ts'

/**
 * Answers the producer's id and epoch; CONCURRENT_TRANSACTIONS where a transaction is to be ended first, and PRODUCER_FENCED to
 * one that would go on though another has begun.
 */
export function decideInitProducerId(outcome: Outcome, { request, newProducerId }: InitProducerId): void {
  const { transactionalId, transactionTimeoutMs } = request
  const { state, settings } = outcome
  const known = state.transactions.get(transactionalId)
  if (transactionalId === '') refuse(outcome, ErrorCode.INVALID_REQUEST)
  else if (transactionTimeoutMs <= 0 || transactionTimeoutMs > settings.maxTimeoutMs)
    refuse(outcome, ErrorCode.INVALID_TRANSACTION_TIMEOUT)
  else if (known) renew(outcome, known, request, newProducerId)
  else if (newProducerId === undefined) outcome.reply({ type: 'producerIdNeeded' })
  else give(outcome, request, unusedTransaction(newProducerId), { producerId: newProducerId, producerEpoch: 0 }, -1)
}

function refuse(outcome: Outcome, errorCode: ErrorCode): void {
  outcome.reply({ type: 'initProducerId', response: { errorCode, producerId: -1, producerEpoch: -1 } })
}

function renew(
  outcome: Outcome,
  transaction: Transaction,
  request: InitProducerIdRequest,
  newProducerId: number | undefined,
): void {
  if (isPrepared(transaction)) refuse(outcome, ErrorCode.CONCURRENT_TRANSACTIONS)
  else if (isResuming(request) && !mayResume(transaction, request)) refuse(outcome, ErrorCode.PRODUCER_FENCED)
  else if (transaction.transactionStatus === TransactionStatus.ONGOING) {
    // The next epoch is for fencing alone: the client gets another one when it asks again.
    const isFenced = fence(outcome, request.transactionalId, transaction, newProducerId)
    if (isFenced) refuse(outcome, ErrorCode.CONCURRENT_TRANSACTIONS)
  } else if (isEpochExhausted(transaction.producerEpoch)) rotate(outcome, transaction, request, newProducerId)
  else increment(outcome, transaction, request)
}

/** One that begins has neither id nor epoch. */
function isResuming({ producerEpoch }: InitProducerIdRequest): boolean {
  return producerEpoch !== -1
}

/** Which of its epochs it has is looked at later; of the id before, the last may come again whose answer was lost. */
function mayResume({ producerId, previousProducerId }: Transaction, request: InitProducerIdRequest): boolean {
  if (request.producerId === producerId) return true
  return request.producerId === previousProducerId && isEpochExhausted(request.producerEpoch)
}

/** The epochs of its id are used up: another id. */
function rotate(
  outcome: Outcome,
  transaction: Transaction,
  request: InitProducerIdRequest,
  newProducerId: number | undefined,
): void {
  const { producerEpoch } = transaction
  // Kafka fails to look whether this is a repetition.
  if (isResuming(request) && request.producerEpoch !== producerEpoch) refuse(outcome, ErrorCode.UNKNOWN_SERVER_ERROR)
  else if (newProducerId === undefined) outcome.reply({ type: 'producerIdNeeded' })
  else {
    const lastProducerEpoch = isResuming(request) ? producerEpoch : -1
    give(outcome, request, transaction, { producerId: newProducerId, producerEpoch: 0 }, lastProducerEpoch)
  }
}

function increment(outcome: Outcome, transaction: Transaction, request: InitProducerIdRequest): void {
  const { producerId, producerEpoch } = transaction
  const next = { producerId, producerEpoch: producerEpoch + 1 }
  if (!isResuming(request)) give(outcome, request, transaction, next, -1)
  else if (request.producerEpoch === producerEpoch) give(outcome, request, transaction, next, producerEpoch)
  else if (request.producerEpoch === outcome.lastProducerEpochOf(request.transactionalId))
    give(outcome, request, transaction, { producerId, producerEpoch }, request.producerEpoch)
  else refuse(outcome, ErrorCode.PRODUCER_FENCED)
}

function give(
  outcome: Outcome,
  { transactionalId, transactionTimeoutMs }: InitProducerIdRequest,
  transaction: Transaction,
  producer: Pick<Transaction, 'producerId' | 'producerEpoch'>,
  lastProducerEpoch: number,
): void {
  const given = withProducer(transaction, { ...producer, transactionTimeoutMs }, outcome.now)
  outcome.write(transactionalId, given, lastProducerEpoch)
  outcome.reply({ type: 'initProducerId', response: { errorCode: ErrorCode.NONE, ...producer } })
}
