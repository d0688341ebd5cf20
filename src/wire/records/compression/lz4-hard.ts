/** Blocks of lz4, written so that they are small (as LZ4HC does it): every place that may be copied from is remembered. @module */

import { readInt32LE } from '../integers.ts'
import { LAST_LITERALS_BYTES, LEAST_MATCH_BYTES, NO_MATCH_BYTES, writeLiterals, writeSequence } from './lz4-block.ts'

const HASH_BITS = 15
const MAX_BLOCK_BYTES = 64 * 1024
/** A copy of this length is good enough. */
const ENOUGH_BYTES = 256

/** Where in the block a four-byte sequence was last seen, by hash, counted from 1; and where before that, by place. */
interface Places {
  readonly latest: Uint16Array
  readonly earlier: Uint16Array
}

/** Made on first use; `latest` is cleared for each block. */
let places: Places | null = null

/**
 * Writes `bytes[start..end)`, at most 64 KiB, as a block; returns the position after it. For each copy up to `attempts`
 * places are looked at, and the longest is taken.
 */
export function compressLz4BlockHard(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  outStart: number,
  attempts: number,
): number {
  places ??= { latest: new Uint16Array(1 << HASH_BITS), earlier: new Uint16Array(MAX_BLOCK_BYTES) }
  places.latest.fill(0)
  const lastStart = end - NO_MATCH_BYTES
  const limit = end - LAST_LITERALS_BYTES
  let next = outStart
  let literalStart = start
  for (let position = start; position < lastStart; ) {
    const { distance, length } = longestCopy(places, bytes, start, position, limit, attempts)
    const after = position + (length < LEAST_MATCH_BYTES ? 1 : length)
    if (length >= LEAST_MATCH_BYTES) {
      next = writeSequence(out, next, bytes, literalStart, position, distance, length)
      literalStart = after
    }
    for (; position < after; position++) if (position < lastStart) remember(places, bytes, start, position)
  }
  return writeLiterals(out, next, bytes, literalStart, end, 0)
}

function longestCopy(
  { latest, earlier }: Places,
  bytes: Uint8Array,
  start: number,
  position: number,
  limit: number,
  attempts: number,
): { readonly distance: number; readonly length: number } {
  let distance = 0
  let longest = 0
  let place = latest[slotOf(bytes, position)]!
  for (let left = attempts; place > 0 && left > 0 && longest < ENOUGH_BYTES; left--) {
    const candidate = start + place - 1
    let length = 0
    while (position + length < limit && bytes[candidate + length] === bytes[position + length]) length++
    if (length > longest) {
      longest = length
      distance = position - candidate
    }
    place = earlier[place - 1]!
  }
  return { distance, length: longest }
}

function remember({ latest, earlier }: Places, bytes: Uint8Array, start: number, position: number): void {
  const slot = slotOf(bytes, position)
  earlier[position - start] = latest[slot]!
  latest[slot] = position - start + 1
}

function slotOf(bytes: Uint8Array, position: number): number {
  return Math.imul(readInt32LE(bytes, position), 0x9e3779b1) >>> (32 - HASH_BITS)
}
