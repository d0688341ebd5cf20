/**
 * The header of a record batch of magic 2 (KIP-98; Kafka's DefaultRecordBatch), where it lies.
 * Positions are bytes in the array that holds the batch; offsets count records. @module
 */

import { ErrorCode } from '../errors.ts'
import { crc32c } from './crc32c.ts'
import { readInt16, readInt32, readInt64, writeInt16, writeInt32, writeInt64 } from './integers.ts'
import { RecordError } from './record-error.ts'

/** Where each field of a batch begins, counted from the batch's first byte. */
export const BATCH = {
  baseOffset: 0,
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  records: 61,
} as const

/** Base offset and length: what comes before the bytes that the length counts. */
export const LOG_OVERHEAD_BYTES = 12

/** The length of the smallest message that ever was: magic 0 without key and value (LegacyRecord.RECORD_OVERHEAD_V0). */
const LEAST_LENGTH_BYTES = 14

/** The magic that this broker writes. */
export const CURRENT_MAGIC = 2

/** "No timestamp" of a record (RecordBatch.NO_TIMESTAMP). */
export const NO_TIMESTAMP = -1

const CODEC_MASK = 0x07
const LOG_APPEND_TIME_FLAG = 0x08
const TRANSACTIONAL_FLAG = 0x10
const CONTROL_FLAG = 0x20
const DELETE_HORIZON_FLAG = 0x40

/** Who stamped the records: the producer, or the broker when it appended them. */
export type TimestampType = 'CreateTime' | 'LogAppendTime'

