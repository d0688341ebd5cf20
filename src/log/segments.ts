/** The segments of one log, in order, and what is read across them (Kafka's LocalLog and LogSegments). @module */

import { assert } from '../base/assert.ts'
import { readRecords } from '../wire/records/record.ts'
import { type BatchCursor, MAX_DECOMPRESSED_BYTES, WALK_WINDOW_BYTES } from './batch-cursor.ts'
import type { DiskError } from './disk.ts'
import type { LogConfig } from './log-config.ts'
import type { Segment } from './segment.ts'
import type { AbortedTransaction } from './transaction-index.ts'

/** Bytes of the log, in one segment. */
export interface LogSlice {
  readonly pieces: readonly Uint8Array[]
  readonly sizeBytes: number
}

/** One record's offset and timestamp, and the leader epoch that its batch was written in. */
export interface TimestampedOffset {
  readonly offset: number
  readonly timestampMs: number
  readonly leaderEpoch: number
}

/**
 * What becomes of a first batch that is larger than may be read: it comes whole all the same, or nothing comes, or as much of
 * it as may be read.
 */
export type FirstBatch = 'whole' | 'ifItFits' | 'cut'

export const emptySlice: LogSlice = { pieces: [], sizeBytes: 0 }

/** Closed segments whose indexes are kept in memory. */
const WARM_SEGMENTS = 4

/** Offsets given to its methods lie between the first segment's base offset and `endOffset`. All may throw DiskError. */
export class Segments {
  /**
   * Whether segments are being replaced on the disk. Where the disk refuses in the middle this stays: what is begun is
   * finished at the next start, and nothing else may be begun before.
   */
  isSwapping = false
  /** Called when the disk has refused a flush. */
  onRefused: (error: DiskError) => void = () => {}
  private readonly warm: Segment[] = []
  /** Records from here on count for flush.messages. */
  private syncedOffset: number

  /** `segments` ascend, and there is at least one; `endOffset` is the log end offset. */
  constructor(
    private readonly segments: Segment[],
    public endOffset: number,
  ) {
    this.syncedOffset = endOffset
  }

  get active(): Segment {
    return this.segments[this.segments.length - 1]!
  }
  get first(): Segment {
    return this.segments[0]!
  }
  get all(): readonly Segment[] {
    return this.segments
  }
  get sizeBytes(): number {
    let sum = 0
    for (const segment of this.segments) sum += segment.sizeBytes
    return sum
  }

  /** The offset up to which everything has reached the medium (LocalLog.recoveryPoint). */
  get recoveryPoint(): number {
    return this.segments.find(segment => !segment.isFlushed)?.baseOffset ?? this.endOffset
  }

  /** Where the segment after `segment` begins, or the log ends. */
  after(segment: Segment): number {
    return this.segments[this.segments.indexOf(segment) + 1]?.baseOffset ?? this.endOffset
  }

  /** Makes `segment` the active one; what is before it goes to the medium, and `onFlushed` is called as it has. */
  roll(segment: Segment, onFlushed: () => void): void {
    assert(segment.sizeBytes === 0 && segment.baseOffset === this.endOffset, 'a segment begins empty at the log end')
    const closed = this.active
    this.segments.push(segment)
    this.flush(closed, onFlushed)
    closed.forgetIndexes()
  }

  /** Takes the segments away that end at or before `offset`, and returns them; the active one stays. */
  takeBefore(offset: number): readonly Segment[] {
    const following = this.segments.findIndex(segment => segment.baseOffset > offset)
    const keptFrom = (following < 0 ? this.segments.length : following) - 1
    return this.replace(this.segments.slice(0, Math.max(keptFrom, 0)))
  }

  /** Puts `replacement` in the place of `replaced`, which lie side by side, and returns these. */
  replace(replaced: readonly Segment[], ...replacement: readonly Segment[]): readonly Segment[] {
    const [first] = replaced
    if (first === undefined) return replaced
    assert(!replaced.includes(this.active), 'the active segment is never replaced')
    this.segments.splice(this.segments.indexOf(first), replaced.length, ...replacement)
    for (const segment of replaced) if (this.warm.includes(segment)) this.warm.splice(this.warm.indexOf(segment), 1)
    return replaced
  }

