/** xxHash32, the checksum inside lz4 frames. @module */

import { readInt32LE } from '../integers.ts'

const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1

/** The xxHash32 with seed 0 of `bytes[start..end)`, unsigned. */
export function xxHash32(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let position = start
  let hash = PRIME_5
  if (end - start >= 16) {
    let a = (PRIME_1 + PRIME_2) | 0
    let b = PRIME_2 | 0
    let c = 0
    let d = -PRIME_1 | 0
    for (; position <= end - 16; position += 16) {
      a = round(a, readInt32LE(bytes, position))
      b = round(b, readInt32LE(bytes, position + 4))
      c = round(c, readInt32LE(bytes, position + 8))
      d = round(d, readInt32LE(bytes, position + 12))
    }
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)
  }
  hash = (hash + (end - start)) | 0
  for (; position <= end - 4; position += 4) {
    hash = Math.imul(rotate((hash + Math.imul(readInt32LE(bytes, position), PRIME_3)) | 0, 17), PRIME_4)
  }
  for (; position < end; position++) {
    hash = Math.imul(rotate((hash + Math.imul(bytes[position]!, PRIME_5)) | 0, 11), PRIME_1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1)
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
