/** Seeded damage to byte strings. @module */
import type { SeededRandom } from '../sim/random.ts'

/** Lengths and counts that hurt: the greatest, the least, more than there is, in both encodings. */
const hostile = [
  '7fffffff',
  '80000000',
  'ffffffff',
  'ffffffff07',
  'ffffffff0f',
  '8080808080',
  '7fff',
  '8000',
  'ffff',
  'ff7f',
]
const hostileBytes = hostile.map(hex => Uint8Array.fromHex(hex))

const MAX_FAULT_COUNT = 3
const MAX_APPENDED_BYTES = 20
const MAX_REPLACED_BYTES = 4
const MAX_REMOVED_BYTES = 9

/** Makes mutants in one buffer, which each overwrites. */
export class Mutator {
  private scratch = new Uint8Array(4096)
  private size = 0

  constructor(private readonly random: SeededRandom) {}

  /** A copy of `bytes` with one to three things wrong from `start` on: good until the next call. */
  mutate(bytes: Uint8Array, start = 0): Uint8Array {
    const mostBytes = bytes.length + MAX_FAULT_COUNT * MAX_APPENDED_BYTES
    if (mostBytes > this.scratch.length) this.scratch = new Uint8Array(2 * mostBytes)
    this.scratch.set(bytes)
    this.size = bytes.length
    for (let count = 1 + this.random.below(MAX_FAULT_COUNT); count > 0; count--) this.spoil(Math.min(start, this.size))
    return this.scratch.subarray(0, this.size)
  }

  private spoil(start: number): void {
    const { random, scratch } = this
    const at = start + random.below(this.size - start + 1)
    const kind = random.below(6)
    if (kind === 0) scratch[at] = (scratch[at] ?? 0) ^ (1 << random.below(8))
    else if (kind === 1) this.size = at
    else if (kind === 2) this.splice(this.size, 0, random.below(MAX_APPENDED_BYTES))
    else if (kind === 3) this.splice(at, random.below(MAX_REPLACED_BYTES), random.below(MAX_REPLACED_BYTES))
    else if (kind === 4) this.splice(at, random.below(MAX_REMOVED_BYTES), 0)
    else {
      const value = hostileBytes[random.below(hostileBytes.length)]!
      scratch.set(value, at)
      this.size = Math.max(this.size, at + value.length)
    }
  }

  /** Puts `insertedCount` random bytes in the place of `removedCount` at `at`. */
  private splice(at: number, removedCount: number, insertedCount: number): void {
    const { random, scratch } = this
    const from = Math.min(at + removedCount, this.size)
    scratch.copyWithin(at + insertedCount, from, this.size)
    this.size += at + insertedCount - from
    for (let index = at; index < at + insertedCount; index++) scratch[index] = random.below(256)
  }
}
