/**
 * Message sets of magic 0 and 1, the formats before KIP-98 (Kafka's LegacyRecord and AbstractLegacyRecordBatch): a batch is
 * one message, and a compressed one wraps a whole message set. Read, written, and made from batches of magic 2 for the
 * fetchers that know nothing newer. @module
 */

import { concatBytes } from '../../base/bytes.ts'
import { ErrorCode } from '../errors.ts'
import {
  attributesOf,
  batchHeaders,
  codecOf,
  isControl,
  NO_TIMESTAMP,
  type TimestampType,
  timestampTypeOf,
  wholeBatchBytes,
} from './batch.ts'
import { maxTimestampOf, type RecordToWrite } from './batch-encoder.ts'
import { CompressionCodec, compress, decompress, isCodec } from './compression/index.ts'
import { compressLz4, decompressLz4 } from './compression/lz4.ts'
import { crc32 } from './crc32c.ts'
import { readInt32, readInt64, writeInt32, writeInt64 } from './integers.ts'
import { type RecordEntry, readRecords } from './record.ts'
import { RecordError } from './record-error.ts'

export type LegacyMagic = 0 | 1

/** Where each field of a message begins, counted from its first byte; key and value follow, each after its int32 length. */
const MESSAGE = { offset: 0, size: 8, crc: 12, magic: 16, attributes: 17, timestamp: 18 } as const

/** Where the key's length stands, by magic. */
const KEY_POSITION = { 0: 18, 1: 26 } as const

/** Bytes of a message without key and value, after the log overhead (LegacyRecord.recordOverhead). */
const LEAST_MESSAGE_BYTES = { 0: 14, 1: 22 } as const

/** One message of the log, or all that a compressed one wraps. */
export interface LegacyBatch {
  readonly position: number
  readonly sizeBytes: number
  readonly magic: LegacyMagic
  readonly crc: number
  readonly codec: number
  /** null in magic 0, which has no timestamps. */
  readonly timestampType: TimestampType | null
  readonly baseOffset: number
  readonly lastOffset: number
  readonly maxTimestamp: number
  readonly records: readonly RecordEntry[]
}

