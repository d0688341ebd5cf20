/** One segment of a log: a file of batches and the indexes over it (Kafka's LogSegment). @module */

import { BATCH, LOG_OVERHEAD_BYTES } from '../wire/records/batch.ts'
import { readInt32 } from '../wire/records/integers.ts'
import { BatchCursor, WALK_WINDOW_BYTES } from './batch-cursor.ts'
import { type Disk, DiskError, type DiskFile } from './disk.ts'
import { type SegmentSuffix, segmentFileName } from './file-names.ts'
import { isRelative } from './index.ts'
import type { LogConfig } from './log-config.ts'
import { RecentBatches } from './recent-batches.ts'
import { SegmentIndexes } from './segment-indexes.ts'

export class Segment {
  /** Bytes of batches that are part of the log; the file may be longer after a failed write. */
  sizeBytes: number
  /** Whether the file may go on behind the log. */
  private isTorn = false
  /** Whether everything in here is known to have reached the medium. */
  isFlushed = false
  /** Once a flush has failed no later one proves anything: the system may have dropped what it could not write. */
  private canFlush = true
  private readonly file: DiskFile
  private loaded: SegmentIndexes | null = null
  private knownMaxTimestamp: number | null = null
  private readonly recent = new RecentBatches()
  /** The last place that was looked for: a fetch asks for it twice, for how much there is and for the bytes. */
  private foundOffset = -1
  private foundPosition = 0
  /** The max timestamp of the first batch, from which segment.ms counts; -1 if it has none. */
  private firstTimestamp = -1

  /** Opens or creates the segment; all that its file holds counts as log. @throws DiskError */
  constructor(
    private readonly disk: Disk,
    private readonly directory: string,
    readonly baseOffset: number,
    private readonly createdMs: number,
  ) {
    this.file = disk.open(this.pathOf('log'))
    this.sizeBytes = this.file.size
    if (this.sizeBytes === 0) this.loaded = new SegmentIndexes(baseOffset)
  }

  /** The largest timestamp in here, -1 if there is none. @throws DiskError */
  get maxTimestamp(): number {
    return this.loaded?.maxTimestamp ?? this.knownMaxTimestamp ?? this.indexes.maxTimestamp
  }

  /** The indexes, read from their files on first use, or made anew where those are missing or damaged. @throws DiskError */
  get indexes(): SegmentIndexes {
    this.loaded ??= SegmentIndexes.load(this.disk, this.directory, this.baseOffset, this.sizeBytes) ?? this.reindex()
    return this.loaded
  }

  /**
   * Writes at the end and returns whether all was taken. If not, or if what an earlier failure left cannot be cut off, the
   * segment is as it was.
   */
  write(pieces: readonly Uint8Array[], lengthBytes: number): boolean {
    try {
      this.trim()
      this.isTorn = true
      this.isTorn = this.file.write(pieces, this.sizeBytes) !== lengthBytes
      if (!this.isTorn) return true
      this.trim()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
    }
    return false
  }

  /** Cuts off what a failed write left behind the log, if there was one. @throws DiskError */
  trim(): void {
    if (!this.isTorn) return
    this.file.truncate(this.sizeBytes)
    this.isTorn = false
  }

  /** Makes the batch that was written at the end part of the log. */
  promote(baseOffset: number, lastOffset: number, maxTimestamp: number, sizeBytes: number, config: LogConfig): void {
    if (this.sizeBytes === 0) this.firstTimestamp = maxTimestamp
    this.isFlushed = false
    this.indexes.note(lastOffset, maxTimestamp, this.sizeBytes, sizeBytes, config.indexIntervalBytes)
    this.recent.add(baseOffset, this.sizeBytes)
    this.sizeBytes += sizeBytes
  }

