/**
 * The lz4 frame format, as Kafka's Lz4BlockOutputStream writes it: independent blocks of 64 KiB, no block checksums, no
 * content checksum. Read too: other block sizes, both checksums, a content size. @module
 */

import { readInt32LE, writeInt32LE } from '../integers.ts'
import { corrupt, tooLarge } from './errors.ts'
import { compressLz4Block, decompressLz4Block, maxLz4BlockBytes } from './lz4-block.ts'
import { compressLz4BlockHard } from './lz4-hard.ts'
import { xxHash32 } from './xxhash32.ts'

/** The frame's first four bytes, little-endian 0x184D2204. */
const MAGIC = [0x04, 0x22, 0x4d, 0x18]

/** Version 1, independent blocks. */
const KAFKA_FLAGS = 0x60
/** Blocks of 64 KiB. */
const KAFKA_BLOCK_DESCRIPTOR = 0x40
const KAFKA_BLOCK_BYTES = 64 * 1024
const HEADER_BYTES = 7

const VERSION_MASK = 0xc0
const VERSION_1 = 0x40
const INDEPENDENT_FLAG = 0x20
const BLOCK_CHECKSUM_FLAG = 0x10
const CONTENT_SIZE_FLAG = 0x08
const CONTENT_CHECKSUM_FLAG = 0x04
/** The second of the two is a dictionary's, of which Kafka knows nothing. */
const RESERVED_FLAGS = 0x03
/** Of the block descriptor: all but the block size. */
const RESERVED_BITS = 0x8f

const STORED_BIT = 0x80000000

/**
 * Kafka before 0.10 took the header's checksum over the magic as well; readers of messages of magic 0 expect it so, and
 * their own headers cannot be checked (KAFKA-3160).
 */
export type Lz4Header = 'standard' | 'magic0'

/** At this level Kafka takes the fast encoder, and at every other one that which looks for longer copies (KIP-390). */
const DEFAULT_LEVEL = 9
/** Places to look at for a copy: more gain little, and cost as much again. */
const MOST_ATTEMPTS = 256

/** One frame. */
export function compressLz4(bytes: Uint8Array, header: Lz4Header = 'standard', level = DEFAULT_LEVEL): Uint8Array {
  const attempts = level === DEFAULT_LEVEL ? 0 : Math.min(2 ** level, MOST_ATTEMPTS)
  const blockCount = Math.ceil(bytes.length / KAFKA_BLOCK_BYTES)
  const out = new Uint8Array(HEADER_BYTES + blockCount * 4 + maxLz4BlockBytes(bytes.length) + 4)
  out.set(MAGIC)
  out[4] = KAFKA_FLAGS
  out[5] = KAFKA_BLOCK_DESCRIPTOR
  out[6] = (xxHash32(out, header === 'magic0' ? 0 : 4, 6) >>> 8) & 0xff
  let next = HEADER_BYTES
  for (let start = 0; start < bytes.length; start += KAFKA_BLOCK_BYTES) {
    next = writeBlock(out, next, bytes, start, Math.min(start + KAFKA_BLOCK_BYTES, bytes.length), attempts)
  }
  writeInt32LE(out, next, 0) // the end mark: no block
  return out.subarray(0, next + 4)
}

/** A block that does not shrink is stored. */
function writeBlock(
  out: Uint8Array,
  position: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  attempts: number,
): number {
  const next =
    attempts === 0
      ? compressLz4Block(bytes, start, end, out, position + 4)
      : compressLz4BlockHard(bytes, start, end, out, position + 4, attempts)
  const packedBytes = next - position - 4
  if (packedBytes < end - start) {
    writeInt32LE(out, position, packedBytes)
    return next
  }
  out.set(bytes.subarray(start, end), position + 4)
  writeInt32LE(out, position, (end - start) | STORED_BIT)
  return position + 4 + (end - start)
}

/**
 * The content of the first frame; what follows its end mark is ignored, as Kafka ignores it. Linked blocks, which the format
 * has too, Kafka cannot read (Lz4BlockOutputStream.FLG and BD, validate).
 * @throws RecordError as `decompress`
 */
