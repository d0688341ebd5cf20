/**
 * One round of cleaning of one log (Kafka's Cleaner): of each key the last record stays. It is a cursor, moved on by whoever
 * has time for it; between two moves the log is read and written as ever.
 *
 * Kafka does this in a thread, and locks the log for the swap of segments. Here nobody else is at work during a move.
 * @module
 */

import { ErrorCode } from '../wire/errors.ts'
import { isControl, readBatchHeader } from '../wire/records/batch.ts'
import { openRecords } from '../wire/records/record.ts'
import { RecordError } from '../wire/records/record-error.ts'
import { type BatchCursor, MAX_DECOMPRESSED_BYTES } from './batch-cursor.ts'
import { type CleaningRules, canDiscard, cleanBatch, type LastRecord } from './compaction-filter.ts'
import { type CleaningPlan, groupSegments, type SegmentSizes, segmentsIn } from './compaction-plan.ts'
import { CleanedTransactions } from './compaction-transactions.ts'
import { type Disk, DiskError } from './disk.ts'
import { segmentFileName } from './file-names.ts'
import type { LogConfig } from './log-config.ts'
import type { OffsetMap } from './offset-map.ts'
import { Segment } from './segment.ts'
import type { Segments } from './segments.ts'

/** A log, as cleaning sees it. */
export interface CompactedLog {
  readonly disk: Disk
  readonly directory: string
  readonly segments: Segments
  readonly config: LogConfig
  /** Of the producers that are not forgotten. */
  lastRecords(): ReadonlyMap<number, LastRecord>
}

/** What a round needs beside the log. */
export interface CleaningRound {
  readonly plan: CleaningPlan
  /** Empty, and of this round alone. */
  readonly offsets: OffsetMap
  readonly nowMs: number
  /** Called when a move that has answered 'waits' need not wait any more. */
  wake(): void
}

/** What a move has done: it has read so many bytes of the log, or it waits for the medium. */
export type Move = number | 'waits'

/**
 * Ends with the offset up to which the log is clean now, or with null where it was given up by `return`. Moves may throw
 * DiskError, and RecordError for batches that are broken; then the log is as it was, or, in the middle of a swap, must not
 * be cleaned any more (`Segments.isSwapping`).
 */
export type Compaction = Generator<Move, number | null, void>

const READ_BYTES = 512 * 1024
const WRITE_BYTES = 256 * 1024

/** A round of which nothing has happened before its first move. */
export function* compact(log: CompactedLog, round: CleaningRound): Compaction {
  const endOffset = yield* fillOffsets(log, round)
  const groups = yield* groupsBefore(endOffset, log, round)
  const transactions = new CleanedTransactions()
  for (const group of groups) {
    const rules = {
      offsets: round.offsets,
      transactions,
      lastRecords: log.lastRecords(),
      upperBoundOffset: round.plan.firstUncleanableOffset,
      nowMs: round.nowMs,
      deleteRetentionMs: log.config.deleteRetentionMs,
    }
    yield* cleanGroup(log, group, rules, round.wake)
  }
  return endOffset
}

/**
 * Enters the keys of the dirty section, as many as the bound of the map allows: one batch at least. Returns the offset up to
 * which it went (Cleaner.buildOffsetMap).
 */
function* fillOffsets(log: CompactedLog, { plan, offsets }: CleaningRound): Generator<Move, number> {
  const { firstDirtyOffset, firstUncleanableOffset } = plan
  const transactions = new CleanedTransactions()
  transactions.add(log.segments.abortedBetween(firstDirtyOffset, firstUncleanableOffset))
  const dirty = segmentsIn(log.segments.all, firstDirtyOffset, firstUncleanableOffset)
  for (const [index, segment] of dirty.entries()) {
    const cursor = segment.cursorAt(segment.indexes.offsets.lookup(firstDirtyOffset), READ_BYTES)
    while (cursor.next()) {
      if (offsets.isFull) return offsets.latestOffset + 1
      enterBatch(cursor, firstDirtyOffset, offsets, transactions)
      yield cursor.sizeBytes
    }
    requireEnd(cursor)
    offsets.latestOffset = (dirty[index + 1]?.baseOffset ?? firstUncleanableOffset) - 1
  }
  return offsets.latestOffset + 1
}

function enterBatch(cursor: BatchCursor, from: number, offsets: OffsetMap, transactions: CleanedTransactions): void {
  const bytes = cursor.bytes()
  const header = cursor.header()
  const isAborted = canDiscard(bytes, header, transactions)
  if (cursor.lastOffset < from) return
  offsets.latestOffset = cursor.lastOffset
  if (header.recordCount === 0 || isControl(header.attributes) || isAborted) return
  const records = openRecords(bytes, header, MAX_DECOMPRESSED_BYTES)
  for (let left = header.recordCount; left > 0; left--) {
    records.next()
    const offset = header.baseOffset + records.offsetDelta
    if (records.keyBytes < 0 || offset < from) continue
    offsets.put(records.bytes, records.keyPosition, records.keyBytes, offset)
  }
}

