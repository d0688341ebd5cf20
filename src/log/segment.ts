/** One segment of a log: a file of batches and the indexes over it (Kafka's LogSegment). @module */

import { BATCH, LOG_OVERHEAD_BYTES } from '../wire/records/batch.ts'
import { readInt32 } from '../wire/records/integers.ts'
import { BatchCursor, WALK_WINDOW_BYTES } from './batch-cursor.ts'
import { type Disk, DiskError, type DiskFile } from './disk.ts'
import { type ReplacementSuffix, type SegmentSuffix, segmentFileName } from './file-names.ts'
import { isRelative } from './index.ts'
import type { LogConfig } from './log-config.ts'
import { hashOf } from './offset-map.ts'
import { RecentBatches } from './recent-batches.ts'
import { SegmentIndexes } from './segment-indexes.ts'
import { type AbortedTransaction, TransactionIndex } from './transaction-index.ts'

export class Segment {
  /** Bytes of batches that are part of the log; the file may be longer after a failed write. */
  sizeBytes: number
  /** Whether the file may go on behind the log. */
  private isTorn = false
  /** Whether everything in here is known to have reached the medium. */
  isFlushed = false
  /** Once a flush has failed no later one proves anything: the system may have dropped what it could not write. */
  private canFlush = true
  /** Null until it is used again after a change of its name. */
  private opened: DiskFile | null = null
  private loaded: SegmentIndexes | null = null
  private loadedTransactions: TransactionIndex | null = null
  private knownMaxTimestamp: number | null = null
  /** Null until something is appended: most segments are only read, or not even that. */
  private recent: RecentBatches | null = null
  /** The last place that was looked for: a fetch asks for it twice, for how much there is and for the bytes. */
  private foundOffset = -1
  private foundPosition = 0
  /** The max timestamp of the first batch, -1 if it has none; null until it is looked for. */
  private knownFirstTimestamp: number | null = null

  /** Opens or creates the segment; all that its file holds counts as log. @throws DiskError */
  constructor(
    private readonly disk: Disk,
    private readonly directory: string,
    readonly baseOffset: number,
    private readonly createdMs: number,
    private replacement: ReplacementSuffix = '',
  ) {
    this.sizeBytes = this.file.size
    if (this.sizeBytes > 0) return
    this.loaded = new SegmentIndexes(baseOffset)
    this.loadedTransactions = new TransactionIndex()
  }

  private get file(): DiskFile {
    this.opened ??= this.disk.open(this.pathOf('log'))
    return this.opened
  }

  /** The largest timestamp in here, -1 if there is none. @throws DiskError */
  get maxTimestamp(): number {
    return this.loaded?.maxTimestamp ?? this.knownMaxTimestamp ?? this.indexes.maxTimestamp
  }

  /** The indexes, read from their files on first use, or made anew where those are missing or damaged. @throws DiskError */
  get indexes(): SegmentIndexes {
    this.loaded ??= this.loadIndexes()
    return this.loaded
  }

  /** Apart from `indexes`, which would make a scope for the closure with every batch. */
  private loadIndexes(): SegmentIndexes {
    const { disk, baseOffset, sizeBytes } = this
    return SegmentIndexes.load(disk, of => this.pathOf(of), baseOffset, sizeBytes) ?? this.reindex()
  }

  /** The transactions whose abort markers lie in here, read from the file on first use. @throws DiskError */
  get transactions(): TransactionIndex {
    this.loadedTransactions ??= TransactionIndex.load(this.disk, this.pathOf('txnindex'))
    return this.loadedTransactions
  }

  /** The max timestamp of the first batch, from which segment.ms and max.compaction.lag.ms count; -1 if it has none. @throws DiskError */
  get firstTimestamp(): number {
    this.knownFirstTimestamp ??= this.readFirstTimestamp()
    return this.knownFirstTimestamp
  }

  /**
   * Writes at the end, and waits until it has reached the medium where `isSyncing`. @throws DiskError, also where what an
   * earlier failure left cannot be cut off: then the segment is as it was
   */
  write(pieces: readonly Uint8Array[], lengthBytes: number, isSyncing = false): void {
    this.trim()
    this.isTorn = true
    try {
      const takenBytes = this.file.write(pieces, this.sizeBytes)
      if (takenBytes < lengthBytes) throw new DiskError(`cannot write all of ${this.file.path}: ENOSPC`, 'ENOSPC')
      if (isSyncing) this.sync()
      this.isTorn = false
    } finally {
      if (this.isTorn) this.tryToTrim()
    }
  }

  /** Waits until the file has reached the medium. @throws DiskError */
  sync(): void {
    if (!this.canFlush) throw new DiskError(`cannot flush ${this.file.path}: it was refused before`, 'EIO')
    this.canFlush = false
    this.file.sync()
    this.canFlush = true
  }

