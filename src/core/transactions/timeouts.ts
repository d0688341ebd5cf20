/**
 * Transactions that have been going on for too long are aborted, as Kafka does it: they are looked for once in a while, and a
 * producer whose coordinator was away has that while to end its transaction (TransactionStateManager.timedOutTransactions).
 * @module
 */
import type { Outcome } from './outcome.ts'
import type { Transaction } from './transaction-record.ts'

/** Of a transaction that is prepared elsewhere (KIP-939): it never times out. */
const NO_TIMEOUT = 2 ** 31 - 1

/** For as long as a transaction is going on. */
export function scheduleSearch(outcome: Outcome): void {
  const { state, settings, now } = outcome
  if (state.volatile.isSearchScheduled) return
  state.volatile.isSearchScheduled = true
  outcome.setTimer('find timed out', now + settings.abortIntervalMs, { type: 'findTimedOut' })
}

/** Owes an `abortTimedOut` for each transaction that is older than its timeout, and looks again while any is going on. */
export function decideFindTimedOut(outcome: Outcome): void {
  const { state, now, effects } = outcome
  state.volatile.isSearchScheduled = false
  if (state.ongoing.size > 0) scheduleSearch(outcome)
  for (const transactionalId of state.ongoing) {
    const transaction = state.transactions.get(transactionalId)
    if (!transaction || !hasTimedOut(transaction, now)) continue
    const { producerId, producerEpoch } = transaction
    effects.push({ type: 'abortTimedOut', transactionalId, producerId, producerEpoch })
  }
}

function hasTimedOut({ transactionStartTimestampMs, transactionTimeoutMs }: Transaction, now: number): boolean {
  return transactionTimeoutMs !== NO_TIMEOUT && transactionStartTimestampMs + transactionTimeoutMs < now
}