function* groupsBefore(
  endOffset: number,
  { segments, config }: CompactedLog,
  { plan }: CleaningRound,
): Generator<Move, Segment[][]> {
  const sizes: (SegmentSizes & { readonly segment: Segment })[] = []
  for (const segment of segmentsIn(segments.all, 0, endOffset)) {
    const { baseOffset, sizeBytes } = segment
    const offsetIndexBytes = segment.indexes.offsets.sizeBytes
    const timeIndexBytes = segment.indexes.times.sizeBytes
    segment.forgetIndexes()
    sizes.push({ segment, baseOffset, sizeBytes, offsetIndexBytes, timeIndexBytes })
    yield offsetIndexBytes + timeIndexBytes
  }
  return groupSegments(sizes, config, plan.firstUncleanableOffset).map(group => group.map(of => of.segment))
}

/** Writes what stays of a group of segments into a new one, which takes their place (Cleaner.cleanSegments). */
function* cleanGroup(
  log: CompactedLog,
  group: readonly Segment[],
  rules: CleaningRules,
  wake: () => void,
): Generator<Move, void> {
  const written = new CleanedSegment(log, group[0]!.baseOffset, rules.nowMs)
  let isSwapped = false
  try {
    for (const segment of group) {
      rules.transactions.add(log.segments.abortedBetween(segment.baseOffset, log.segments.after(segment)))
      const cursor = segment.cursorAt(0, READ_BYTES)
      while (cursor.next()) {
        const batch = cleanBatch(cursor.bytes(), cursor.header(), rules)
        if (batch !== null) written.add(batch)
        yield cursor.sizeBytes
      }
      requireEnd(cursor)
    }
    written.flushBuffer()
    for (const aborted of rules.transactions.takeRetained()) written.segment.noteAborted(aborted)
    yield* reachMedium(written.segment, wake)
    swap(log, group, written.segment, () => {
      isSwapped = true
    })
  } finally {
    if (!isSwapped) written.discard()
  }
}

function requireEnd(cursor: BatchCursor): void {
  if (cursor.isAtEnd) return
  throw new RecordError(ErrorCode.CORRUPT_MESSAGE, `no batch at position ${cursor.nextPosition} of a segment`)
}

/** The segment that is written, under the name that Kafka gives to such: what is found under it at a start is thrown away. */
class CleanedSegment {
  readonly segment: Segment
  private readonly buffer = new Uint8Array(WRITE_BYTES)
  private bufferedBytes = 0
  private readonly config: LogConfig

  constructor({ disk, directory, config }: CompactedLog, baseOffset: number, nowMs: number) {
    this.config = config
    for (const suffix of ['log', 'index', 'timeindex', 'txnindex'] as const) {
      disk.remove(`${directory}/${segmentFileName(baseOffset, suffix, '.cleaned')}`)
    }
    this.segment = new Segment(disk, directory, baseOffset, nowMs, '.cleaned')
  }

  add(batch: Uint8Array): void {
    if (this.bufferedBytes + batch.length > WRITE_BYTES) this.flushBuffer()
    if (batch.length > WRITE_BYTES) {
      this.write(batch)
    } else {
      this.buffer.set(batch, this.bufferedBytes)
      this.bufferedBytes += batch.length
    }
  }

  flushBuffer(): void {
    if (this.bufferedBytes > 0) this.write(this.buffer.subarray(0, this.bufferedBytes))
    this.bufferedBytes = 0
  }

  private write(batches: Uint8Array): void {
    const { segment } = this
    segment.write([batches], batches.length)
    for (let position = 0; position < batches.length; ) {
      const { baseOffset, lastOffsetDelta, maxTimestamp, sizeBytes } = readBatchHeader(batches, position)
      segment.promote(baseOffset, baseOffset + lastOffsetDelta, maxTimestamp, sizeBytes, this.config)
      position += sizeBytes
    }
  }

  /** Nobody is to see it. What stays on the disk is thrown away by the next round, or at the next start. */
  discard(): void {
    try {
      this.segment.remove()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
    }
  }
}

/** The new segment must not be lost with the power when the old ones are gone. */
function* reachMedium(segment: Segment, wake: () => void): Generator<Move, void> {
  let isOver = false
  segment.saveIndexes()
  segment.flush(() => {
    isOver = true
    wake()
  })
  while (!isOver) yield 'waits'
  if (!segment.isFlushed) throw new DiskError(`a cleaned segment at ${segment.baseOffset} cannot be flushed`, 'EIO')
}

/**
 * Puts `written` in the place of `group` (LocalLog.replaceSegments). From its first step on a start that finds it half done
 * finishes it; until then it undoes it.
 */
function swap(log: CompactedLog, group: readonly Segment[], written: Segment, onReplaced: () => void): void {
  const { disk, directory, segments } = log
  segments.isSwapping = true
  // From here on it is a segment with gaps: what it remembers of being written must not be read by.
  written.forgetIndexes()
  written.rename('.swap')
  segments.replace(group, written)
  onReplaced()
  for (const segment of group) {
    segment.remove()
    if (segment.baseOffset === written.baseOffset) continue
    disk.remove(`${directory}/${segmentFileName(segment.baseOffset, 'snapshot')}`)
  }
  written.rename('')
  segments.isSwapping = false
}
