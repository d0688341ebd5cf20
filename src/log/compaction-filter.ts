/** What cleaning leaves of a batch (Cleaner.cleanInto, MemoryRecords.filterTo). @module */

import { noBytes } from '../base/bytes.ts'
import {
  type BatchHeader,
  checkBatch,
  codecOf,
  hasDeleteHorizon,
  isControl,
  isTransactional,
  timestampTypeOf,
} from '../wire/records/batch.ts'
import { type BatchOptions, encodeBatch } from '../wire/records/batch-encoder.ts'
import { CompressionCodec, isCodec } from '../wire/records/compression/index.ts'
import { readMarker } from '../wire/records/end-transaction.ts'
import { openRecords, readRecords } from '../wire/records/record.ts'
import { MAX_DECOMPRESSED_BYTES } from './batch-cursor.ts'
import type { CleanedTransactions } from './compaction-transactions.ts'
import type { OffsetMap } from './offset-map.ts'

/** The last that is in the log of a producer: its sequences go on from there. */
export interface LastRecord {
  /** Of its last batch with records, null if it has written only a marker. */
  readonly lastDataOffset: number | null
  readonly producerEpoch: number
}

/** How one round of cleaning decides. */
export interface CleaningRules {
  /** The last offset of each key in the dirty section. */
  readonly offsets: OffsetMap
  readonly transactions: CleanedTransactions
  readonly lastRecords: ReadonlyMap<number, LastRecord>
  /** Where the round ends: the batch before it stays, if only as a header, so that the log does not end earlier. */
  readonly upperBoundOffset: number
  readonly nowMs: number
  /** delete.retention.ms */
  readonly deleteRetentionMs: number
}

/**
 * What stays of the batch that `bytes` hold, which `header` describes: the same bytes, a batch with fewer records, a
 * header without any, or null for nothing. @throws RecordError for a batch that is broken
 */
export function cleanBatch(bytes: Uint8Array, header: BatchHeader, rules: CleaningRules): Uint8Array | null {
  const isMarker = isControl(header.attributes)
  const isNeedless = canDiscard(bytes, header, rules.transactions)
  const isDiscarded = isNeedless && (!isMarker || isPastHorizon(header, rules.nowMs))
  const { keptCount, hasTombstone } = isDiscarded ? NOTHING : survey(bytes, header, rules)
  if (keptCount === 0) return mustStay(header, rules) ? emptied(bytes, header) : null
  // Markers and tombstones get a last day when they are first found to be of no more use (KIP-534).
  const isDoomed = isMarker ? isNeedless : hasTombstone
  const needsHorizon = isDoomed && !hasDeleteHorizon(header.attributes)
  if (keptCount === header.recordCount && !needsHorizon) return bytes
  return rewritten(bytes, header, rules, needsHorizon ? rules.nowMs + rules.deleteRetentionMs : null)
}

/** Whether transactions make the batch needless: it was aborted, or is a marker of which nothing else is left. */
export function canDiscard(bytes: Uint8Array, header: BatchHeader, transactions: CleanedTransactions): boolean {
  return isControl(header.attributes)
    ? transactions.canDiscardMarker(header, readMarker(bytes, header))
    : transactions.canDiscardBatch(header)
}

const NOTHING = { keptCount: 0, hasTombstone: false }

/** How many records stay, and whether one of them is a tombstone. */
function survey(bytes: Uint8Array, header: BatchHeader, rules: CleaningRules): typeof NOTHING {
  let keptCount = 0
  let hasTombstone = false
  if (header.recordCount === 0) return NOTHING
  const cursor = openRecords(bytes, header, MAX_DECOMPRESSED_BYTES)
  for (let left = header.recordCount; left > 0; left--) {
    cursor.next()
    const { keyPosition, keyBytes, valueBytes } = cursor
    const offset = header.baseOffset + cursor.offsetDelta
    if (!isKept(header, offset, cursor.bytes, keyPosition, keyBytes, valueBytes >= 0, rules)) continue
    keptCount++
    if (valueBytes < 0) hasTombstone = true
  }
  return { keptCount, hasTombstone }
}

/** Whether the record is the last of its key, and no tombstone that has had its time (Cleaner.shouldRetainRecord). */
function isKept(
  header: BatchHeader,
  offset: number,
  bytes: Uint8Array,
  keyPosition: number,
  keyBytes: number,
  hasValue: boolean,
  { offsets, nowMs }: CleaningRules,
): boolean {
  if (isControl(header.attributes) || offset > offsets.latestOffset) return true
  if (keyBytes < 0 || offset < offsets.get(bytes, keyPosition, keyBytes)) return false
  return hasValue || !isPastHorizon(header, nowMs)
}

function isPastHorizon({ attributes, baseTimestamp }: BatchHeader, nowMs: number): boolean {
  return hasDeleteHorizon(attributes) && baseTimestamp <= nowMs
}

/** Whether at least the header must stay: it has a producer's last sequence or epoch, or the last offset of all. */
function mustStay(header: BatchHeader, { lastRecords, upperBoundOffset }: CleaningRules): boolean {
  const { producerId, producerEpoch, attributes, baseOffset, lastOffsetDelta } = header
  const lastOffset = baseOffset + lastOffsetDelta
  if (lastOffset + 1 === upperBoundOffset) return true
  const last = producerId < 0 ? undefined : lastRecords.get(producerId)
  if (last === undefined) return false
  if (last.lastDataOffset !== null) return lastOffset === last.lastDataOffset
  return isControl(attributes) && producerEpoch === last.producerEpoch
}

/** The header alone (DefaultRecordBatch.writeEmptyHeader). */
function emptied(bytes: Uint8Array, header: BatchHeader): Uint8Array {
  checkBatch(bytes, header.position, header.sizeBytes)
  return encodeBatch({ ...frameOf(header), maxTimestamp: header.maxTimestamp }, [])
}

/** The batch with the records that stay; its offsets and sequences are what they were (buildRetainedRecordsInto). */
function rewritten(bytes: Uint8Array, header: BatchHeader, rules: CleaningRules, horizonMs: number | null): Uint8Array {
  checkBatch(bytes, header.position, header.sizeBytes)
  const { attributes, baseTimestamp, maxTimestamp } = header
  const records = readRecords(bytes, header, MAX_DECOMPRESSED_BYTES).filter(({ offset, key, value }) =>
    isKept(header, offset, key ?? noBytes, 0, key?.length ?? -1, value !== null, rules),
  )
  const codec = codecOf(attributes)
  const deleteHorizonMs = horizonMs ?? (hasDeleteHorizon(attributes) ? baseTimestamp : null)
  const options: BatchOptions = {
    ...frameOf(header),
    codec: isCodec(codec) ? codec : CompressionCodec.NONE,
    ...(timestampTypeOf(attributes) === 'LogAppendTime' ? { maxTimestamp } : {}),
    ...(deleteHorizonMs === null ? {} : { deleteHorizonMs }),
  }
  return encodeBatch(options, records)
}

/** All that a batch says of itself, apart from its records and their times. */
function frameOf(header: BatchHeader): BatchOptions {
  const { baseOffset, lastOffsetDelta, partitionLeaderEpoch, attributes } = header
  const { producerId, producerEpoch, baseSequence } = header
  return {
    ...{ baseOffset, lastOffsetDelta, partitionLeaderEpoch, producerId, producerEpoch, baseSequence },
    timestampType: timestampTypeOf(attributes),
    isTransactional: isTransactional(attributes),
    isControl: isControl(attributes),
  }
}
