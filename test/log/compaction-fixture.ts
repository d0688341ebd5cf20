/** Logs of keyed records, and their cleaning, for the tests of compaction. @module */
import type { Compaction } from '../../src/log/compaction.ts'
import type { LogConfig } from '../../src/log/log-config.ts'
import { OffsetMap } from '../../src/log/offset-map.ts'
import type { PartitionLog } from '../../src/log/partition.ts'
import { type BatchHeader, batchHeaders } from '../../src/wire/records/batch.ts'
import { type BatchOptions, encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { type RecordEntry, readRecords } from '../../src/wire/records/record.ts'
import type { SimDisk } from '../sim/disk.ts'
import { NOW_MS } from './fixture.ts'

export const compacted: Partial<LogConfig> = { cleanupPolicy: ['compact'], segmentBytes: 1000, indexIntervalBytes: 200 }
export const MAP_BYTES = 1 << 20

/** Key and value of a record; no value is a tombstone. */
export type Pair = readonly [key: string | null, value: string | null]

const utf8 = new TextEncoder()
const text = new TextDecoder()

/** A batch of keyed records, whose offsets begin at 0 unless `options` say otherwise. */
export function keyedBatch(pairs: readonly Pair[], options: BatchOptions = {}): Uint8Array {
  const bytes = (of: string | null) => (of === null ? null : utf8.encode(of))
  const base = options.baseOffset ?? 0
  const records = pairs.map(([key, value], index) => ({
    offset: base + index,
    timestamp: NOW_MS + index,
    key: bytes(key),
    value: bytes(value),
  }))
  return encodeBatch(options, records)
}

/** Appends one batch and returns its first offset. */
export function write(log: PartitionLog, pairs: readonly Pair[], options: BatchOptions = {}, nowMs = NOW_MS): number {
  const offset = log.append(keyedBatch(pairs, options), nowMs)
  if (offset === null) throw new Error('nothing was appended')
  return offset
}

export function newOffsets(maxBytes = MAP_BYTES): OffsetMap {
  return new OffsetMap(maxBytes, 7)
}

export interface CleanShape {
  /** Where the last cleaning ended; 0. */
  readonly from?: number | null
  readonly nowMs?: number
  readonly maxMapBytes?: number
}

/** Begins to clean everything that may be cleaned; closed segments have reached the medium. */
export function begin(
  log: PartitionLog,
  disk: SimDisk,
  { from = 0, nowMs = NOW_MS, maxMapBytes }: CleanShape = {},
): Compaction {
  disk.settle()
  return log.compact({ plan: log.planCleaning(from, nowMs), offsets: newOffsets(maxMapBytes), nowMs, wake: () => {} })
}

/** Moves on to the end; whatever waits for the disk gets it. */
export function finish(compaction: Compaction, disk: SimDisk): number | null {
  for (;;) {
    const { done, value } = compaction.next()
    if (done) return value ?? null
    if (value === 'waits') disk.settle()
  }
}

/** One round of cleaning: the offset up to which the log is clean. */
export function clean(log: PartitionLog, disk: SimDisk, shape: CleanShape = {}): number {
  const end = finish(begin(log, disk, shape), disk)
  if (end === null) throw new Error('the cleaning was given up')
  return end
}

/** Everything in the log from its start on. */
export function batchesOf(log: PartitionLog): { header: BatchHeader; records: RecordEntry[] }[] {
  const batches: { header: BatchHeader; records: RecordEntry[] }[] = []
  for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
    const [piece] = log.read(offset, 1 << 20, log.logEndOffset, 'whole').pieces
    if (piece === undefined) break
    const from = offset
    for (const header of batchHeaders(piece)) {
      batches.push({ header, records: readRecords(piece, header, 1 << 24) })
      offset = header.baseOffset + header.lastOffsetDelta + 1
    }
    if (offset <= from) throw new Error(`what is read from ${from} lies before it`)
  }
  return batches
}

export function recordsOf(log: PartitionLog): RecordEntry[] {
  return batchesOf(log).flatMap(({ records }) => records)
}

/** `offset key=value` of every record. */
export function linesOf(log: PartitionLog): string[] {
  return recordsOf(log).map(({ offset, key, value }) => `${offset} ${textOf(key)}=${textOf(value)}`)
}

/** The last value of each key, tombstones included. */
export function lastValues(log: PartitionLog): Map<string, string | null> {
  return new Map(recordsOf(log).map(({ key, value }) => [textOf(key) ?? '', textOf(value)]))
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes && text.decode(bytes)
}
