/** Both indexes of a segment, with what is needed to go on with them and to keep them in their files. @module */

import { type Disk, DiskError } from './disk.ts'
import type { SegmentSuffix } from './file-names.ts'
import { OffsetIndex, TimeIndex } from './index.ts'

/** Where the files of a segment are. */
export type SegmentPaths = (suffix: SegmentSuffix) => string

export class SegmentIndexes {
  /** The largest timestamp noted, and the last offset of the first batch that has it; -1 and the base offset if none. */
  maxTimestamp: number
  offsetOfMaxTimestamp: number
  /** Bytes of batches noted since the last entry, that entry's own among them. */
  bytesSinceEntry = 0
  /** Whether the files hold all entries. */
  isSaved = false

  constructor(
    baseOffset: number,
    readonly offsets = new OffsetIndex(baseOffset),
    readonly times = new TimeIndex(baseOffset),
  ) {
    this.maxTimestamp = times.lastTimestamp
    this.offsetOfMaxTimestamp = times.lastOffset
  }

  /**
   * Reads the files of a segment whose log has `logBytes`; null where one is missing, or cannot belong to that log. Entries
   * are not checked one by one: ends tell of files that were cut, preallocated or never written. @throws DiskError
   */
  static load(disk: Disk, pathOf: SegmentPaths, baseOffset: number, logBytes: number): SegmentIndexes | null {
    const offsetBytes = disk.readFile(pathOf('index'))
    const timeBytes = disk.readFile(pathOf('timeindex'))
    if (offsetBytes === null || timeBytes === null) return null
    if (offsetBytes.length % OffsetIndex.entryBytes !== 0 || timeBytes.length % TimeIndex.entryBytes !== 0) return null
    const offsets = new OffsetIndex(baseOffset, offsetBytes)
    const times = new TimeIndex(baseOffset, timeBytes)
    if (!offsets.isSound(logBytes) || !times.isSound(logBytes)) return null
    const indexes = new SegmentIndexes(baseOffset, offsets, times)
    indexes.isSaved = true
    return indexes
  }

  /** Takes note of the batch at `position`; an entry that is due comes before the batch's own bytes count (LogSegment.append). */
  note(lastOffset: number, maxTimestamp: number, position: number, sizeBytes: number, intervalBytes: number): void {
    if (maxTimestamp > this.maxTimestamp) {
      this.maxTimestamp = maxTimestamp
      this.offsetOfMaxTimestamp = lastOffset
      this.isSaved = false
    }
    if (this.bytesSinceEntry > intervalBytes) {
      this.offsets.append(lastOffset, position)
      this.times.append(this.maxTimestamp, this.offsetOfMaxTimestamp)
      this.bytesSinceEntry = 0
      this.isSaved = false
    }
    this.bytesSinceEntry += sizeBytes
  }

  /** Whether another entry would go beyond segment.index.bytes (AbstractIndex.isFull, TimeIndex.isFull). */
  isFull(segmentIndexBytes: number): boolean {
    return (
      this.offsets.entryCount >= Math.floor(segmentIndexBytes / OffsetIndex.entryBytes) ||
      this.times.entryCount >= Math.floor(segmentIndexBytes / TimeIndex.entryBytes) - 1
    )
  }

  /** Writes the files if they are behind, the time index ending with the largest timestamp. @throws DiskError */
  save(disk: Disk, pathOf: SegmentPaths): void {
    if (this.isSaved) return
    this.times.append(this.maxTimestamp, this.offsetOfMaxTimestamp)
    replaceFile(disk, pathOf('index'), this.offsets.toBytes(), 'removed')
    replaceFile(disk, pathOf('timeindex'), this.times.toBytes(), 'removed')
    this.isSaved = true
  }
}

/** A file that is not whole is removed, or made to look damaged: indexes may be missing, never wrong. @throws DiskError */
export function replaceFile(disk: Disk, path: string, bytes: Uint8Array, ifNotWhole: 'removed' | 'damaged'): void {
  const file = disk.open(path)
  try {
    if (file.size > bytes.length) file.truncate(bytes.length)
    if (file.write([bytes], 0) === bytes.length) return
    throw new DiskError(`${path} was not written whole`, 'ENOSPC')
  } catch (error) {
    if (ifNotWhole === 'removed') disk.remove(path)
    else file.truncate(1)
    throw error
  } finally {
    file.close()
  }
}