/** A single message as it lies. */
interface Message {
  readonly offset: number
  readonly magic: LegacyMagic
  readonly crc: number
  readonly attributes: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

function invalid(message: string): RecordError {
  return new RecordError(ErrorCode.INVALID_RECORD, message)
}

/**
 * The batches of a message set of magic 0 or 1, a partial one at the end left out. `maxBytes` bounds what the compressed
 * ones may grow to, all together.
 * @throws RecordError CORRUPT_MESSAGE for a wrong size or CRC, INVALID_RECORD for what is inside, MESSAGE_TOO_LARGE
 */
export function readLegacyBatches(bytes: Uint8Array, maxBytes: number): LegacyBatch[] {
  const batches: LegacyBatch[] = []
  let position = 0
  let left = maxBytes
  for (let size = wholeBatchBytes(bytes, position); size > 0; size = wholeBatchBytes(bytes, position)) {
    const message = readMessage(bytes, position, size)
    const inner = codecOf(message.attributes) === CompressionCodec.NONE ? null : unwrap(message, left)
    if (inner) left = Math.max(1, left - inner.sizeBytes)
    batches.push(legacyBatch(message, position, size, inner?.messages ?? [message]))
    position += size
  }
  return batches
}

function legacyBatch(wrapper: Message, position: number, sizeBytes: number, messages: readonly Message[]): LegacyBatch {
  const records = messages.map(toRecord)
  const timestampType = wrapper.magic === 0 ? null : timestampTypeOf(wrapper.attributes)
  return {
    position,
    sizeBytes,
    magic: wrapper.magic,
    crc: wrapper.crc,
    codec: codecOf(wrapper.attributes),
    timestampType,
    baseOffset: records[0]?.offset ?? wrapper.offset,
    lastOffset: wrapper.offset,
    maxTimestamp: wrapper.timestamp,
    records,
  }
}

function toRecord({ offset, timestamp, key, value }: Message): RecordEntry {
  return { offset, timestamp, key, value, headers: [] }
}

/** Reads the whole message of `sizeBytes` at `position`, checking size and CRC (LegacyRecord.ensureValid). */
function readMessage(bytes: Uint8Array, position: number, sizeBytes: number): Message {
  const end = position + sizeBytes
  const magic = bytes[position + MESSAGE.magic]
  if (magic !== 0 && magic !== 1) throw invalid(`Message of magic ${magic} in a message set of magic 0 or 1`)
  if (sizeBytes - MESSAGE.crc < LEAST_MESSAGE_BYTES[magic]) {
    throw new RecordError(ErrorCode.CORRUPT_MESSAGE, 'Record is corrupt (its size is below the minimum)')
  }
  const stored = readInt32(bytes, position + MESSAGE.crc) >>> 0
  const computed = crc32(bytes, position + MESSAGE.magic, end)
  if (stored !== computed) {
    const text = `Record is corrupt (stored crc = ${stored}, computed crc = ${computed})`
    throw new RecordError(ErrorCode.CORRUPT_MESSAGE, text)
  }
  const keyPosition = position + KEY_POSITION[magic]
  const key = readBytes(bytes, keyPosition, end)
  const valuePosition = keyPosition + 4 + (key?.length ?? 0)
  return {
    offset: readInt64(bytes, position + MESSAGE.offset),
    magic,
    crc: stored,
    attributes: bytes[position + MESSAGE.attributes]!,
    timestamp: magic === 0 ? NO_TIMESTAMP : readInt64(bytes, position + MESSAGE.timestamp),
    key,
    value: readBytes(bytes, valuePosition, end),
  }
}

/** Bytes after their int32 length; any negative length is null. */
function readBytes(bytes: Uint8Array, position: number, end: number): Uint8Array | null {
  if (position + 4 > end) throw invalid('Message ends before its value')
  const length = readInt32(bytes, position)
  if (length < 0) return null
  if (length > end - position - 4) throw invalid(`Message has no ${length} bytes for its key or value`)
  return bytes.subarray(position + 4, position + 4 + length)
}

/** The messages inside `wrapper`, with the offsets and timestamps that the wrapper gives them. */
function unwrap(wrapper: Message, maxBytes: number): { messages: readonly Message[]; sizeBytes: number } {
  if (wrapper.value === null) throw invalid('Found invalid compressed record set with null value')
  const bytes = unpack(wrapper.magic, codecOf(wrapper.attributes), wrapper.value, maxBytes)
  const messages: Message[] = []
  let position = 0
  for (let size = wholeBatchBytes(bytes, position); size > 0; size = wholeBatchBytes(bytes, position)) {
    const message = readMessage(bytes, position, size)
    if (message.magic !== wrapper.magic) throw invalid('Message inside a compressed message has another magic')
    if (codecOf(message.attributes) !== CompressionCodec.NONE) throw invalid('Compressed message inside another')
    messages.push(message)
    position += size
  }
  const last = messages[messages.length - 1]
  if (!last) throw invalid('Found invalid compressed record set with no records')
  return { messages: wrapper.magic === 0 ? messages : messages.map(placed(wrapper, last)), sizeBytes: bytes.length }
}

/** In magic 1 inner offsets are relative and the wrapper has the last one's (KIP-31); a wrapper stamped by the broker
 * stamps all that is inside (KIP-32). */
function placed(wrapper: Message, last: Message): (message: Message) => Message {
  const base = Math.max(0, wrapper.offset - last.offset)
  const isStamped = timestampTypeOf(wrapper.attributes) === 'LogAppendTime'
  return message => ({
    ...message,
    offset: base + message.offset,
    timestamp: isStamped ? wrapper.timestamp : message.timestamp,
  })
}

function unpack(magic: LegacyMagic, codec: number, bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (codec === CompressionCodec.LZ4 && magic === 0) return decompressLz4(bytes, maxBytes, 'magic0')
  if (codec === CompressionCodec.ZSTD) throw invalid('Messages of magic 0 and 1 cannot be compressed with zstd')
  return decompress(codec, bytes, maxBytes)
}

function pack(magic: LegacyMagic, codec: CompressionCodec, bytes: Uint8Array): Uint8Array {
  return codec === CompressionCodec.LZ4 && magic === 0 ? compressLz4(bytes, 'magic0') : compress(codec, bytes)
}

/** How `encodeMessageSet` writes. */
export interface MessageSetOptions {
  readonly magic: LegacyMagic
  /** None. */
  readonly codec?: CompressionCodec
  /** CreateTime; means nothing in magic 0. */
  readonly timestampType?: TimestampType
}

/**
 * `records` as messages of magic 0 or 1, headers dropped: one message each, or one wrapper around all.
 * @throws RecordError UNSUPPORTED_COMPRESSION_TYPE for zstd (KIP-110)
 */
export function encodeMessageSet(options: MessageSetOptions, records: readonly RecordToWrite[]): Uint8Array {
  const { magic, codec = CompressionCodec.NONE, timestampType = 'CreateTime' } = options
  if (codec === CompressionCodec.ZSTD) {
    const text = 'Down-conversion of zstandard-compressed batches is not supported'
    throw new RecordError(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, text)
  }
  const stampFlag = magic === 0 ? 0 : attributesOf(0, timestampType, false, false, false)
  const first = records[0]
  const last = records[records.length - 1]
  if (!first || !last) return new Uint8Array(0)
  const innerBase = codec === CompressionCodec.NONE || magic === 0 ? 0 : first.offset
  const messages = concatBytes(
    records.map(record => encodeMessage(magic, stampFlag, { ...record, offset: record.offset - innerBase })),
  )
  if (codec === CompressionCodec.NONE) return messages
  return encodeMessage(magic, stampFlag | codec, {
    offset: last.offset,
    timestamp: maxTimestampOf(records),
    key: null,
    value: pack(magic, codec, messages),
  })
}

function encodeMessage(magic: LegacyMagic, attributes: number, record: RecordToWrite): Uint8Array {
  const keyPosition = KEY_POSITION[magic]
  const bytes = new Uint8Array(keyPosition + 8 + (record.key?.length ?? 0) + (record.value?.length ?? 0))
  writeInt64(bytes, MESSAGE.offset, record.offset)
  writeInt32(bytes, MESSAGE.size, bytes.length - MESSAGE.crc)
  bytes[MESSAGE.magic] = magic
  bytes[MESSAGE.attributes] = attributes
  if (magic === 1) writeInt64(bytes, MESSAGE.timestamp, record.timestamp)
  writeBytes(bytes, writeBytes(bytes, keyPosition, record.key), record.value)
  writeInt32(bytes, MESSAGE.crc, crc32(bytes, MESSAGE.magic))
  return bytes
}

function writeBytes(bytes: Uint8Array, position: number, value: Uint8Array | null): number {
  writeInt32(bytes, position, value?.length ?? -1)
  if (value) bytes.set(value, position + 4)
  return position + 4 + (value?.length ?? 0)
}

/**
 * Whole batches of magic 2 as messages of magic 0 or 1, for Fetch 0 to 3 (what Kafka's RecordsUtil.downConvert did):
 * control batches and headers are dropped, offsets and compression kept. `maxBytes` bounds each batch's plain records.
 * @throws RecordError UNSUPPORTED_COMPRESSION_TYPE for zstd, or as `readRecords`
 */
export function downConvert(bytes: Uint8Array, magic: LegacyMagic, maxBytes: number): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const header of batchHeaders(bytes)) {
    if (isControl(header.attributes)) continue
    const codec = codecOf(header.attributes)
    const timestampType = timestampTypeOf(header.attributes)
    if (!isCodec(codec)) throw invalid(`Unknown compression type id: ${codec}`)
    pieces.push(encodeMessageSet({ magic, codec, timestampType }, readRecords(bytes, header, maxBytes)))
  }
  return concatBytes(pieces)
}