  /** Cuts off what a failed write left behind the log, if there was one. @throws DiskError */
  trim(): void {
    if (!this.isTorn) return
    this.file.truncate(this.sizeBytes)
    this.isTorn = false
  }

  /** Where the disk refuses, it is asked again before the next write. */
  private tryToTrim(): void {
    try {
      this.trim()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
    }
  }

  /** Makes the batch that was written at the end part of the log. */
  promote(baseOffset: number, lastOffset: number, maxTimestamp: number, sizeBytes: number, config: LogConfig): void {
    if (this.sizeBytes === 0) this.knownFirstTimestamp = maxTimestamp
    this.isFlushed = false
    this.indexes.note(lastOffset, maxTimestamp, this.sizeBytes, sizeBytes, config.indexIntervalBytes)
    this.recent ??= new RecentBatches()
    this.recent.add(baseOffset, this.sizeBytes)
    this.sizeBytes += sizeBytes
  }

  /** Takes note of a transaction that was aborted by a batch which is part of the log now. */
  noteAborted(aborted: AbortedTransaction): void {
    this.isFlushed = false
    this.transactions.append(aborted)
  }

  /** How long the first batch has waited at `nowMs`: by the records' clock if they have one, else by ours. */
  waitedMs(maxTimestamp: number, nowMs: number): number {
    if (this.sizeBytes === 0) return 0
    return this.firstTimestamp >= 0 ? maxTimestamp - this.firstTimestamp : nowMs - this.createdMs
  }

  /**
   * How much earlier this segment is closed, so that logs which are written together do not all roll together
   * (LogConfig.randomSegmentJitter). Kafka throws dice when it begins; here its name decides.
   */
  rollJitterMs({ segmentJitterMs, segmentMs }: LogConfig): number {
    if (segmentJitterMs === 0) return 0
    const name = new TextEncoder().encode(this.pathOf('log'))
    return Math.floor(((hashOf(name, 0, name.length, 0) >>> 0) / 2 ** 32) * Math.min(segmentJitterMs, segmentMs))
  }

  /** The position of the batch that holds `offset`, or of the first after it; null if all are before it. @throws DiskError */
  positionOf(offset: number): number | null {
    const known = offset === this.foundOffset ? this.foundPosition : (this.recent?.positionOf(offset) ?? null)
    if (known !== null) return known
    const cursor = this.cursorAt(this.indexes.offsets.lookup(offset))
    while (cursor.next()) {
      if (cursor.lastOffset < offset) continue
      this.foundOffset = offset
      this.foundPosition = cursor.position
      return cursor.position
    }
    return null
  }

  /** The size of the batch at `position`. @throws DiskError */
  batchBytesAt(position: number): number {
    return LOG_OVERHEAD_BYTES + readInt32(this.file.read(position, LOG_OVERHEAD_BYTES), BATCH.length)
  }

  /** @throws DiskError */
  read(position: number, lengthBytes: number): Uint8Array {
    return this.file.read(position, lengthBytes)
  }

  /** A cursor before the batch at `position`. */
  cursorAt(position: number, windowBytes?: number): BatchCursor {
    return new BatchCursor(this.file, position, this.sizeBytes, windowBytes)
  }

  /**
   * Makes ready to append: takes note of the batches after the last index entry, which `visit` sees. Returns the next
   * offset, or null where the file does not end with a whole batch. @throws DiskError
   */
  resume(config: LogConfig, visit: (cursor: BatchCursor) => void): number | null {
    const { indexes } = this
    indexes.bytesSinceEntry = 0
    this.knownFirstTimestamp = this.readFirstTimestamp()
    const cursor = this.cursorAt(indexes.offsets.lastPosition)
    let nextOffset = this.baseOffset
    while (cursor.next()) {
      noteCurrent(indexes, cursor, config.indexIntervalBytes)
      nextOffset = cursor.lastOffset + 1
      visit(cursor)
    }
    return cursor.isAtEnd ? nextOffset : null
  }

  /**
   * Checks every batch, cuts the file after the last sound one and makes the indexes anew; `visit` sees each batch, and
   * notes those that abort a transaction. Returns the next offset. @throws DiskError
   */
  recover(config: LogConfig, visit: (cursor: BatchCursor) => void): number {
    const indexes = new SegmentIndexes(this.baseOffset)
    this.loadedTransactions = TransactionIndex.anew()
    const cursor = this.cursorAt(0, WALK_WINDOW_BYTES)
    let nextOffset = this.baseOffset
    let end = 0
    while (cursor.next() && cursor.isValid(nextOffset) && isRelative(cursor.lastOffset, this.baseOffset)) {
      noteCurrent(indexes, cursor, config.indexIntervalBytes)
      nextOffset = cursor.lastOffset + 1
      end = cursor.nextPosition
      visit(cursor)
    }
    this.isTorn = end < this.sizeBytes
    this.sizeBytes = end
    this.trim()
    this.loaded = indexes
    this.knownFirstTimestamp = this.readFirstTimestamp()
    return nextOffset
  }