export function decompressLz4(bytes: Uint8Array, maxBytes: number, header: Lz4Header = 'standard'): Uint8Array {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) throw corrupt('lz4', 'not a frame')
  const flags = bytes[4] ?? 0
  const descriptor = bytes[5] ?? 0
  if ((flags & VERSION_MASK) !== VERSION_1) throw corrupt('lz4', 'unknown frame version')
  if ((flags & INDEPENDENT_FLAG) === 0) throw corrupt('lz4', 'linked blocks')
  if (flags & RESERVED_FLAGS || descriptor & RESERVED_BITS) throw corrupt('lz4', 'reserved bits')
  const blockBytes = blockBytesOf(descriptor)
  const headerEnd = flags & CONTENT_SIZE_FLAG ? 14 : 6
  if (header === 'standard' && bytes[headerEnd] !== ((xxHash32(bytes, 4, headerEnd) >>> 8) & 0xff)) {
    throw corrupt('lz4', 'frame header checksum does not match')
  }
  const frame = new FrameReader(bytes, headerEnd + 1, flags, blockBytes, maxBytes)
  return frame.content()
}

/** 64 KiB, 256 KiB, 1 MiB or 4 MiB. */
function blockBytesOf(descriptor: number): number {
  const id = descriptor >> 4
  if (id < 4) throw corrupt('lz4', 'unknown block size')
  return 1 << (8 + 2 * id)
}

/** Decodes the blocks into one array that grows. */
class FrameReader {
  private out: Uint8Array
  private written = 0

  constructor(
    private readonly bytes: Uint8Array,
    private position: number,
    private readonly flags: number,
    private readonly blockBytes: number,
    private readonly maxBytes: number,
  ) {
    this.out = new Uint8Array(Math.min(maxBytes, bytes.length * 4))
  }

  content(): Uint8Array {
    for (let length = this.word(); length !== 0; length = this.word()) this.readBlock(length)
    if (this.flags & CONTENT_CHECKSUM_FLAG && this.word() !== xxHash32(this.out, 0, this.written)) {
      throw corrupt('lz4', 'content checksum does not match')
    }
    return this.out.subarray(0, this.written)
  }

  private readBlock(length: number): void {
    const isStored = length >= STORED_BIT
    const start = this.position
    const end = start + (isStored ? length - STORED_BIT : length)
    if (end > this.bytes.length || end - start > this.blockBytes) throw corrupt('lz4', 'block size out of range')
    this.position = end
    if (this.flags & BLOCK_CHECKSUM_FLAG && this.word() !== xxHash32(this.bytes, start, end)) {
      throw corrupt('lz4', 'block checksum does not match')
    }
    if (isStored) this.store(start, end)
    else this.unpack(start, end)
  }

  private store(start: number, end: number): void {
    this.makeRoom(end - start)
    this.out.set(this.bytes.subarray(start, end), this.written)
    this.written += end - start
  }

  private unpack(start: number, end: number): void {
    this.makeRoom(Math.min(this.blockBytes, (end - start) * 255, this.maxBytes - this.written))
    const limit = Math.min(this.out.length, this.written + this.blockBytes)
    const next = decompressLz4Block(this.bytes, start, end, this.out, this.written, limit)
    if (next < 0) throw limit === this.maxBytes ? tooLarge(this.maxBytes) : corrupt('lz4', 'block is too large')
    this.written = next
  }

  private makeRoom(count: number): void {
    const needed = this.written + count
    if (needed > this.maxBytes) throw tooLarge(this.maxBytes)
    if (needed <= this.out.length) return
    const grown = new Uint8Array(Math.min(this.maxBytes, Math.max(needed, 2 * this.out.length)))
    grown.set(this.out.subarray(0, this.written))
    this.out = grown
  }

  /** The next little-endian uint32. */
  private word(): number {
    const at = this.position
    if (at + 4 > this.bytes.length) throw corrupt('lz4', 'frame is cut')
    this.position = at + 4
    return readInt32LE(this.bytes, at) >>> 0
  }
}
