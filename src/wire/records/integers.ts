/**
 * Integers at a position, big-endian unless they say otherwise, straight from the bytes: no DataView, so that reading a header allocates nothing.
 * The caller has checked that the bytes are there. @module
 */

const TWO_32 = 2 ** 32
const TWO_63 = 2 ** 63

/** An int16. */
export function readInt16(bytes: Uint8Array, position: number): number {
  return ((bytes[position]! << 24) >> 16) | bytes[position + 1]!
}

/** An int32. */
export function readInt32(bytes: Uint8Array, position: number): number {
  return (bytes[position]! << 24) | (bytes[position + 1]! << 16) | (bytes[position + 2]! << 8) | bytes[position + 3]!
}

/** An int64 as a number: exact to ±2^53, rounded beyond. */
export function readInt64(bytes: Uint8Array, position: number): number {
  return readInt32(bytes, position) * TWO_32 + (readInt32(bytes, position + 4) >>> 0)
}

/** Writes the low 16 bits of `value`. */
export function writeInt16(bytes: Uint8Array, position: number, value: number): void {
  bytes[position] = value >> 8
  bytes[position + 1] = value
}

/** Writes the low 32 bits of `value`, signed or not. */
export function writeInt32(bytes: Uint8Array, position: number, value: number): void {
  bytes[position] = value >> 24
  bytes[position + 1] = value >> 16
  bytes[position + 2] = value >> 8
  bytes[position + 3] = value
}

/** A little-endian int32, as lz4, snappy and xxHash32 have them. */
export function readInt32LE(bytes: Uint8Array, position: number): number {
  return bytes[position]! | (bytes[position + 1]! << 8) | (bytes[position + 2]! << 16) | (bytes[position + 3]! << 24)
}

/** Writes the low 32 bits of `value`, the lowest byte first. */
export function writeInt32LE(bytes: Uint8Array, position: number, value: number): void {
  bytes[position] = value
  bytes[position + 1] = value >> 8
  bytes[position + 2] = value >> 16
  bytes[position + 3] = value >> 24
}

/** Writes an int64, saturating: 2^63 and above become Long.MAX_VALUE, below -2^63 becomes Long.MIN_VALUE. */
export function writeInt64(bytes: Uint8Array, position: number, value: number): void {
  const isTooLarge = value >= TWO_63
  const kept = Math.max(value, -TWO_63)
  writeInt32(bytes, position, isTooLarge ? 0x7fffffff : Math.floor(kept / TWO_32))
  writeInt32(bytes, position + 4, isTooLarge ? -1 : kept)
}
