/** The Random port on the system's source of randomness. @module */
import type { Random } from '../base/random.ts'

const TWO_32 = 2 ** 32

export class SystemRandom implements Random {
  private readonly word = new Uint32Array(1)

  bytes(size: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(size))
  }

  below(limit: number): number {
    // Words above the largest multiple of `limit` would make small results likelier.
    const fair = TWO_32 - (TWO_32 % limit)
    for (;;) {
      const [word] = crypto.getRandomValues(this.word)
      if (word !== undefined && word < fair) return word % limit
    }
  }
}