  private readFirstTimestamp(): number {
    const cursor = this.cursorAt(0)
    return cursor.next() ? cursor.maxTimestamp : -1
  }

  /** Indexes from the headers alone: the batches were checked when they came. */
  private reindex(): SegmentIndexes {
    const indexes = new SegmentIndexes(this.baseOffset)
    const cursor = this.cursorAt(0, WALK_WINDOW_BYTES)
    while (cursor.next()) noteCurrent(indexes, cursor, DEFAULT_INTERVAL_BYTES)
    return indexes
  }

  /** Whether the index files hold all that is known. */
  private get areIndexesSaved(): boolean {
    return this.loaded?.isSaved !== false && this.loadedTransactions?.isSaved !== false
  }

  /** Writes the index files if they are behind; where the disk refuses they stay in memory, to be written another time. */
  saveIndexes(): void {
    if (this.areIndexesSaved) return
    this.isFlushed = false
    try {
      this.loaded?.save(this.disk, suffix => this.pathOf(suffix))
      this.saveTransactions()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
    }
  }

  /** Writes the transaction index, which nobody can make anew from the segment alone, if it is behind. @throws DiskError */
  saveTransactions(): void {
    this.loadedTransactions?.save(this.disk, this.pathOf('txnindex'))
  }

  /** Forgets what can be read again: indexes that are in their files. Handles and mappings are the disk's to give up. */
  forgetIndexes(): void {
    this.recent = null
    // One that is empty takes less than to look whether it has a file.
    if (this.loadedTransactions?.isSaved && !this.loadedTransactions.isEmpty) this.loadedTransactions = null
    if (!this.loaded?.isSaved) return
    this.knownMaxTimestamp = this.loaded.maxTimestamp
    this.loaded = null
  }

  /** Gives back handles and mappings: for a log that is not used any more. */
  close(): void {
    this.opened?.close()
  }

  /**
   * Asks for the log and its index files to reach the medium: `isFlushed` tells when they have, and nothing came after;
   * `done` is called then, or when it is known that they will not, with the error where the disk refused. Files of indexes
   * that are behind have to be written first.
   */
  flush(done: (error: DiskError | null) => void): void {
    const { sizeBytes } = this
    try {
      const { file } = this
      const files = this.canFlush && this.areIndexesSaved ? [file, ...this.indexFiles()] : []
      if (files.length === 0) done(null)
      let left = files.length
      let refusal: DiskError | null = null
      for (const one of files) {
        one.flush(error => {
          refusal ??= error
          if (one !== file) one.close()
          if (--left > 0) return
          this.canFlush &&= refusal === null
          this.isFlushed = this.canFlush && sizeBytes === this.sizeBytes
          done(refusal)
        })
      }
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      done(error)
    }
  }

  private indexFiles(): DiskFile[] {
    const paths = (['index', 'timeindex', 'txnindex'] as const).map(suffix => this.pathOf(suffix))
    return paths.filter(path => this.disk.size(path) !== null).map(path => this.disk.open(path))
  }

  /**
   * Renames the segment's files, the log first as Kafka does: who opens the directory after a crash in between can tell what
   * was meant. An index that is not found under its new name is made anew. @throws DiskError: then some have their old names
   */
  rename(replacement: ReplacementSuffix): void {
    const before = this.replacement
    for (const suffix of FILES) {
      const path = this.pathOf(suffix, before)
      if (this.disk.size(path) === null) continue
      this.disk.rename(path, this.pathOf(suffix, replacement))
      this.opened = null
      this.replacement = replacement
    }
  }

  /** Removes the segment's files. @throws DiskError */
  remove(): void {
    this.close()
    for (const suffix of FILES) this.disk.remove(this.pathOf(suffix))
  }

  private pathOf(suffix: SegmentSuffix, replacement = this.replacement): string {
    return `${this.directory}/${segmentFileName(this.baseOffset, suffix, replacement)}`
  }
}

/** A segment's files but the producer snapshot, which is that of the log before it. */
const FILES = ['log', 'index', 'timeindex', 'txnindex'] as const

/** index.interval.bytes of indexes that are made anew where no configuration is at hand. */
const DEFAULT_INTERVAL_BYTES = 4096

function noteCurrent(indexes: SegmentIndexes, cursor: BatchCursor, intervalBytes: number): void {
  indexes.note(cursor.lastOffset, cursor.maxTimestamp, cursor.position, cursor.sizeBytes, intervalBytes)
}
