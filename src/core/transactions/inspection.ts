/** DescribeTransactions and ListTransactions: what operators ask of transactions. @module */
import { ErrorCode } from '../../wire/errors.ts'
import type { DescribedTransaction, ListedTransaction, ListTransactions } from './commands.ts'
import { partitionsLeft } from './markers.ts'
import type { Outcome } from './outcome.ts'
import type { TransactionsState } from './state.ts'
import { statusName } from './status.ts'
import type { Transaction } from './transaction-record.ts'

/** With the partitions that have no marker yet. TRANSACTIONAL_ID_NOT_FOUND for an id that was never used, or is forgotten. */
export function decideDescribeTransaction(outcome: Outcome, transactionalId: string): void {
  outcome.reply({ type: 'describeTransaction', response: describe(outcome.state, transactionalId) })
}

function describe(state: TransactionsState, transactionalId: string): DescribedTransaction {
  const transaction = state.transactions.get(transactionalId)
  if (!transaction) return undescribed(transactionalId, codeOfUnknown(transactionalId))
  return {
    errorCode: ErrorCode.NONE,
    transactionalId,
    transactionState: statusName(transaction.transactionStatus),
    transactionTimeoutMs: transaction.transactionTimeoutMs,
    transactionStartTimeMs: transaction.transactionStartTimestampMs,
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    topics: partitionsLeft(state, transactionalId, transaction).map(({ name: topic, partitions }) => ({
      topic,
      partitions,
    })),
  }
}

function codeOfUnknown(transactionalId: string): ErrorCode {
  return transactionalId === '' ? ErrorCode.INVALID_REQUEST : ErrorCode.TRANSACTIONAL_ID_NOT_FOUND
}

/** A transaction of which nothing can be said but why. */
export function undescribed(transactionalId: string, errorCode: ErrorCode): DescribedTransaction {
  return { ...nothing, transactionalId, errorCode }
}

const nothing = {
  transactionState: '',
  transactionTimeoutMs: 0,
  transactionStartTimeMs: 0,
  producerId: 0,
  producerEpoch: 0,
  topics: [],
}

/** What passes all filters. What has no start passes any duration (TransactionStateManager.listTransactionStates). */
export function decideListTransactions(outcome: Outcome, filters: ListTransactions): void {
  const { state, now } = outcome
  const transactions: ListedTransaction[] = []
  for (const [transactionalId, transaction] of state.transactions) {
    const { producerId, transactionStatus } = transaction
    if (!passes(transactionalId, transaction, filters, now)) continue
    transactions.push({ transactionalId, producerId, transactionState: statusName(transactionStatus) })
  }
  outcome.reply({ type: 'listTransactions', transactions })
}

function passes(
  transactionalId: string,
  { producerId, transactionStatus, transactionStartTimestampMs }: Transaction,
  { producerIdFilters, stateFilters, durationFilter, matcher }: ListTransactions,
  now: number,
): boolean {
  if (producerIdFilters.length > 0 && !producerIdFilters.includes(producerId)) return false
  if (stateFilters.length > 0 && !stateFilters.includes(statusName(transactionStatus))) return false
  if (durationFilter >= 0 && now - transactionStartTimestampMs <= durationFilter) return false
  return matcher === null || matcher(transactionalId)
}
