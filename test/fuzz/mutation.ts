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

/** A copy of `bytes` with one to three things wrong. */
export function mutate(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  let mutant: Uint8Array = bytes
  for (let count = 1 + random.below(3); count > 0; count--) mutant = mutateOnce(random, mutant)
  return mutant
}

function mutateOnce(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1)
  switch (random.below(6)) {
    case 0:
      return spliced(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))))
    case 1:
      return bytes.slice(0, at)
    case 2:
      return spliced(bytes, bytes.length, 0, random.bytes(random.below(20)))
    case 3:
      return spliced(bytes, at, random.below(4), random.bytes(random.below(4)))
    case 4:
      return spliced(bytes, at, random.below(9), new Uint8Array(0))
    default: {
      const value = hostileBytes[random.below(hostileBytes.length)]!
      return spliced(bytes, at, value.length, value)
    }
  }
}

/** `bytes` with `removedCount` of them at `at` replaced by `inserted`. */
function spliced(bytes: Uint8Array, at: number, removedCount: number, inserted: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removedCount)])
}
