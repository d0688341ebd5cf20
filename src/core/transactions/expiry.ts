/** Transactional ids that nobody has used for long are forgotten (TransactionStateManager.removeExpiredTransactionalIds). @module */
import type { Outcome } from './outcome.ts'
import { isAtRest } from './status.ts'

/** Transactional ids to look at before others have their turn. */
const SLICE_SIZE = 2000

/** Looks for what is too old once in a while, and for a short time each time. */
export function scheduleExpiry(outcome: Outcome): void {
  const { now, settings } = outcome
  outcome.setTimer('expire', now + settings.expiryIntervalMs, { type: 'expireTransactionalIds' })
}

/** Goes through the transactional ids from where the last slice ended. */
export function decideExpireTransactionalIds(outcome: Outcome): void {
  const { state, settings, now } = outcome
  const tooOld = now - settings.transactionalIdExpirationMs
  const unsearched = state.volatile.unsearched ?? state.transactions.entries()
  for (let left = SLICE_SIZE; left > 0; left--) {
    const next = unsearched.next()
    if (next.done) {
      state.volatile.unsearched = null
      scheduleExpiry(outcome)
      return
    }
    const [transactionalId, transaction] = next.value
    if (isAtRest(transaction) && transaction.transactionLastUpdateTimestampMs <= tooOld) outcome.forget(transactionalId)
  }
  state.volatile.unsearched = unsearched
  outcome.setTimer('expire', now, { type: 'expireTransactionalIds' })
}