  /**
   * Writes at the end of the active segment, as `Segment.write`, what will be the log up to `endOffset`. Where that makes
   * flush.messages of records that have not reached the medium, it waits until they all have; the indexes may come later.
   */
  write(pieces: readonly Uint8Array[], lengthBytes: number, endOffset: number, { flushMessages }: LogConfig): void {
    const isSyncing = endOffset - this.syncedOffset >= flushMessages
    if (isSyncing) this.syncClosed()
    this.active.write(pieces, lengthBytes, isSyncing)
    if (isSyncing) this.syncedOffset = endOffset
  }

  private syncClosed(): void {
    for (const segment of this.segments) if (segment !== this.active && !segment.isFlushed) segment.sync()
  }

  /** Asks for everything up to `last` to reach the medium, indexes too; `onFlushed` is called for each segment that has. */
  flush(last: Segment, onFlushed: () => void = () => {}): void {
    for (const segment of this.segments) {
      if (segment.baseOffset > last.baseOffset) break
      segment.saveIndexes()
      if (segment.isFlushed) continue
      segment.flush(error => {
        if (error) this.onRefused(error)
        if (segment.isFlushed) onFlushed()
      })
    }
  }

  /** Gives back handles and mappings: the log is not used any more. */
  close(): void {
    for (const segment of this.segments) segment.close()
  }

  /** Makes the next batch, written at the end of the active segment, part of the log. */
  promote(lastOffsetDelta: number, maxTimestamp: number, sizeBytes: number, config: LogConfig): void {
    const lastOffset = this.endOffset + lastOffsetDelta
    this.active.promote(this.endOffset, lastOffset, maxTimestamp, sizeBytes, config)
    this.endOffset = lastOffset + 1
  }

  /**
   * From the batch that holds `offset`, at most `maxBytes` of what lies before `upTo`: cut there, inside a batch too. Never
   * goes on into a second segment (LocalLog.read, LogSegment.read).
   */
  read(offset: number, maxBytes: number, upTo: number, firstBatch: FirstBatch): LogSlice {
    for (let index = this.indexOf(offset); offset < upTo && index < this.segments.length; index++) {
      const segment = this.at(index)
      const start = segment.baseOffset < upTo ? segment.positionOf(offset) : null
      if (start === null) continue
      const availableBytes = this.endPosition(index, upTo) - start
      let sizeBytes = Math.min(maxBytes, availableBytes)
      if (sizeBytes < availableBytes && firstBatch !== 'cut') {
        const leastBytes = segment.batchBytesAt(start)
        if (sizeBytes < leastBytes) sizeBytes = firstBatch === 'whole' ? leastBytes : 0
      }
      if (sizeBytes === 0) return emptySlice
      const piece = segment.read(start, sizeBytes)
      return { pieces: [piece], sizeBytes: piece.length }
    }
    return emptySlice
  }

  /** Whether `offset` lies in an earlier segment than `upTo`. */
  areApart(offset: number, upTo: number): boolean {
    return this.indexOf(offset) < this.indexOf(upTo)
  }

  /** Bytes of the batches that hold the offsets from `from` on and lie before `to`. */
  bytesBetween(from: number, to: number): number {
    let sum = 0
    for (let index = this.indexOf(from); from < to && index < this.segments.length; index++) {
      const segment = this.at(index)
      if (segment.baseOffset >= to) break
      const start = segment.baseOffset >= from ? 0 : segment.positionOf(from)
      if (start !== null) sum += this.endPosition(index, to) - start
    }
    return sum
  }

