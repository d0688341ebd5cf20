/** Zstandard (RFC 8878), by the runtime (KIP-110). @module */

import { zlib } from '../zlib.ts'
import { corrupt, fromZlib, tooLarge } from './errors.ts'

const FRAME_MAGIC = 0xfd2fb528
const SINGLE_SEGMENT_FLAG = 0x20
const CHECKSUM_FLAG = 0x04
const DICTIONARY_MASK = 0x03
const MAX_BLOCK_BYTES = 128 * 1024

const BlockType = { RAW: 0, RLE: 1, COMPRESSED: 2 } as const

const DEFAULT_LEVEL = 3
/** ZSTD_c_compressionLevel */
const LEVEL_PARAMETER = 100

/** Levels below 1 are faster still; of the runtime's two encoders only the slow one knows them. */
export function compressZstd(bytes: Uint8Array, level = DEFAULT_LEVEL): Uint8Array {
  return level >= 1
    ? Bun.zstdCompressSync(bytes, { level })
    : zlib().zstdCompressSync(bytes, { params: { [LEVEL_PARAMETER]: level } })
}

/**
 * The frames are walked first, since the runtime takes a cut frame for an empty one and ignores garbage (Kafka refuses
 * both), and since of its two decoders the fast one has no limit: it gets what cannot be too large.
 * @throws RecordError as `decompress`
 */
export function decompressZstd(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const boundBytes = contentBound(bytes, maxBytes)
  try {
    return boundBytes <= maxBytes
      ? Bun.zstdDecompressSync(bytes)
      : zlib().zstdDecompressSync(bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    throw fromZlib('zstd', error, maxBytes)
  }
}

/** What the frames in `bytes` hold at most, by their headers and those of their blocks. */
function contentBound(bytes: Uint8Array, maxBytes: number): number {
  let boundBytes = 0
  let position = 0
  do {
    if (littleEndian(bytes, position, 4) !== FRAME_MAGIC) throw corrupt('zstd', 'not a frame')
    const descriptor = littleEndian(bytes, position + 4, 1)
    if (descriptor & DICTIONARY_MASK) throw corrupt('zstd', 'needs a dictionary')
    const isSingleSegment = (descriptor & SINGLE_SEGMENT_FLAG) !== 0
    const sizePosition = position + (isSingleSegment ? 5 : 6)
    const sizeFlag = descriptor >> 6
    const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag
    const declared = littleEndian(bytes, sizePosition, sizeBytes) + (sizeBytes === 2 ? 256 : 0)
    if (declared > maxBytes) throw tooLarge(maxBytes)
    const blocks = walkBlocks(bytes, sizePosition + sizeBytes)
    if (declared > blocks.boundBytes) throw corrupt('zstd', 'content size out of range')
    boundBytes += sizeBytes > 0 ? declared : blocks.boundBytes
    position = blocks.end + (descriptor & CHECKSUM_FLAG ? 4 : 0)
    if (position > bytes.length) throw corrupt('zstd', 'frame is cut')
  } while (position < bytes.length)
  return boundBytes
}

/** Where the blocks of a frame end, and how much they hold at most. */
function walkBlocks(bytes: Uint8Array, start: number): { end: number; boundBytes: number } {
  let boundBytes = 0
  let position = start
  for (let isLast = false; !isLast; ) {
    const header = littleEndian(bytes, position, 3)
    isLast = (header & 1) !== 0
    const type = (header >> 1) & 3
    const size = header >> 3
    if (type > BlockType.COMPRESSED || size > MAX_BLOCK_BYTES) throw corrupt('zstd', 'no such block')
    boundBytes += type === BlockType.COMPRESSED ? MAX_BLOCK_BYTES : size
    position += 3 + (type === BlockType.RLE ? 1 : size)
  }
  return { end: position, boundBytes }
}

/** An unsigned integer of `count` bytes, rounded above 2^53. */
function littleEndian(bytes: Uint8Array, position: number, count: number): number {
  if (position + count > bytes.length) throw corrupt('zstd', 'frame is cut')
  let value = 0
  for (let index = count - 1; index >= 0; index--) value = value * 256 + bytes[position + index]!
  return value
}
