/** One block of lz4: sequences of a token, literals and a copy from up to 64 KiB back. @module */

import { readInt32LE } from '../integers.ts'
import { corrupt } from './errors.ts'

export const LEAST_MATCH_BYTES = 4
/** The format's rules for the end of a block: the last five bytes are literals, and no match begins in the last twelve. */
export const LAST_LITERALS_BYTES = 5
export const NO_MATCH_BYTES = 12
const HASH_BITS = 13

/** What a block of `plainBytes` may take at worst. */
export function maxLz4BlockBytes(plainBytes: number): number {
  return plainBytes + Math.ceil(plainBytes / 255) + 16
}

/** Where in the block a four-byte sequence was last seen, by hash; made on first use, cleared for each block. */
let seen: Uint16Array | null = null

/** Writes `bytes[start..end)`, at most 64 KiB, as a block; returns the position after it. */
export function compressLz4Block(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  outStart: number,
): number {
  seen ??= new Uint16Array(1 << HASH_BITS)
  const table = seen.fill(0)
  const matchLimit = end - LAST_LITERALS_BYTES
  let next = outStart
  let literalStart = start
  let misses = 0
  for (let position = start + 1; position < end - NO_MATCH_BYTES; ) {
    const word = readInt32LE(bytes, position)
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)
    const candidate = start + table[slot]!
    table[slot] = position - start
    if (readInt32LE(bytes, candidate) !== word) {
      position += 1 + (misses++ >> 6) // hurries through what does not compress
      continue
    }
    misses = 0
    let matchEnd = position + LEAST_MATCH_BYTES
    const distance = position - candidate
    while (matchEnd < matchLimit && bytes[matchEnd - distance] === bytes[matchEnd]) matchEnd++
    next = writeSequence(out, next, bytes, literalStart, position, distance, matchEnd - position)
    position = matchEnd
    literalStart = matchEnd
  }
  return writeLiterals(out, next, bytes, literalStart, end, 0)
}

/** Literals up to where a copy begins, and the copy; returns the position after them, as `writeLiterals` does. */
export function writeSequence(
  out: Uint8Array,
  start: number,
  bytes: Uint8Array,
  literalStart: number,
  literalEnd: number,
  distance: number,
  matchBytes: number,
): number {
  const extra = matchBytes - LEAST_MATCH_BYTES
  let next = writeLiterals(out, start, bytes, literalStart, literalEnd, Math.min(extra, 15))
  out[next++] = distance
  out[next++] = distance >> 8
  return extra >= 15 ? writeLength(out, next, extra - 15) : next
}

export function writeLiterals(
  out: Uint8Array,
  start: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  matchNibble: number,
): number {
  const count = to - from
  let next = start
  out[next++] = (Math.min(count, 15) << 4) | matchNibble
  if (count >= 15) next = writeLength(out, next, count - 15)
  if (count < 32) for (let index = 0; index < count; index++) out[next + index] = bytes[from + index]!
  else out.set(bytes.subarray(from, to), next)
  return next + count
}

function writeLength(out: Uint8Array, start: number, length: number): number {
  let next = start
  let left = length
  for (; left >= 255; left -= 255) out[next++] = 255
  out[next++] = left
  return next
}

/**
 * Reads the block `bytes[start..end)` to `out` from `outStart` on. Copies reach back to no other block.
 * @returns the position after the last byte written, or -1 if the block needs more than `outLimit`
 * @throws RecordError INVALID_RECORD
 */
export function decompressLz4Block(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  outStart: number,
  outLimit: number,
): number {
  let position = start
  let written = outStart
  while (position < end) {
    const token = bytes[position++]!
    let count = token >> 4
    if (count === 15) {
      for (let byte = 255; byte === 255 && position < end; count += byte) byte = bytes[position++]!
    }
    if (count > end - position) throw corrupt('lz4', 'literals out of range')
    if (count > outLimit - written) return -1
    if (count < 32) for (let index = 0; index < count; index++) out[written + index] = bytes[position + index]!
    else out.set(bytes.subarray(position, position + count), written)
    position += count
    written += count
    if (position === end) return written
    const distance = bytes[position]! | (bytes[position + 1]! << 8)
    position += 2
    count = (token & 15) + LEAST_MATCH_BYTES
    if ((token & 15) === 15) {
      for (let byte = 255; byte === 255 && position < end; count += byte) byte = bytes[position++]!
    }
    if (position >= end || distance === 0 || distance > written - outStart) throw corrupt('lz4', 'copy out of range')
    if (count > outLimit - written) return -1
    for (const last = written + count; written < last; written++) out[written] = out[written - distance]!
  }
  throw corrupt('lz4', 'block is empty')
}
