/**
 * Snappy: raw blocks (what librdkafka writes) and the framing of snappy-java, known as xerial's (what Kafka's own client
 * writes): a 16-byte header, then blocks, each after its int32 length. @module
 */

import { concatBytes } from '../../../base/bytes.ts'
import { readInt32, readInt32LE, writeInt32 } from '../integers.ts'
import { corrupt, tooLarge } from './errors.ts'

/** Magic, version 1, compatible with version 1. */
const XERIAL_HEADER = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]
const XERIAL_MAGIC_BYTES = 8

/** Plain bytes per block, as snappy-java cuts them; an offset in a block therefore fits two bytes. */
const BLOCK_BYTES = 32 * 1024

/** No three bytes of a block make more than 64, so a block that claims more lies. */
const MAX_EXPANSION = 64

const LEAST_MATCH_BYTES = 4
const HASH_BITS = 13

/** Compresses with xerial framing, as Kafka does. */
export function compressSnappy(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [Uint8Array.from(XERIAL_HEADER)]
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    const end = Math.min(start + BLOCK_BYTES, bytes.length)
    const framed = new Uint8Array(4 + maxBlockBytes(end - start))
    const next = compressBlock(bytes, start, end, framed, 4)
    writeInt32(framed, 0, next - 4)
    pieces.push(framed.subarray(0, next))
  }
  return concatBytes(pieces)
}

/** @throws RecordError as `decompress` */
export function decompressSnappy(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (!isXerial(bytes, 0)) return decompressBlock(bytes, 0, bytes.length, maxBytes)
  const pieces: Uint8Array[] = []
  let position = 0
  let left = maxBytes
  while (position < bytes.length) {
    if (isXerial(bytes, position)) {
      position += XERIAL_HEADER.length
      continue
    }
    if (bytes.length - position < 4) throw corrupt('snappy', 'cut inside a block length')
    const end = position + 4 + readInt32(bytes, position)
    if (end < position + 4 || end > bytes.length) throw corrupt('snappy', 'block length out of range')
    const piece = decompressBlock(bytes, position + 4, end, left)
    left -= piece.length
    pieces.push(piece)
    position = end
  }
  return concatBytes(pieces)
}

/** The magic may come again: streams can be joined. Versions are not looked at, as snappy-java looks only for newer ones. */
function isXerial(bytes: Uint8Array, position: number): boolean {
  if (bytes.length - position < XERIAL_HEADER.length) return false
  for (let index = 0; index < XERIAL_MAGIC_BYTES; index++) {
    if (bytes[position + index] !== XERIAL_HEADER[index]) return false
  }
  return true
}

/** What a block of `plainBytes` may take at worst. */
function maxBlockBytes(plainBytes: number): number {
  return 32 + plainBytes + Math.ceil(plainBytes / 6)
}

/** Where in the block a four-byte sequence was last seen, by hash; made on first use, cleared for each block. */
let seen: Uint16Array | null = null

/** Writes `bytes[start..end)`, at most `BLOCK_BYTES`, as a raw block; returns the position after it. */
function compressBlock(bytes: Uint8Array, start: number, end: number, out: Uint8Array, outStart: number): number {
  seen ??= new Uint16Array(1 << HASH_BITS)
  const table = seen.fill(0)
  let next = writeUvarint(out, outStart, end - start)
  let literalStart = start
  let misses = 0
  for (let position = start + 1; position <= end - LEAST_MATCH_BYTES; ) {
    const word = readInt32LE(bytes, position)
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS)
    const candidate = start + table[slot]!
    table[slot] = position - start
    if (readInt32LE(bytes, candidate) !== word) {
      position += 1 + (misses++ >> 5) // hurries through what does not compress
      continue
    }
    misses = 0
    const matchBytes = commonBytes(bytes, candidate, position, end)
    next = writeLiteral(out, next, bytes, literalStart, position)
    next = writeCopy(out, next, position - candidate, matchBytes)
    position += matchBytes
    literalStart = position
  }
  return writeLiteral(out, next, bytes, literalStart, end)
}

