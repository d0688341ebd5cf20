/** The markers that a transaction owes once its outcome is decided, until it is complete. @module */
import type { MarkersWritten, TopicPartitions, WriteMarkers } from './commands.ts'
import type { Outcome } from './outcome.ts'
import type { TransactionsState } from './state.ts'
import { isPrepared, TransactionStatus } from './status.ts'
import type { Transaction } from './transaction-record.ts'
import { completed } from './transitions.ts'

/** After a log has refused a marker. Meanwhile the producer is told CONCURRENT_TRANSACTIONS. */
const RETRY_MS = 500

/** The effect that writes a decided outcome to `topics`: to all partitions of the transaction where they are left out. */
export function owedMarkers(
  transactionalId: string,
  transaction: Transaction,
  topics: readonly TopicPartitions[] = topicsOf(transaction),
): WriteMarkers {
  const { producerId, producerEpoch, transactionStatus, clientTransactionVersion } = transaction
  return {
    type: 'writeMarkers',
    transactionalId,
    producerId,
    producerEpoch,
    isCommit: transactionStatus === TransactionStatus.PREPARE_COMMIT,
    transactionVersion: clientTransactionVersion,
    topics,
  }
}

/** The partitions that the transaction still has: those with markers drop out, and with them the transaction is complete. */
export function partitionsLeft(state: TransactionsState, transactionalId: string, transaction: Transaction) {
  return state.volatile.missingMarkers.get(transactionalId) ?? topicsOf(transaction)
}

function topicsOf({ transactionPartitions }: Transaction): TopicPartitions[] {
  return (transactionPartitions ?? []).map(({ topic: name, partitionIds: partitions }) => ({ name, partitions }))
}

/** The effects of all transactions whose outcome is decided. */
export function resume({ transactions }: TransactionsState): WriteMarkers[] {
  const owed: WriteMarkers[] = []
  for (const [transactionalId, transaction] of transactions)
    if (isPrepared(transaction)) owed.push(owedMarkers(transactionalId, transaction))
  return owed
}

/** Completes the transaction, or asks again later for what is missing. What another transaction has owed changes nothing. */
export function decideMarkersWritten(
  outcome: Outcome,
  { transactionalId, missing, ...producer }: MarkersWritten,
): void {
  const { state, now } = outcome
  const transaction = state.transactions.get(transactionalId)
  if (!transaction || !isPrepared(transaction)) return
  if (transaction.producerId !== producer.producerId || transaction.producerEpoch !== producer.producerEpoch) return
  if (missing.length > 0) retryLater(outcome, transactionalId, missing)
  else {
    state.volatile.missingMarkers.delete(transactionalId)
    outcome.write(transactionalId, completed(transaction, now))
  }
}

/** Asks again for `missing` markers after a while; none are missing where it is the journal that refused the completion. */
export function retryLater(outcome: Outcome, transactionalId: string, missing: readonly TopicPartitions[]): void {
  outcome.state.volatile.missingMarkers.set(transactionalId, missing)
  outcome.setTimer(`markers ${transactionalId}`, outcome.now + RETRY_MS, { type: 'retryMarkers', transactionalId })
}

/** Owes again what logs have refused, unless the transaction is complete by now. */
export function decideRetryMarkers({ state, effects }: Outcome, transactionalId: string): void {
  const transaction = state.transactions.get(transactionalId)
  if (!transaction || !isPrepared(transaction)) return
  effects.push(owedMarkers(transactionalId, transaction, partitionsLeft(state, transactionalId, transaction)))
}
