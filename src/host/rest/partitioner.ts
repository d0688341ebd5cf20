/** Which partition a key goes to, as Kafka's producers have it. @module */

const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995

/** The partition of `key` among `count` (BuiltInPartitioner.partitionForKey). */
export function partitionForKey(key: Uint8Array, count: number): number {
  return (murmur2(key) & 0x7fffffff) % count
}

/** Austin Appleby's MurmurHash2 as an int32, with the seed that Kafka gives it (Utils.murmur2). */
export function murmur2(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tailPosition = bytes.length & ~3
  let hash = SEED ^ bytes.length
  for (let position = 0; position < tailPosition; position += 4) {
    const word = Math.imul(view.getInt32(position, true), MULTIPLIER)
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word ^ (word >>> 24), MULTIPLIER)
  }
  if (tailPosition < bytes.length) {
    for (let position = bytes.length - 1; position >= tailPosition; position--) {
      hash ^= view.getUint8(position) << (8 * (position - tailPosition))
    }
    hash = Math.imul(hash, MULTIPLIER)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return hash ^ (hash >>> 15)
}
