/** The states of a transaction, as the log has them and as clients are told (Kafka's TransactionState). @module */

/** As `transactionStatus` of a TransactionLogValue. */
export const TransactionStatus = {
  EMPTY: 0,
  ONGOING: 1,
  PREPARE_COMMIT: 2,
  PREPARE_ABORT: 3,
  COMPLETE_COMMIT: 4,
  COMPLETE_ABORT: 5,
} as const

/** By status. */
export const statusNames = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
] as const

/**
 * Names that may be asked for and that no transaction has. In Kafka they mark an append that is in flight, one that removes
 * a transactional id or fences its producer: here a command ends when its records are written.
 */
export const fleetingNames = ['Dead', 'PrepareEpochFence'] as const

const { EMPTY, PREPARE_COMMIT, PREPARE_ABORT, COMPLETE_COMMIT, COMPLETE_ABORT } = TransactionStatus

/** Whether the outcome is decided and its markers are owed. */
export function isPrepared({ transactionStatus: status }: { readonly transactionStatus: number }): boolean {
  return status === PREPARE_COMMIT || status === PREPARE_ABORT
}

/** Whether nothing is going on: a transaction may begin, the producer be renewed, the id be forgotten. */
export function isAtRest({ transactionStatus: status }: { readonly transactionStatus: number }): boolean {
  return status === EMPTY || status === COMPLETE_COMMIT || status === COMPLETE_ABORT
}

/** '' for a number that is no status. */
export function statusName(status: number): string {
  return statusNames[status] ?? ''
}
