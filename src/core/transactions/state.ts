/** What one partition of `__transaction_state` amounts to: its transactional ids, and how each one's transaction stands. @module */
import type { TopicPartitions } from './commands.ts'
import { TransactionStatus } from './status.ts'
import type { Transaction, TransactionRecord } from './transaction-record.ts'

/** But for `volatile`, what `replay` makes of the records. */
export interface TransactionsState {
  readonly transactions: Map<string, Transaction>
  /** The transactional ids among them whose transaction goes on: those that may time out. */
  readonly ongoing: Set<string>
  readonly volatile: VolatileState
}

/** What the log does not know and a restart forgets. `decide` writes it, but for the last epochs. */
export interface VolatileState {
  /**
   * By transactional id, of those that have one: the epoch with which the producer may repeat its last InitProducerId. They
   * come with the records, so that what the journal refuses does not count.
   */
  readonly lastProducerEpochs: Map<string, number>
  /** By transactional id: the partitions whose logs have refused a marker, until they take it. */
  readonly missingMarkers: Map<string, readonly TopicPartitions[]>
  /** Whether what has timed out is going to be looked for. As long as anything is ongoing it is. */
  isSearchScheduled: boolean
  /** The transactional ids among which those that are too old have not been looked for yet. */
  unsearched: Iterator<readonly [transactionalId: string, transaction: Transaction]> | null
}

/** Before the first record. */
export function emptyState(): TransactionsState {
  return {
    transactions: new Map(),
    ongoing: new Set(),
    volatile: { lastProducerEpochs: new Map(), missingMarkers: new Map(), isSearchScheduled: false, unsearched: null },
  }
}

/** Applies one record. */
export function replay(
  state: TransactionsState,
  { transactionalId, value, lastProducerEpoch }: TransactionRecord,
): void {
  const { transactions, ongoing, volatile } = state
  if (value) transactions.set(transactionalId, value)
  else transactions.delete(transactionalId)
  if (value?.transactionStatus === TransactionStatus.ONGOING) ongoing.add(transactionalId)
  else ongoing.delete(transactionalId)
  if (lastProducerEpoch === -1) volatile.lastProducerEpochs.delete(transactionalId)
  else volatile.lastProducerEpochs.set(transactionalId, lastProducerEpoch)
}
