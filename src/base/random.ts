/** Chance, as the broker knows it: injected once, so that a simulation can repeat it. @module */

export interface Random {
  /** `size` random bytes in a new array. */
  bytes(size: number): Uint8Array
  /** A whole number from 0 to `limit` - 1, each as likely; `limit` is from 1 to 2^32. */
  below(limit: number): number
}
