/** The checksums of record batches: CRC-32C (magic 2) and CRC-32 (magic 0 and 1). @module */

import { readInt32LE } from './integers.ts'
import { zlib } from './zlib.ts'

const CASTAGNOLI_REVERSED = 0x82f63b78
const SLICES = 16

/** Below this a view of words costs more than it saves. */
const LEAST_WORDS_BYTES = 512

/** Sixteen tables of 256 words, one after the other; made on first use, since a start does not need them. */
let tables: Int32Array | null = null

function makeTables(): Int32Array {
  const made = new Int32Array(SLICES * 256)
  for (let index = 0; index < 256; index++) {
    let word = index
    for (let bit = 0; bit < 8; bit++) word = (word >>> 1) ^ (word & 1 ? CASTAGNOLI_REVERSED : 0)
    made[index] = word
  }
  for (let index = 256; index < made.length; index++) {
    const before = made[index - 256]!
    made[index] = (before >>> 8) ^ made[before & 255]!
  }
  return made
}

/** The CRC-32C of `bytes[start..end)`, unsigned. */
export type Crc32c = (bytes: Uint8Array, start: number, end: number) => number

/** Below this a call out of JavaScript costs more than it saves. */
const LEAST_ACCELERATED_BYTES = 256
/** Once this much was summed, it is worth finding something faster. */
const HEAVY_USE_BYTES = 2 * 1024 * 1024

let accelerated: Crc32c | null = null
let summedBytes = 0
let whenHeavilyUsed: (() => void) | null = null

/** Calls `accelerate` once, when enough has been summed for it to be worth making something faster (`accelerateCrc32c`). */
export function onHeavyCrc32cUse(accelerate: () => void): void {
  whenHeavilyUsed = accelerate
}

/** From now on `faster`, which gives the same sums, is asked for all that is not short. */
export function accelerateCrc32c(faster: Crc32c | null): void {
  accelerated = faster
}

export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  if (end - start < LEAST_ACCELERATED_BYTES) return portableCrc32c(bytes, start, end)
  if (accelerated) return accelerated(bytes, start, end)
  summedBytes += end - start
  if (summedBytes > HEAVY_USE_BYTES && whenHeavilyUsed) {
    const accelerate = whenHeavilyUsed
    whenHeavilyUsed = null
    accelerate()
  }
  return portableCrc32c(bytes, start, end)
}

/** The same in plain code: slicing by sixteen over aligned words, by eight over what is short. */
export function portableCrc32c(bytes: Uint8Array, start: number, end: number): number {
  tables ??= makeTables()
  if (end - start < LEAST_WORDS_BYTES) return ~sumOfBytes(tables, -1, bytes, start, end) >>> 0
  const aligned = start + (-(bytes.byteOffset + start) & 3)
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + aligned, ((end - aligned) >> 4) << 2)
  const head = sumOfBytes(tables, -1, bytes, start, aligned)
  const body = sumOfWords(tables, head, words)
  return ~sumOfBytes(tables, body, bytes, aligned + words.length * 4, end) >>> 0
}

/** Four words at a time; their bytes are in order on little-endian machines, and the runtime knows no others. */
function sumOfWords(table: Int32Array, before: number, words: Int32Array): number {
  let crc = before
  for (let index = 0; index < words.length; index += 4) {
    const a = crc ^ words[index]!
    const b = words[index + 1]!
    const c = words[index + 2]!
    const d = words[index + 3]!
    crc =
      table[3840 + (a & 255)]! ^
      table[3584 + ((a >>> 8) & 255)]! ^
      table[3328 + ((a >>> 16) & 255)]! ^
      table[3072 + (a >>> 24)]! ^
      table[2816 + (b & 255)]! ^
      table[2560 + ((b >>> 8) & 255)]! ^
      table[2304 + ((b >>> 16) & 255)]! ^
      table[2048 + (b >>> 24)]! ^
      table[1792 + (c & 255)]! ^
      table[1536 + ((c >>> 8) & 255)]! ^
      table[1280 + ((c >>> 16) & 255)]! ^
      table[1024 + (c >>> 24)]! ^
      table[768 + (d & 255)]! ^
      table[512 + ((d >>> 8) & 255)]! ^
      table[256 + ((d >>> 16) & 255)]! ^
      table[d >>> 24]!
  }
  return crc
}

function sumOfBytes(table: Int32Array, before: number, bytes: Uint8Array, start: number, end: number): number {
  let crc = before
  let position = start
  for (const last = end - 8; position <= last; position += 8) {
    crc ^= readInt32LE(bytes, position)
    crc =
      table[1792 + (crc & 255)]! ^
      table[1536 + ((crc >>> 8) & 255)]! ^
      table[1280 + ((crc >>> 16) & 255)]! ^
      table[1024 + (crc >>> 24)]! ^
      table[768 + bytes[position + 4]!]! ^
      table[512 + bytes[position + 5]!]! ^
      table[256 + bytes[position + 6]!]! ^
      table[bytes[position + 7]!]!
  }
  for (; position < end; position++) crc = (crc >>> 8) ^ table[(crc ^ bytes[position]!) & 255]!
  return crc
}

/** The CRC-32 (IEEE) of `bytes[start..end)`, unsigned. */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return zlib().crc32(bytes.subarray(start, end))
}
