/**
 * What a client's Produce must satisfy before the log is touched: the checks of Kafka's ProduceRequest.validateRecords,
 * UnifiedLog.analyzeAndValidateRecords and LogValidator, in their order. @module
 */

import { ErrorCode } from '../wire/errors.ts'
import {
  type BatchHeader,
  CURRENT_MAGIC,
  checkBatch,
  codecOf,
  isControl,
  isTransactional,
  magicAt,
  NO_TIMESTAMP,
  patchTimestamps,
  readBatchHeader,
  type TimestampType,
  timestampTypeOf,
  wholeBatchBytes,
} from '../wire/records/batch.ts'
import { type BatchOptions, encodeBatch, maxTimestampOf } from '../wire/records/batch-encoder.ts'
import { CODEC_IDS, CompressionCodec, isCodec } from '../wire/records/compression/index.ts'
import { readLegacyBatches } from '../wire/records/legacy.ts'
import { producedBatchBytes } from '../wire/records/produced.ts'
import { type RecordEntry, type RecordWalk, readRecords, walkRecords } from '../wire/records/record.ts'
import { RecordError } from '../wire/records/record-error.ts'
import type { LogConfig } from './log-config.ts'

/** What decides about a produce beside the log's state. */
export interface ProduceRules {
  /** Of the Produce request: 3 and above carry exactly one batch of magic 2, below anything goes and is converted. */
  readonly apiVersion: number
  /** For messages: `topic-0`. */
  readonly topicPartition: string
  readonly config: LogConfig
  readonly nowMs: number
  /** What a compressed batch may grow to. */
  readonly maxDecompressedBytes: number
}

/** Records that may be appended once base offset and leader epoch are patched in (`patchOffsets`). */
export interface ValidatedRecords {
  /** Whole batches of magic 2: a view of what came, unless it had to be compressed or converted anew. */
  readonly bytes: Uint8Array
  /** Their headers, positions counted in `bytes`. A batch's last offset is the shallow offset of its max timestamp. */
  readonly batches: readonly BatchHeader[]
  /** `nowMs` where the topic has LogAppendTime, else -1. */
  readonly logAppendTimeMs: number
}

/** One record's share in a refusal, as the Produce response carries it (KIP-467). */
export interface RefusedRecord {
  /** The record's place in its batch. */
  readonly batchIndex: number
  readonly batchIndexErrorMessage: string
}

/** Nothing is appended. */
export interface ProduceRefusal {
  readonly errorCode: ErrorCode
  /** Kafka sends a text only for refused records. */
  readonly errorMessage: string | null
  readonly recordErrors: readonly RefusedRecord[]
  /** Whether the answer carries the log start offset: where Kafka's log refused, and not its request or a size. */
  readonly hasLogStart: boolean
}

/** Records refused for what single ones of them are. */
class RefusedRecords extends RecordError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly records: readonly RefusedRecord[],
  ) {
    super(code, message)
  }
}

/**
 * Validates what a client wants to append to one partition. A wrong max timestamp or timestamp type is put right in
 * `records` itself, as Kafka does it; nothing else is changed, and no state is read or written.
 */
export function validateProduce(records: Uint8Array, rules: ProduceRules): ValidatedRecords | ProduceRefusal {
  let isRequestSound = false
  try {
    const sizeBytes = producedBatchBytes(records, rules.apiVersion)
    isRequestSound = true
    return accept(records, sizeBytes, rules)
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    const [errorMessage, recordErrors] = error instanceof RefusedRecords ? [error.message, error.records] : [null, []]
    const hasLogStart = isRequestSound && !withoutLogStart.has(error.code)
    return { errorCode: error.code, errorMessage, recordErrors, hasLogStart }
  }
}

/** What ReplicaManager.appendToLocalLog answers without looking at the log. */
const withoutLogStart: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.CORRUPT_MESSAGE,
  ErrorCode.MESSAGE_TOO_LARGE,
  ErrorCode.RECORD_LIST_TOO_LARGE,
])

function accept(records: Uint8Array, sizeBytes: number, rules: ProduceRules): ValidatedRecords {
  if (sizeBytes === 0) return { bytes: records.subarray(0, 0), batches: [], logAppendTimeMs: stampOf(rules) }
  const accepted =
    magicAt(records, 0) === CURRENT_MAGIC ? acceptBatch(records, sizeBytes, rules) : acceptLegacy(records, rules)
  if (accepted.bytes.length > rules.config.segmentBytes) throw refused('RECORD_LIST_TOO_LARGE')
  return accepted
}

function refused(name: 'INVALID_RECORD' | 'MESSAGE_TOO_LARGE' | 'RECORD_LIST_TOO_LARGE', why = ''): RecordError {
  return new RecordError(ErrorCode[name], why)
}

