/** Writes record batches of magic 2 as Kafka's MemoryRecordsBuilder does. @module */

import { attributesOf, BATCH, CURRENT_MAGIC, LOG_OVERHEAD_BYTES, NO_TIMESTAMP, type TimestampType } from './batch.ts'
import { CompressionCodec, compress } from './compression/index.ts'
import { crc32c } from './crc32c.ts'
import { writeInt16, writeInt32, writeInt64 } from './integers.ts'
import type { RecordEntry, RecordHeader } from './record.ts'
import { varintBytes, varlongBytes, writeVarint, writeVarlong } from './varint.ts'

/** What a batch says besides its records; everything has a default. */
export interface BatchOptions {
  /** The first record's offset, 0 if there is none. */
  readonly baseOffset?: number
  /** The last record's, -1 if there is none. A batch that compaction thinned out keeps its own. */
  readonly lastOffsetDelta?: number
  /** -1 */
  readonly partitionLeaderEpoch?: number
  /** None. */
  readonly codec?: CompressionCodec
  /** The codec's own default. */
  readonly level?: number | undefined
  /** The first record's timestamp, -1 if there is none; `deleteHorizonMs` goes before it. */
  readonly baseTimestamp?: number
  /** The largest of the records', or -1; with LogAppendTime, the time of the append. */
  readonly maxTimestamp?: number
  /** CreateTime. */
  readonly timestampType?: TimestampType
  /** -1 */
  readonly producerId?: number
  /** -1 */
  readonly producerEpoch?: number
  /** -1 */
  readonly baseSequence?: number
  /** false */
  readonly isTransactional?: boolean
  /** false */
  readonly isControl?: boolean
  /** When tombstones and markers in here may go (KIP-534); takes the place of the base timestamp. */
  readonly deleteHorizonMs?: number
}

/** What the encoder needs of a record; `headers` may be left out. */
export type RecordToWrite = Omit<RecordEntry, 'headers'> & { readonly headers?: readonly RecordHeader[] }

const utf8 = new TextEncoder()
const noHeaders: readonly RecordHeader[] = []

/**
 * One whole batch with its CRC, holding `records` in the order given; offsets must not be below the base offset, nor more
 * than 2^31 - 1 above it.
 */
export function encodeBatch(options: BatchOptions, records: readonly RecordToWrite[]): Uint8Array {
  const first = records[0]
  const baseOffset = options.baseOffset ?? first?.offset ?? 0
  const baseTimestamp = options.deleteHorizonMs ?? options.baseTimestamp ?? first?.timestamp ?? NO_TIMESTAMP
  const batch = encodeRecords(records, baseOffset, baseTimestamp, options)
  const last = records[records.length - 1]
  const attributes = attributesOf(
    options.codec ?? CompressionCodec.NONE,
    options.timestampType ?? 'CreateTime',
    options.isTransactional ?? false,
    options.isControl ?? false,
    options.deleteHorizonMs !== undefined,
  )
  writeInt64(batch, BATCH.baseOffset, baseOffset)
  writeInt32(batch, BATCH.length, batch.length - LOG_OVERHEAD_BYTES)
  writeInt32(batch, BATCH.partitionLeaderEpoch, options.partitionLeaderEpoch ?? -1)
  batch[BATCH.magic] = CURRENT_MAGIC
  writeInt16(batch, BATCH.attributes, attributes)
  writeInt32(batch, BATCH.lastOffsetDelta, options.lastOffsetDelta ?? (last ? last.offset - baseOffset : -1))
  writeInt64(batch, BATCH.baseTimestamp, baseTimestamp)
  writeInt64(batch, BATCH.maxTimestamp, options.maxTimestamp ?? maxTimestampOf(records))
  writeInt64(batch, BATCH.producerId, options.producerId ?? -1)
  writeInt16(batch, BATCH.producerEpoch, options.producerEpoch ?? -1)
  writeInt32(batch, BATCH.baseSequence, options.baseSequence ?? -1)
  writeInt32(batch, BATCH.recordCount, records.length)
  writeInt32(batch, BATCH.crc, crc32c(batch, BATCH.attributes))
  return batch
}

/** The largest timestamp, or -1. */
export function maxTimestampOf(records: readonly { readonly timestamp: number }[]): number {
  let max = NO_TIMESTAMP
  for (const record of records) if (record.timestamp > max) max = record.timestamp
  return max
}

/** Room for the header, then the records, compressed if a codec is given. */
function encodeRecords(
  records: readonly RecordToWrite[],
  baseOffset: number,
  baseTimestamp: number,
  { codec = CompressionCodec.NONE, level }: BatchOptions,
): Uint8Array {
  const bodies: number[] = []
  let sizeBytes: number = BATCH.records
  for (const record of records) {
    const bodyBytes = bodyBytesOf(record, baseOffset, baseTimestamp)
    bodies.push(bodyBytes)
    sizeBytes += varintBytes(bodyBytes) + bodyBytes
  }
  const plain = new Uint8Array(sizeBytes)
  let position: number = BATCH.records
  let index = 0
  for (const record of records) {
    position = writeVarint(plain, position, bodies[index++] ?? 0)
    position = writeRecord(plain, position, record, baseOffset, baseTimestamp)
  }
  if (codec === CompressionCodec.NONE) return plain
  const packed = compress(codec, plain.subarray(BATCH.records), level)
  const batch = new Uint8Array(BATCH.records + packed.length)
  batch.set(packed, BATCH.records)
  return batch
}

function bodyBytesOf(record: RecordToWrite, baseOffset: number, baseTimestamp: number): number {
  const headers = record.headers ?? noHeaders
  let count = 1 + varlongBytes(record.timestamp - baseTimestamp) + varintBytes(record.offset - baseOffset)
  count += bytesBytes(record.key) + bytesBytes(record.value) + varintBytes(headers.length)
  for (const header of headers) {
    const keyBytes = utf8Bytes(header.key)
    count += varintBytes(keyBytes) + keyBytes + bytesBytes(header.value)
  }
  return count
}

/** Writes the body: all but the length before it. */
function writeRecord(
  bytes: Uint8Array,
  start: number,
  record: RecordToWrite,
  baseOffset: number,
  baseTimestamp: number,
): number {
  const headers = record.headers ?? noHeaders
  let position = start + 1 // attributes: 0
  position = writeVarlong(bytes, position, record.timestamp - baseTimestamp)
  position = writeVarint(bytes, position, record.offset - baseOffset)
  position = writeBytes(bytes, position, record.key)
  position = writeBytes(bytes, position, record.value)
  position = writeVarint(bytes, position, headers.length)
  for (const header of headers) {
    position = writeVarint(bytes, position, utf8Bytes(header.key))
    position += utf8.encodeInto(header.key, bytes.subarray(position)).written
    position = writeBytes(bytes, position, header.value)
  }
  return position
}

function bytesBytes(value: Uint8Array | null): number {
  return value === null ? 1 : varintBytes(value.length) + value.length
}

function writeBytes(bytes: Uint8Array, start: number, value: Uint8Array | null): number {
  if (value === null) return writeVarint(bytes, start, -1)
  const position = writeVarint(bytes, start, value.length)
  bytes.set(value, position)
  return position + value.length
}

/** Bytes of `text` in UTF-8; a lone surrogate counts as the replacement character that TextEncoder writes for it. */
function utf8Bytes(text: string): number {
  let count = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    count += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return count
}
