/** Time, as the broker knows it: injected once, so that tests and simulations own it. @module */

export interface Clock {
  /** Milliseconds since 1970, as the system has it: it may be set at any time. */
  now(): number
  /** Milliseconds since some moment, which go on evenly whatever becomes of `now()`: for waiting. */
  elapsed(): number
  /**
   * Calls `ring` once when `elapsed()` has reached `atMs`, never during this call; null means never. There is one alarm:
   * setting it replaces what was set before.
   */
  setAlarm(atMs: number | null, ring: () => void): void
}
