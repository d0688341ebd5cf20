/** Zigzag varints, as records and their headers carry them (Kafka's ByteUtils.readVarint and readVarlong). @module */

/** Bytes that `value`, an int32, takes. */
export function varintBytes(value: number): number {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0
  return raw < 0x80 ? 1 : raw < 0x4000 ? 2 : raw < 0x200000 ? 3 : raw < 0x10000000 ? 4 : 5
}

/** Writes an int32; returns the position after it. */
export function writeVarint(bytes: Uint8Array, position: number, value: number): number {
  let raw = ((value << 1) ^ (value >> 31)) >>> 0
  let next = position
  for (; raw > 0x7f; raw >>>= 7) bytes[next++] = raw | 0x80
  bytes[next++] = raw
  return next
}

/** Bytes that `value`, an int64 held in a number, takes. */
export function varlongBytes(value: number): number {
  if (value === (value | 0)) return varintBytes(value)
  let count = 1
  for (let raw = zigzag(value); raw >= 0x80; raw = Math.floor(raw / 0x80)) count++
  return count
}

/** Writes an int64 held in a number (exact to ±2^52, as much as the difference of two timestamps needs). */
export function writeVarlong(bytes: Uint8Array, position: number, value: number): number {
  if (value === (value | 0)) return writeVarint(bytes, position, value)
  let next = position
  let raw = zigzag(value)
  for (; raw >= 0x80; raw = Math.floor(raw / 0x80)) bytes[next++] = (raw % 0x80) | 0x80
  bytes[next++] = raw
  return next
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}