  /** How long the first batch has waited at `nowMs`: by the records' clock if they have one, else by ours. */
  waitedMs(maxTimestamp: number, nowMs: number): number {
    if (this.sizeBytes === 0) return 0
    return this.firstTimestamp >= 0 ? maxTimestamp - this.firstTimestamp : nowMs - this.createdMs
  }

  /** The position of the batch that holds `offset`, or of the first after it; null if all are before it. @throws DiskError */
  positionOf(offset: number): number | null {
    const known = offset === this.foundOffset ? this.foundPosition : this.recent.positionOf(offset)
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
    this.loadFirstTimestamp()
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
   * Checks every batch, cuts the file after the last sound one and makes the indexes anew; `visit` sees each batch.
   * Returns the next offset. @throws DiskError
   */
  recover(config: LogConfig, visit: (cursor: BatchCursor) => void): number {
    const indexes = new SegmentIndexes(this.baseOffset)
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
    this.loadFirstTimestamp()
    return nextOffset
  }

  private loadFirstTimestamp(): void {
    const cursor = this.cursorAt(0)
    this.firstTimestamp = cursor.next() ? cursor.maxTimestamp : -1
  }

  /** Indexes from the headers alone: the batches were checked when they came. */
  private reindex(): SegmentIndexes {
    const indexes = new SegmentIndexes(this.baseOffset)
    const cursor = this.cursorAt(0, WALK_WINDOW_BYTES)
    while (cursor.next()) noteCurrent(indexes, cursor, DEFAULT_INTERVAL_BYTES)
    return indexes
  }

  /** Writes the index files if they are behind; where the disk refuses they stay in memory, to be written another time. */
  saveIndexes(): void {
    if (this.loaded === null || this.loaded.isSaved) return
    this.isFlushed = false
    try {
      this.loaded.save(this.disk, this.directory)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
    }
  }

  /** Forgets what can be read again: indexes that are in their files. Handles and mappings are the disk's to give up. */
  forgetIndexes(): void {
    this.recent.clear()
    if (!this.loaded?.isSaved) return
    this.knownMaxTimestamp = this.loaded.maxTimestamp
    this.loaded = null
  }

  /** Gives back handles and mappings: for a log that is not used any more. */
  close(): void {
    this.file.close()
  }

  /**
   * Asks for the log and its index files to reach the medium: `isFlushed` tells when they have, and nothing came after.
   * Files of indexes that are behind have to be written first.
   */
  flush(): void {
    if (!this.canFlush || this.loaded?.isSaved === false) return
    const { sizeBytes } = this
    try {
      const files = [this.file, ...this.indexFiles()]
      let left = files.length
      let areFlushed = true
      for (const file of files) {
        file.flush(error => {
          areFlushed &&= error === null
          if (file !== this.file) file.close()
          if (--left > 0) return
          this.canFlush &&= areFlushed
          this.isFlushed = areFlushed && this.canFlush && sizeBytes === this.sizeBytes
        })
      }
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
    }
  }

  private indexFiles(): DiskFile[] {
    const paths = (['index', 'timeindex'] as const).map(suffix => this.pathOf(suffix))
    return paths.filter(path => this.disk.size(path) !== null).map(path => this.disk.open(path))
  }

  /** Removes the segment's files. @throws DiskError */
  remove(): void {
    this.close()
    for (const suffix of ['log', 'index', 'timeindex', 'txnindex'] as const) {
      this.disk.remove(this.pathOf(suffix))
    }
  }

  private pathOf(suffix: SegmentSuffix): string {
    return `${this.directory}/${segmentFileName(this.baseOffset, suffix)}`
  }
}

/** index.interval.bytes of indexes that are made anew where no configuration is at hand. */
const DEFAULT_INTERVAL_BYTES = 4096

function noteCurrent(indexes: SegmentIndexes, cursor: BatchCursor, intervalBytes: number): void {
  indexes.note(cursor.lastOffset, cursor.maxTimestamp, cursor.position, cursor.sizeBytes, intervalBytes)
}
