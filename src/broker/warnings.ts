/** What the rooms of the broker have to say to its operator. @module */

/** Tells the operator what is wrong. */
export interface Warnings {
  warn(message: string): void
  /** As `warn`, for what may come at any rate: of each `kind`, a fixed word, lines are left out. */
  warnSparingly(kind: string, message: string): void
}
