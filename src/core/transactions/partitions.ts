/** The partitions of a transaction: it begins with the first (TransactionCoordinator.handleAddPartitionsToTransaction). @module */
import { ErrorCode } from '../../wire/errors.ts'
import type { AddPartitions, PartitionsRequest, TopicPartitions, VerifiedTopic, VerifyPartitions } from './commands.ts'
import type { Outcome } from './outcome.ts'
import { isPrepared, TransactionStatus } from './status.ts'
import { scheduleSearch } from './timeouts.ts'
import type { Transaction } from './transaction-record.ts'
import { withPartitions } from './transitions.ts'

/** Answers one code for all partitions. Where the transaction has them already, nothing is written. */
export function decideAddPartitions(
  outcome: Outcome,
  { request, clientTransactionVersion: version }: AddPartitions,
): void {
  const { transactionalId, topics } = request
  const { state, now } = outcome
  const transaction = state.transactions.get(transactionalId)
  const errorCode = judgeAddition(transaction, request)
  if (!transaction || errorCode !== ErrorCode.NONE || hasAll(transaction, request)) reply(outcome, errorCode)
  else if (!outcome.canWrite(version)) reply(outcome, ErrorCode.UNSUPPORTED_VERSION)
  else {
    outcome.write(transactionalId, withPartitions(transaction, topics, version, now))
    scheduleSearch(outcome)
    reply(outcome, ErrorCode.NONE)
  }
}

function reply(outcome: Outcome, errorCode: ErrorCode): void {
  outcome.reply({ type: 'addPartitions', errorCode })
}

/** Kafka has everybody wait first, and looks who it was afterwards. */
function judgeAddition(transaction: Transaction | undefined, request: PartitionsRequest): ErrorCode {
  const isWaiting = transaction !== undefined && isPrepared(transaction)
  return isWaiting ? ErrorCode.CONCURRENT_TRANSACTIONS : judge(transaction, request)
}

function judge(transaction: Transaction | undefined, request: PartitionsRequest): ErrorCode {
  if (request.transactionalId === '') return ErrorCode.INVALID_REQUEST
  if (transaction?.producerId !== request.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
  if (transaction.producerEpoch !== request.producerEpoch) return ErrorCode.PRODUCER_FENCED
  return isPrepared(transaction) ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.NONE
}

function hasAll(transaction: Transaction, { topics }: PartitionsRequest): boolean {
  if (transaction.transactionStatus !== TransactionStatus.ONGOING) return false
  return topics.every(({ name, partitions }) => partitions.every(partition => has(transaction, name, partition)))
}

function has({ transactionPartitions }: Transaction, name: string, partition: number): boolean {
  return transactionPartitions?.find(({ topic }) => topic === name)?.partitionIds.includes(partition) ?? false
}

/** Whether each partition may be written to: TRANSACTION_ABORTABLE where it is not in the transaction (KIP-890). */
export function decideVerifyPartitions(outcome: Outcome, { request }: VerifyPartitions): void {
  const transaction = outcome.state.transactions.get(request.transactionalId)
  const errorCode = judge(transaction, request)
  const topics = resultsByPartition(request.topics, (name, partition) => {
    if (errorCode !== ErrorCode.NONE) return errorCode
    return transaction && has(transaction, name, partition) ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE
  })
  outcome.reply({ type: 'verifyPartitions', topics })
}

/** A code for each partition, as AddPartitionsToTxn has them. */
export function resultsByPartition(
  topics: readonly TopicPartitions[],
  codeOf: (name: string, partition: number) => ErrorCode,
): VerifiedTopic[] {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map(partitionIndex => ({
      partitionIndex,
      partitionErrorCode: codeOf(name, partitionIndex),
    })),
  }))
}
