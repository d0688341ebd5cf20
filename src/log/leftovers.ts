/**
 * Clears a partition's directory of what an interrupted deletion or compaction left (LogLoader.load, its first passes).
 * @module
 */

import { BatchCursor, WALK_WINDOW_BYTES } from './batch-cursor.ts'
import type { Disk } from './disk.ts'
import { parseSegmentFileName, type SegmentFileName } from './file-names.ts'

/** What is left, ascending. */
export interface DirectoryContent {
  /** Base offsets. */
  readonly segments: readonly number[]
  /** Base offsets of the segments that have an index of their offsets. */
  readonly offsetIndexes: readonly number[]
  /** Base offsets of the segments that have a transaction index. */
  readonly transactionIndexes: readonly number[]
  /** Offsets of producer snapshots. */
  readonly snapshots: readonly number[]
}

/** Segments whose records all lie before `logStartOffset` go too. @throws DiskError */
export function sweepDirectory(disk: Disk, directory: string, logStartOffset = 0): DirectoryContent {
  removeUnfinished(disk, directory)
  finishSwaps(disk, directory)
  removeDeleted(disk, directory, logStartOffset)
  removeStrayIndexes(disk, directory)
  const files = segmentFiles(disk, directory)
  return {
    segments: offsetsOf(files, 'log'),
    offsetIndexes: offsetsOf(files, 'index'),
    transactionIndexes: offsetsOf(files, 'txnindex'),
    snapshots: offsetsOf(files, 'snapshot'),
  }
}

function segmentFiles(disk: Disk, directory: string): SegmentFileName[] {
  return disk.list(directory).flatMap(name => parseSegmentFileName(name) ?? [])
}

function offsetsOf(files: readonly SegmentFileName[], suffix: string): number[] {
  return files
    .filter(file => file.suffix === suffix && file.leftover === '')
    .map(file => file.baseOffset)
    .sort((a, b) => a - b)
}

/** Files marked as deleted, those that cleaning did not finish, and swaps that depend on these. */
function removeUnfinished(disk: Disk, directory: string): void {
  const files = segmentFiles(disk, directory)
  const cleaned = files.filter(file => file.leftover === '.cleaned').map(file => file.baseOffset)
  const firstCleaned = Math.min(...cleaned)
  for (const { name, baseOffset, leftover } of files) {
    const isUnfinished = leftover === '.deleted' || leftover === '.cleaned'
    if (isUnfinished || (leftover === '.swap' && baseOffset >= firstCleaned)) disk.remove(`${directory}/${name}`)
  }
}

/** A swap that was begun replaces the segments in the range of its offsets. */
function finishSwaps(disk: Disk, directory: string): void {
  const files = segmentFiles(disk, directory)
  const swaps = files.filter(file => file.leftover === '.swap')
  for (const swap of swaps.filter(file => file.suffix === 'log')) {
    const end = nextOffset(disk, `${directory}/${swap.name}`)
    for (const { name, baseOffset, suffix, leftover } of files) {
      const isReplaced = leftover === '' && suffix !== 'snapshot' && baseOffset >= swap.baseOffset && baseOffset < end
      if (isReplaced) disk.remove(`${directory}/${name}`)
    }
  }
  for (const { name } of swaps) disk.rename(`${directory}/${name}`, `${directory}/${name.slice(0, -'.swap'.length)}`)
}

function nextOffset(disk: Disk, path: string): number {
  const file = disk.open(path)
  const cursor = new BatchCursor(file, 0, file.size, WALK_WINDOW_BYTES)
  let next = 0
  while (cursor.next()) next = cursor.lastOffset + 1
  file.close()
  return next
}

/** What records before `logStartOffset` lie in, for nobody reads them. The last segment stays: it is appended to. */
function removeDeleted(disk: Disk, directory: string, logStartOffset: number): void {
  const files = segmentFiles(disk, directory)
  const first = offsetsOf(files, 'log').findLast(baseOffset => baseOffset <= logStartOffset) ?? 0
  for (const { name, baseOffset } of files) if (baseOffset < first) disk.remove(`${directory}/${name}`)
}

/** Indexes of which there is no log. */
function removeStrayIndexes(disk: Disk, directory: string): void {
  const files = segmentFiles(disk, directory)
  const bases = new Set(offsetsOf(files, 'log'))
  for (const { name, baseOffset, suffix } of files) {
    if (suffix.endsWith('index') && !bases.has(baseOffset)) disk.remove(`${directory}/${name}`)
  }
}
