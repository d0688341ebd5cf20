/** Programmer errors: a broken invariant stops the broker rather than writing a wrong byte. @module */

/** Throws if `claim` is false. For invariants only: bad input gets an error code, never an assertion. */
export function assert(claim: boolean, message: string): asserts claim {
  if (!claim) throw new Error(`invariant broken: ${message}`)
}
