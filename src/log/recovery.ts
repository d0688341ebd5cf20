/** Opens what a directory holds: at once after a clean stop, else checking what may not have reached the medium (LogLoader). @module */

import { noBytes } from '../base/bytes.ts'
import type { BatchCursor } from './batch-cursor.ts'
import type { Disk } from './disk.ts'
import { LeaderEpochs } from './epochs.ts'
import { segmentFileName } from './file-names.ts'
import { sweepDirectory } from './leftovers.ts'
import type { LogConfig } from './log-config.ts'
import { decodeSnapshot } from './producer-snapshot.ts'
import { isExpired, Producers } from './producers.ts'
import { Segment } from './segment.ts'
import { Segments } from './segments.ts'

export interface RecoveryOptions {
  readonly config: LogConfig
  readonly nowMs: number
  /** Whether every log was closed, as the clean-shutdown marker says: then nothing but the tail is looked at. */
  readonly isCleanStart: boolean
  /** Of the checkpoint, 0 if it does not know the log: what lies before is taken as it is. */
  readonly recoveryPoint?: number
  /** Of the checkpoint, 0 if it does not know the log. */
  readonly logStartOffset?: number
  /** Of the checkpoint, 0 if it does not know the log: gaps before it are the work of compaction. */
  readonly cleanedOffset?: number
}

export interface RecoveredLog {
  readonly segments: Segments
  readonly epochs: LeaderEpochs
  readonly producers: Producers
  readonly logStartOffset: number
  /** Up to where producer state came from a snapshot. */
  readonly snapshotOffset: number
}

/**
 * Opens the log in `directory`, which exists; one without segments begins at the log start offset. One that ends before it
 * has lost its end, but not what was said of its start: what is left was deleted, and the offsets up to there are not given
 * a second time (LogLoader.recoverLog). @throws DiskError
 */
export function recoverLog(disk: Disk, directory: string, options: RecoveryOptions): RecoveredLog {
  const content = sweepDirectory(disk, directory, options.logStartOffset)
  const epochs = LeaderEpochs.load(disk, directory)
  const segments = recoverSegments(disk, directory, content.segments, epochs, options)
  if (segments.endOffset < (options.logStartOffset ?? 0)) {
    for (const segment of segments.all) segment.remove()
    for (const offset of content.snapshots) disk.remove(`${directory}/${segmentFileName(offset, 'snapshot')}`)
    return recoverLog(disk, directory, options)
  }
  const logStartOffset = Math.max(segments.first.baseOffset, options.logStartOffset ?? 0)
  epochs.truncateFromEnd(segments.endOffset)
  epochs.truncateFromStart(logStartOffset)
  return {
    segments,
    epochs,
    logStartOffset,
    ...recoverProducers(disk, directory, content.snapshots, segments, options),
  }
}

function recoverSegments(
  disk: Disk,
  directory: string,
  baseOffsets: readonly number[],
  epochs: LeaderEpochs,
  options: RecoveryOptions,
): Segments {
  const { config, nowMs, isCleanStart, recoveryPoint = 0, logStartOffset = 0 } = options
  const all = (baseOffsets.length === 0 ? [logStartOffset] : baseOffsets).map(
    baseOffset => new Segment(disk, directory, baseOffset, nowMs),
  )
  const enterEpoch = (cursor: BatchCursor): void => {
    if (cursor.leaderEpoch > (epochs.latest?.epoch ?? -1)) epochs.assign(cursor.leaderEpoch, cursor.baseOffset)
  }
  const firstUnflushed = isCleanStart
    ? all.length - 1
    : Math.max(
        0,
        all.findLastIndex(s => s.baseOffset <= recoveryPoint),
      )
  const cleanEnd = isCleanStart ? all[firstUnflushed]!.resume(config, enterEpoch) : null
  let endOffset = cleanEnd ?? 0
  for (let index = firstUnflushed; cleanEnd === null && index < all.length; index++) {
    const segment = all[index]!
    const fileBytes = segment.sizeBytes
    endOffset = segment.recover(config, enterEpoch)
    const isCut = segment.sizeBytes < fileBytes || isFollowedByGap(all, index, endOffset, options)
    if (isCut) for (const later of all.splice(index + 1)) later.remove()
    if (index < all.length - 1) segment.saveIndexes()
  }
  all.forEach((segment, index) => {
    segment.isFlushed = (all[index + 1]?.baseOffset ?? endOffset) <= recoveryPoint
  })
  return new Segments(all, endOffset)
}

/** Whether the end of a segment is missing though none of its batches is torn. Only compaction leaves such gaps on purpose. */
function isFollowedByGap(
  all: readonly Segment[],
  index: number,
  endOffset: number,
  { config, cleanedOffset = 0 }: RecoveryOptions,
): boolean {
  const next = all[index + 1]?.baseOffset ?? 0
  return next > Math.max(endOffset, cleanedOffset) && !config.cleanupPolicy.includes('compact')
}

/**
 * A snapshot, which holds the last batch of each producer alone (ProducerStateManager), knows too little of producers that
 * were at work when the broker was killed: they send the last five again. So after a crash this much of the log is read
 * again, from the snapshot before it.
 */
const REMEMBERED_BYTES = 64 * 1024 * 1024

/** The offset that a snapshot must not be above to be replayed from. */
function newestUsefulSnapshot(segments: Segments, isCleanStart: boolean): number {
  if (isCleanStart) return segments.endOffset
  let bytes = 0
  for (const { sizeBytes, baseOffset } of segments.all.toReversed()) {
    bytes += sizeBytes
    if (bytes >= REMEMBERED_BYTES) return baseOffset
  }
  return segments.first.baseOffset
}

/** The newest snapshot that is whole and not ahead of what is replayed, and the batches after it. */
function recoverProducers(
  disk: Disk,
  directory: string,
  snapshots: readonly number[],
  segments: Segments,
  { config, nowMs, isCleanStart }: RecoveryOptions,
): { producers: Producers; snapshotOffset: number } {
  const rolls = new Set(segments.all.map(segment => segment.baseOffset))
  const newest = newestUsefulSnapshot(segments, isCleanStart)
  let producers: Producers | null = null
  let snapshotOffset = segments.first.baseOffset
  for (const offset of snapshots.toReversed()) {
    const path = `${directory}/${segmentFileName(offset, 'snapshot')}`
    if (producers !== null || offset > newest) {
      if (!rolls.has(offset)) disk.remove(path)
      continue
    }
    const entries = decodeSnapshot(disk.readFile(path) ?? noBytes)
    if (entries === null) {
      disk.remove(path)
      continue
    }
    producers = new Producers(entries.filter(entry => !isExpired(entry, nowMs, config.producerIdExpirationMs)))
    snapshotOffset = offset
  }
  producers ??= new Producers()
  replayProducers(producers, segments, snapshotOffset)
  return { producers, snapshotOffset }
}

function replayProducers(producers: Producers, segments: Segments, fromOffset: number): void {
  for (const cursor of segments.batchesFrom(fromOffset)) {
    const header = cursor.header()
    if (header.producerId < 0 || header.baseOffset < fromOffset) continue
    producers.stage(cursor.bytes(), header, header.baseOffset)
    producers.promote()
  }
}
