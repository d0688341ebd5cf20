/** Time, as the broker knows it: injected once, so that tests and simulations own it. @module */

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Calls `ring` once when `now()` has reached `atMs`, never during this call; null means never. There is one alarm:
   * setting it replaces what was set before.
   */
  setAlarm(atMs: number | null, ring: () => void): void
}