/** How many bytes are the same from `earlier` and from `later` on, `end` being the later one's limit. */
function commonBytes(bytes: Uint8Array, earlier: number, later: number, end: number): number {
  let count = LEAST_MATCH_BYTES
  while (later + count < end && bytes[earlier + count] === bytes[later + count]) count++
  return count
}

function writeLiteral(out: Uint8Array, start: number, bytes: Uint8Array, from: number, to: number): number {
  const count = to - from
  if (count === 0) return start
  let next = start
  if (count <= 60) {
    out[next++] = (count - 1) << 2
  } else if (count <= 256) {
    out[next++] = 60 << 2
    out[next++] = count - 1
  } else {
    out[next++] = 61 << 2
    out[next++] = count - 1
    out[next++] = (count - 1) >> 8
  }
  out.set(bytes.subarray(from, to), next)
  return next + count
}

/** Copies with a two-byte offset, 64 bytes each at most; the last one not so short that it would waste its tag. */
function writeCopy(out: Uint8Array, start: number, offset: number, matchBytes: number): number {
  let next = start
  for (let left = matchBytes; left > 0; ) {
    const count = Math.min(left, 64)
    out[next++] = ((count - 1) << 2) | 2
    out[next++] = offset
    out[next++] = offset >> 8
    left -= count
  }
  return next
}

function writeUvarint(out: Uint8Array, start: number, value: number): number {
  let next = start
  let left = value
  for (; left >= 0x80; left >>>= 7) out[next++] = left | 0x80
  out[next++] = left
  return next
}

/** Reads one raw block. */
function decompressBlock(bytes: Uint8Array, start: number, end: number, maxBytes: number): Uint8Array {
  let plainBytes = 0
  let position = start
  for (let weight = 1, more = true; more; weight *= 0x80) {
    if (position >= end || weight > 2 ** 28) throw corrupt('snappy', 'no length')
    const byte = bytes[position++]!
    plainBytes += (byte & 0x7f) * weight
    more = byte >= 0x80
  }
  if (plainBytes > maxBytes) throw tooLarge(maxBytes)
  if (plainBytes > (end - position) * MAX_EXPANSION) throw corrupt('snappy', 'length out of range')
  const out = new Uint8Array(plainBytes)
  if (readElements(bytes, position, end, out) !== plainBytes) throw corrupt('snappy', 'block ends early')
  return out
}

/** Fills `out` from the elements in `bytes[start..end)`; returns how many bytes it got. */
function readElements(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let position = start
  let written = 0
  while (position < end) {
    const tag = bytes[position++]!
    const kind = tag & 3
    if (kind === 0) {
      let count = (tag >> 2) + 1
      if (count > 60) {
        const lengthBytes = count - 60
        count = littleEndian(bytes, position, lengthBytes) + 1
        position += lengthBytes
      }
      if (count > end - position || count > out.length - written) throw corrupt('snappy', 'literal out of range')
      if (count < 32) for (let index = 0; index < count; index++) out[written + index] = bytes[position + index]!
      else out.set(bytes.subarray(position, position + count), written)
      position += count
      written += count
      continue
    }
    const count = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const offsetBytes = kind === 3 ? 4 : kind
    let offset = littleEndian(bytes, position, offsetBytes)
    if (kind === 1) offset |= (tag >> 5) << 8
    position += offsetBytes
    if (position > end || offset === 0 || offset > written || count > out.length - written) {
      throw corrupt('snappy', 'copy out of range')
    }
    for (const last = written + count; written < last; written++) out[written] = out[written - offset]!
  }
  return written
}

/** An unsigned integer of 1 to 4 bytes; bytes that are not there count as 0, and the caller looks at the position after. */
function littleEndian(bytes: Uint8Array, position: number, count: number): number {
  let value = 0
  for (let index = count - 1; index >= 0; index--) value = (value << 8) | bytes[position + index]!
  return value >>> 0
}