  /**
   * The aborted transactions that whoever has read `sizeBytes` from the batch that holds `offset` needs to know of, and some
   * more: how far the bytes go is looked up in the index alone (LocalLog.addAbortedTransactions).
   */
  abortedIn(offset: number, sizeBytes: number): AbortedTransaction[] {
    for (let index = this.indexOf(offset); index < this.segments.length; index++) {
      const segment = this.at(index)
      const start = segment.positionOf(offset)
      if (start !== null) {
        return this.abortedBetween(offset, segment.indexes.offsets.offsetFrom(start + sizeBytes) ?? this.after(segment))
      }
    }
    return []
  }

  /** The aborted transactions of which something may lie in `[from, to)`, in the order of their markers. */
  abortedBetween(from: number, to: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = []
    for (let index = this.indexOf(from); index < this.segments.length; index++) {
      const { transactions } = this.segments[index]!
      if (transactions.isEmpty) continue
      // One that was read from its file is given up with the others that were.
      this.at(index)
      if (transactions.collect(from, to, found)) break
    }
    return found
  }

  /** Walks over the batches from the one that holds `offset` on; it is one cursor that moves. */
  *batchesFrom(offset: number): Generator<BatchCursor, void> {
    for (let index = this.indexOf(offset); offset < this.endOffset && index < this.segments.length; index++) {
      const segment = this.at(index)
      const start = segment.baseOffset >= offset ? 0 : segment.positionOf(offset)
      if (start === null) continue
      const cursor = segment.cursorAt(start, WALK_WINDOW_BYTES)
      while (cursor.next()) yield cursor
    }
  }

  /** The first record from `startOffset` on whose timestamp is at least `timestampMs`. @throws RecordError for broken records */
  offsetForTimestamp(timestampMs: number, startOffset: number): TimestampedOffset | null {
    for (let index = this.indexOf(startOffset); index < this.segments.length; index++) {
      const segment = this.at(index)
      if (segment.maxTimestamp < timestampMs) continue
      const found = searchSegment(segment, timestampMs, startOffset)
      if (found !== null) return found
    }
    return null
  }

  /** The first record that has the largest timestamp of all. @throws RecordError for broken records */
  maxTimestamp(): TimestampedOffset | null {
    let max = -1
    for (let index = 0; index < this.segments.length; index++) max = Math.max(max, this.at(index).maxTimestamp)
    return max < 0 ? null : this.offsetForTimestamp(max, this.first.baseOffset)
  }

  /** The index of the segment that holds `offset`, or of the first one. */
  private indexOf(offset: number): number {
    let low = 0
    let high = this.segments.length - 1
    if (this.segments[high]!.baseOffset <= offset) return high
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.segments[middle]!.baseOffset <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Where the batches before `upTo` end in a segment that begins before it. */
  private endPosition(index: number, upTo: number): number {
    const segment = this.at(index)
    const nextOffset = this.segments[index + 1]?.baseOffset ?? this.endOffset
    return upTo >= nextOffset ? segment.sizeBytes : (segment.positionOf(upTo) ?? segment.sizeBytes)
  }

  /** The segment at `index`, kept warm while it is one of the last that were asked for. */
  private at(index: number): Segment {
    const segment = this.segments[index]!
    if (segment === this.active || this.warm.includes(segment)) return segment
    this.warm.push(segment)
    if (this.warm.length > WARM_SEGMENTS) this.warm.shift()?.forgetIndexes()
    return segment
  }
}

/** FileRecords.searchForTimestamp */
function searchSegment(segment: Segment, timestampMs: number, startOffset: number): TimestampedOffset | null {
  const { offsets, times } = segment.indexes
  const cursor = segment.cursorAt(offsets.lookup(Math.max(times.lookup(timestampMs), startOffset)))
  while (cursor.next()) {
    if (cursor.maxTimestamp < timestampMs || cursor.lastOffset < startOffset) continue
    for (const { offset, timestamp } of readRecords(cursor.bytes(), cursor.header(), MAX_DECOMPRESSED_BYTES)) {
      if (timestamp >= timestampMs && offset >= startOffset) {
        return { offset, timestampMs: timestamp, leaderEpoch: cursor.leaderEpoch }
      }
    }
  }
  return null
}