function stampOf(rules: ProduceRules): number {
  return rules.config.messageTimestampType === 'LogAppendTime' ? rules.nowMs : -1
}

/** A single batch of magic 2. */
function acceptBatch(records: Uint8Array, sizeBytes: number, rules: ProduceRules): ValidatedRecords {
  if (wholeBatchBytes(records, sizeBytes) > 0) throw refused('INVALID_RECORD', 'More than one record batch')
  const header = readBatchHeader(records, 0)
  if (header.baseOffset !== 0) throw refused('INVALID_RECORD', 'The base offset should be 0')
  if (sizeBytes > rules.config.maxMessageBytes) throw refused('MESSAGE_TOO_LARGE')
  checkBatch(records, 0, sizeBytes)
  const codec = codecOf(header.attributes)
  if (!isCodec(codec)) throw refused('INVALID_RECORD', `Unknown compression type id: ${codec}`)
  checkClientBatch(header)
  const target = targetCodec(codec, rules)
  if (target !== codec) return recompress(records, header, target, rules)
  const walk = walkRecords(records, header, rules.maxDecompressedBytes)
  if (isSuspect(walk, header, rules)) {
    checkRecords(readRecords(records, header, rules.maxDecompressedBytes), timestampTypeOf(header.attributes), rules)
  }
  // Kafka lets plain records have their deltas in any order; where it decompresses, it wants them in sequence.
  if (codec !== CompressionCodec.NONE && !walk.isSequential) throw refused('INVALID_RECORD', 'Offsets out of sequence')
  const bytes = sizeBytes === records.length ? records : records.subarray(0, sizeBytes)
  return { bytes, batches: [stamped(bytes, header, walk.maxTimestamp, rules)], logAppendTimeMs: stampOf(rules) }
}

/** LogValidator.validateBatch, for what a client may send. */
function checkClientBatch(header: BatchHeader): void {
  const { attributes, recordCount, producerId, baseSequence } = header
  if (recordCount <= 0) throw refused('INVALID_RECORD', 'No records')
  if (recordCount !== header.lastOffsetDelta + 1) throw refused('INVALID_RECORD', 'Offsets and record count differ')
  if (isControl(attributes)) throw refused('INVALID_RECORD', 'Clients are not allowed to write control records')
  if (producerId > -1 && baseSequence < 0) throw refused('INVALID_RECORD', 'A producer id without a sequence')
}

function targetCodec(source: CompressionCodec, { config: { compressionType } }: ProduceRules): CompressionCodec {
  if (compressionType === 'producer') return source
  return compressionType === 'uncompressed' ? CompressionCodec.NONE : CODEC_IDS[compressionType]
}

/** Puts timestamp type and max timestamp right where they are not what the topic makes them. */
function stamped(bytes: Uint8Array, header: BatchHeader, recordsMax: number, rules: ProduceRules): BatchHeader {
  const maxTimestamp = rules.config.messageTimestampType === 'LogAppendTime' ? rules.nowMs : recordsMax
  const isRight =
    header.maxTimestamp === maxTimestamp && timestampTypeOf(header.attributes) === rules.config.messageTimestampType
  if (isRight) return header
  patchTimestamps(bytes, 0, maxTimestamp, rules.config.messageTimestampType)
  return readBatchHeader(bytes, 0)
}

/** The topic's codec is not the producer's. */
function recompress(
  bytes: Uint8Array,
  header: BatchHeader,
  codec: CompressionCodec,
  rules: ProduceRules,
): ValidatedRecords {
  const records = readRecords(bytes, header, rules.maxDecompressedBytes)
  checkRecords(records, timestampTypeOf(header.attributes), rules)
  const { producerId, producerEpoch, baseSequence, attributes } = header
  const options = { codec, producerId, producerEpoch, baseSequence, isTransactional: isTransactional(attributes) }
  return rebuilt(records, options, rules)
}

/** Messages of magic 0 and 1 become one batch of magic 2. */
function acceptLegacy(bytes: Uint8Array, rules: ProduceRules): ValidatedRecords {
  let position = 0
  for (let size = wholeBatchBytes(bytes, position); size > 0; size = wholeBatchBytes(bytes, position)) {
    if (size > rules.config.maxMessageBytes) throw refused('MESSAGE_TOO_LARGE')
    position += size
  }
  const batches = readLegacyBatches(bytes, rules.maxDecompressedBytes)
  const records: RecordEntry[] = []
  let source: CompressionCodec = CompressionCodec.NONE
  for (const batch of batches) {
    if (batch.magic !== batches[0]?.magic) throw refused('INVALID_RECORD', 'Messages of several magics')
    if (isCodec(batch.codec) && batch.codec !== CompressionCodec.NONE) source = batch.codec
    checkRecords(batch.records, batch.timestampType ?? 'CreateTime', rules)
    for (const record of batch.records) records.push(record)
  }
  if (source !== CompressionCodec.NONE && batches.length > 1) {
    throw refused('INVALID_RECORD', 'Compressed outer record has more than one batch')
  }
  return rebuilt(records, { codec: targetCodec(source, rules) }, rules)
}

