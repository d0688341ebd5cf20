/** A Random that repeats itself: the same seed gives the same numbers. @module */
import type { Random } from '../../src/base/random.ts'

const TWO_32 = 2 ** 32

/** The generator known as mulberry32: 32 bits of state, good enough to choose faults with. */
export class SeededRandom implements Random {
  private state: number

  constructor(readonly seed: number) {
    this.state = seed >>> 0
  }

  bytes(size: number): Uint8Array {
    return Uint8Array.from({ length: size }, () => this.below(256))
  }

  below(limit: number): number {
    return Math.floor((this.word() / TWO_32) * limit)
  }

  private word(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

/** One of `from`, which is not empty. */
export function chosen<T>(random: Random, from: readonly T[]): T {
  const one = from[random.below(from.length)]
  if (one === undefined) throw new Error('nothing to choose from')
  return one
}