/** The header's fields. Int64 are numbers: exact to ±2^53. */
export interface BatchHeader {
  /** Where the batch begins, in the bytes it was read from. */
  readonly position: number
  /** The whole batch: 12 + its length field. */
  readonly sizeBytes: number
  readonly baseOffset: number
  readonly partitionLeaderEpoch: number
  readonly magic: number
  readonly crc: number
  readonly attributes: number
  readonly lastOffsetDelta: number
  /** What the records' timestamps are counted from; the delete horizon if `hasDeleteHorizon`. */
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/** The codec id in a batch's or message's attributes, 0..7; `isCodec` tells whether it means anything. */
export function codecOf(attributes: number): number {
  return attributes & CODEC_MASK
}

export function timestampTypeOf(attributes: number): TimestampType {
  return attributes & LOG_APPEND_TIME_FLAG ? 'LogAppendTime' : 'CreateTime'
}

export function isTransactional(attributes: number): boolean {
  return (attributes & TRANSACTIONAL_FLAG) !== 0
}

export function isControl(attributes: number): boolean {
  return (attributes & CONTROL_FLAG) !== 0
}

/** Whether the base timestamp is a delete horizon (KIP-534). */
export function hasDeleteHorizon(attributes: number): boolean {
  return (attributes & DELETE_HORIZON_FLAG) !== 0
}

/** The attributes that these properties make; bits that mean nothing are 0. */
export function attributesOf(
  codec: number,
  timestampType: TimestampType,
  transactional: boolean,
  control: boolean,
  deleteHorizon: boolean,
): number {
  return (
    codec |
    (timestampType === 'LogAppendTime' ? LOG_APPEND_TIME_FLAG : 0) |
    (transactional ? TRANSACTIONAL_FLAG : 0) |
    (control ? CONTROL_FLAG : 0) |
    (deleteHorizon ? DELETE_HORIZON_FLAG : 0)
  )
}

/**
 * The size of the batch (of any magic) at `position`, or 0 if `end` comes before the batch does: a partial batch, which
 * every reader ignores. As Kafka's ByteBufferLogInputStream it knows by length and magic alone.
 * @throws RecordError CORRUPT_MESSAGE for a length no batch can have and for an unknown magic
 */
export function wholeBatchBytes(bytes: Uint8Array, position: number, end = bytes.length): number {
  const remaining = end - position
  if (remaining < LOG_OVERHEAD_BYTES) return 0
  const length = readInt32(bytes, position + BATCH.length)
  if (length < LEAST_LENGTH_BYTES) {
    throw new RecordError(
      ErrorCode.CORRUPT_MESSAGE,
      `Record size ${length} is less than the minimum record overhead (${LEAST_LENGTH_BYTES})`,
    )
  }
  if (remaining <= BATCH.magic) return 0
  const magic = magicAt(bytes, position)
  if (magic < 0 || magic > CURRENT_MAGIC) {
    throw new RecordError(ErrorCode.CORRUPT_MESSAGE, `Invalid magic found in record: ${magic}`)
  }
  const sizeBytes = LOG_OVERHEAD_BYTES + length
  return remaining < sizeBytes ? 0 : sizeBytes
}

/** The magic of the batch at `position`, of which the 17 bytes up to the magic are there. */
export function magicAt(bytes: Uint8Array, position: number): number {
  return (bytes[position + BATCH.magic]! << 24) >> 24
}

/** Whether a whole batch, of any magic, lies at `position`. @throws RecordError as `wholeBatchBytes` */
export function hasWholeBatch(bytes: Uint8Array, position: number, end = bytes.length): boolean {
  return wholeBatchBytes(bytes, position, end) > 0
}

/** The header of the magic-2 batch at `position`. The caller knows that at least `BATCH.records` bytes are there. */
export function readBatchHeader(bytes: Uint8Array, position: number): BatchHeader {
  return {
    position,
    sizeBytes: LOG_OVERHEAD_BYTES + readInt32(bytes, position + BATCH.length),
    baseOffset: readInt64(bytes, position + BATCH.baseOffset),
    partitionLeaderEpoch: readInt32(bytes, position + BATCH.partitionLeaderEpoch),
    magic: magicAt(bytes, position),
    crc: readInt32(bytes, position + BATCH.crc) >>> 0,
    attributes: readInt16(bytes, position + BATCH.attributes),
    lastOffsetDelta: readInt32(bytes, position + BATCH.lastOffsetDelta),
    baseTimestamp: readInt64(bytes, position + BATCH.baseTimestamp),
    maxTimestamp: readInt64(bytes, position + BATCH.maxTimestamp),
    producerId: readInt64(bytes, position + BATCH.producerId),
    producerEpoch: readInt16(bytes, position + BATCH.producerEpoch),
    baseSequence: readInt32(bytes, position + BATCH.baseSequence),
    recordCount: readInt32(bytes, position + BATCH.recordCount),
  }
}

/**
 * The headers of the whole magic-2 batches in `bytes[start..end)`, in order; a partial batch at the end is left out.
 * Neither checksum nor records are looked at.
 * @throws RecordError CORRUPT_MESSAGE for bytes that are no batches of magic 2
 */
export function batchHeaders(bytes: Uint8Array, start = 0, end = bytes.length): BatchHeader[] {
  const headers: BatchHeader[] = []
  let position = start
  for (let size = wholeBatchBytes(bytes, position, end); size > 0; size = wholeBatchBytes(bytes, position, end)) {
    if (bytes[position + BATCH.magic] !== CURRENT_MAGIC) {
      throw new RecordError(ErrorCode.CORRUPT_MESSAGE, 'Record batch is not of magic 2')
    }
    requireWholeHeader(size)
    headers.push(readBatchHeader(bytes, position))
    position += size
  }
  return headers
}

function requireWholeHeader(sizeBytes: number): void {
  if (sizeBytes >= BATCH.records) return
  throw new RecordError(
    ErrorCode.CORRUPT_MESSAGE,
    `Record batch is corrupt (the size ${sizeBytes} is smaller than the minimum allowed overhead ${BATCH.records})`,
  )
}

/**
 * Checks size and CRC-32C of the whole magic-2 batch of `sizeBytes` at `position` (DefaultRecordBatch.ensureValid).
 * @throws RecordError CORRUPT_MESSAGE
 */
export function checkBatch(bytes: Uint8Array, position: number, sizeBytes: number): void {
  requireWholeHeader(sizeBytes)
  const stored = readInt32(bytes, position + BATCH.crc) >>> 0
  const computed = crc32c(bytes, position + BATCH.attributes, position + sizeBytes)
  if (stored === computed) return
  throw new RecordError(
    ErrorCode.CORRUPT_MESSAGE,
    `Record is corrupt (stored crc = ${stored}, computed crc = ${computed})`,
  )
}

/** Whether the batch at the head of `records` is transactional: what makes a Produce need a transactional id. Only whole
 * batches count, as in Kafka's RequestUtils.hasTransactionalRecords.
 * @throws RecordError CORRUPT_MESSAGE if the head is no batch; Kafka then refuses the whole request with its text */
export function startsTransactional(records: Uint8Array): boolean {
  const sizeBytes = wholeBatchBytes(records, 0)
  if (sizeBytes < BATCH.records || records[BATCH.magic] !== CURRENT_MAGIC) return false
  return isTransactional(readInt16(records, BATCH.attributes))
}

/** Writes the two fields that the leader gives, both outside the CRC. */
export function patchOffsets(
  bytes: Uint8Array,
  position: number,
  baseOffset: number,
  partitionLeaderEpoch: number,
): void {
  writeInt64(bytes, position + BATCH.baseOffset, baseOffset)
  writeInt32(bytes, position + BATCH.partitionLeaderEpoch, partitionLeaderEpoch)
}

/** Writes max timestamp and timestamp type of the batch at `position` and its new CRC; unknown attribute bits go, as in
 * DefaultRecordBatch.setMaxTimestamp. */
export function patchTimestamps(
  bytes: Uint8Array,
  position: number,
  maxTimestamp: number,
  timestampType: TimestampType,
): void {
  const old = readInt16(bytes, position + BATCH.attributes)
  const attributes = attributesOf(
    codecOf(old),
    timestampType,
    isTransactional(old),
    isControl(old),
    hasDeleteHorizon(old),
  )
  writeInt16(bytes, position + BATCH.attributes, attributes)
  writeInt64(bytes, position + BATCH.maxTimestamp, maxTimestamp)
  const end = position + LOG_OVERHEAD_BYTES + readInt32(bytes, position + BATCH.length)
  writeInt32(bytes, position + BATCH.crc, crc32c(bytes, position + BATCH.attributes, end))
}

/** `sequence + increment`, which wraps from 2^31 - 1 to 0 (DefaultRecordBatch.incrementSequence). */
export function incrementSequence(sequence: number, increment: number): number {
  const sum = sequence + increment
  return sum > 0x7fffffff ? sum - 0x80000000 : sum
}

/** The sequence of the batch's last record, -1 if it has none. */
export function lastSequenceOf(header: BatchHeader): number {
  return header.baseSequence === -1 ? -1 : incrementSequence(header.baseSequence, header.lastOffsetDelta)
}