/** A new batch of `records`, offsets 0, 1, 2, …; it too must not be too large. */
function rebuilt(records: readonly RecordEntry[], options: BatchOptions, rules: ProduceRules): ValidatedRecords {
  const { messageTimestampType: timestampType, compressionType, compressionLevel } = rules.config
  const maxTimestamp = timestampType === 'LogAppendTime' ? rules.nowMs : maxTimestampOf(records)
  const level = compressionType === 'producer' ? undefined : compressionLevel
  const bytes = encodeBatch(
    { ...options, level, baseOffset: 0, timestampType, maxTimestamp },
    records.map((record, index) => ({ ...record, offset: index })),
  )
  if (bytes.length > rules.config.maxMessageBytes) throw refused('MESSAGE_TOO_LARGE')
  return { bytes, batches: [readBatchHeader(bytes, 0)], logAppendTimeMs: stampOf(rules) }
}

function isCompacted({ config }: ProduceRules): boolean {
  return config.cleanupPolicy.includes('compact')
}

/** Whether any record could be one that `checkRecords` refuses. */
function isSuspect(walk: RecordWalk, header: BatchHeader, rules: ProduceRules): boolean {
  if (walk.keylessCount > 0 && isCompacted(rules)) return true
  if (timestampTypeOf(header.attributes) === 'LogAppendTime') return true
  return (
    rules.config.messageTimestampType === 'CreateTime' &&
    (walk.minTimestamp < rules.nowMs - rules.config.messageTimestampBeforeMaxMs ||
      walk.maxTimestamp > rules.nowMs + rules.config.messageTimestampAfterMaxMs)
  )
}

/** LogValidator.validateRecord and processRecordErrors: refuses all records of a batch if one has no key or a bad timestamp. */
function checkRecords(records: readonly RecordEntry[], batchType: TimestampType, rules: ProduceRules): void {
  const keyless = `Compacted topic cannot accept message without key in topic partition ${rules.topicPartition}`
  const refusals: RefusedRecord[] = []
  let isTimestampInvalid = false
  for (const [batchIndex, record] of records.entries()) {
    const timestampFault = timestampFaultOf(record, batchType, rules)
    if (record.key === null && isCompacted(rules)) refusals.push({ batchIndex, batchIndexErrorMessage: keyless })
    else if (timestampFault !== null) {
      isTimestampInvalid = true
      refusals.push({ batchIndex, batchIndexErrorMessage: timestampFault })
    }
  }
  if (refusals.length === 0) return
  if (isTimestampInvalid) {
    const text = 'One or more records have been rejected due to invalid timestamp'
    throw new RefusedRecords(ErrorCode.INVALID_TIMESTAMP, text, refusals)
  }
  throw new RefusedRecords(ErrorCode.INVALID_RECORD, summaryOf(refusals), refusals)
}

function summaryOf(refusals: readonly RefusedRecord[]): string {
  const shown = refusals
    .slice(0, 3)
    .map(refusal => `RecordError(batchIndex=${refusal.batchIndex}, message='${refusal.batchIndexErrorMessage}')`)
  return (
    `One or more records have been rejected due to ${refusals.length} record errors in total, ` +
    `and only showing the first three errors at most: [${shown.join(', ')}]`
  )
}

/** LogValidator.validateTimestamp. */
function timestampFaultOf(record: RecordEntry, batchType: TimestampType, rules: ProduceRules): string | null {
  const { timestamp, offset } = record
  if (rules.config.messageTimestampType === 'CreateTime' && timestamp !== NO_TIMESTAMP) {
    const earliest = rules.nowMs - rules.config.messageTimestampBeforeMaxMs
    const latest = rules.nowMs + rules.config.messageTimestampAfterMaxMs
    if (timestamp >= earliest && timestamp <= latest) return null
    return (
      `Timestamp ${timestamp} of message with offset ${offset} is out of range. ` +
      `The timestamp should be within [${earliest}, ${latest}]`
    )
  }
  if (batchType !== 'LogAppendTime') return null
  const { key, value } = record
  const shown = `offset=${offset}, timestamp=${timestamp}, key=${key?.length ?? 0} bytes, value=${value?.length ?? 0} bytes`
  return (
    `Invalid timestamp type in message DefaultRecord(${shown}). ` +
    'Producer should not set timestamp type to LogAppendTime.'
  )
}
