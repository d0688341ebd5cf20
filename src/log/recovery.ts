/** Opens what a directory holds: at once after a clean stop, else checking what may not have reached the medium (LogLoader). @module */

import { noBytes } from '../base/bytes.ts'
import { isControl } from '../wire/records/batch.ts'
import type { BatchCursor } from './batch-cursor.ts'
import type { Disk } from './disk.ts'
import { LeaderEpochs } from './epochs.ts'
import { segmentFileName } from './file-names.ts'
import { type DirectoryContent, sweepDirectory } from './leftovers.ts'
import type { LogConfig } from './log-config.ts'
import { decodeSnapshot } from './producer-snapshot.ts'
import { isExpired, Producers } from './producers.ts'
import { Segment } from './segment.ts'
import { Segments } from './segments.ts'
import { type AbortedTransaction, TransactionIndex } from './transaction-index.ts'

/** What is known of a log before its directory is read. */
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
  /** Told what had to be cut off. */
  readonly onLoss?: (loss: string) => void
}

/** A log as its directory has it, sound to its end. */
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
  const { segments, state } = recoverSegments(disk, directory, content, epochs, options)
  if (segments.endOffset < (options.logStartOffset ?? 0)) {
    options.onLoss?.(
      `ends at offset ${segments.endOffset}, before its start at ${options.logStartOffset}, and begins anew`,
    )
    for (const segment of segments.all) segment.remove()
    for (const offset of content.snapshots) disk.remove(`${directory}/${segmentFileName(offset, 'snapshot')}`)
    return recoverLog(disk, directory, options)
  }
  removeStraySnapshots(disk, directory, content.snapshots, segments, state.snapshotOffset)
  const logStartOffset = Math.max(segments.first.baseOffset, options.logStartOffset ?? 0)
  epochs.truncateFromEnd(segments.endOffset)
  epochs.truncateFromStart(logStartOffset)
  return { segments, epochs, logStartOffset, ...state }
}

type ProducerState = Pick<RecoveredLog, 'producers' | 'snapshotOffset'>

interface RecoveredSegments {
  readonly segments: Segments
  readonly state: ProducerState
}

function recoverSegments(
  disk: Disk,
  directory: string,
  content: DirectoryContent,
  epochs: LeaderEpochs,
  options: RecoveryOptions,
): RecoveredSegments {
  const { config, nowMs, logStartOffset = 0, recoveryPoint = 0 } = options
  const baseOffsets = content.segments.length === 0 ? [logStartOffset] : content.segments
  const all = baseOffsets.map(baseOffset => new Segment(disk, directory, baseOffset, nowMs))
  const enterEpoch = (cursor: BatchCursor): void => {
    if (cursor.leaderEpoch > (epochs.latest?.epoch ?? -1)) epochs.assign(cursor.leaderEpoch, cursor.baseOffset)
  }
  const firstUnsound = firstUnsoundOf(disk, directory, all, content, options)
  const resumedEnd = firstUnsound === null ? all.at(-1)!.resume(config, enterEpoch) : null
  const restore = (upTo: number) =>
    restoreProducers(disk, directory, content.snapshots, all[0]!.baseOffset, upTo, options)
  let segments: Segments
  let state: ProducerState
  if (resumedEnd !== null) {
    segments = new Segments(all, resumedEnd)
    state = restore(resumedEnd)
    replayProducers(state, segments)
  } else {
    const from = firstUnsound ?? all.length - 1
    state = restore(Math.min(all[from]!.baseOffset, rememberedFrom(all)))
    if (from > 0) replayProducers(state, new Segments(all.slice(0, from), all[from]!.baseOffset))
    segments = new Segments(all, checkSegments(all, from, state.producers, enterEpoch, options))
  }
  all.forEach((segment, index) => {
    segment.isFlushed = (all[index + 1]?.baseOffset ?? segments.endOffset) <= recoveryPoint
  })
  return { segments, state }
}

/**
 * The index of the first segment whose batches have to be checked, null if nothing but the tail need be looked at: after a
 * clean stop, unless a transaction index is damaged, which is all that cannot be made anew when it is missed. Where the
 * index of offsets is missing, so may be that of transactions, of which nobody can tell (LogLoader.loadSegmentFiles).
 */
function firstUnsoundOf(
  disk: Disk,
  directory: string,
  all: readonly Segment[],
  { offsetIndexes, transactionIndexes }: DirectoryContent,
  { isCleanStart, recoveryPoint = 0 }: RecoveryOptions,
): number | null {
  const indexed = new Set(offsetIndexes)
  const isDamaged = ({ baseOffset, sizeBytes }: Segment, index: number): boolean => {
    if (sizeBytes > 0 && !indexed.has(baseOffset)) return true
    if (!transactionIndexes.includes(baseOffset)) return false
    const stored = disk.readFile(`${directory}/${segmentFileName(baseOffset, 'txnindex')}`) ?? noBytes
    return !TransactionIndex.isSound(stored, baseOffset, all[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY)
  }
  const firstUnflushed = isCleanStart
    ? all.length
    : Math.max(
        0,
        all.findLastIndex(s => s.baseOffset <= recoveryPoint),
      )
  const damaged = all.slice(0, firstUnflushed).findIndex(isDamaged)
  if (damaged >= 0) return damaged
  return isCleanStart ? null : firstUnflushed
}

/**
 * Checks every batch from the segment at index `from` on; what lies behind one that is broken is removed. Returns the offset
 * after the last that is sound.
 */
function checkSegments(
  all: Segment[],
  from: number,
  producers: Producers,
  visit: (cursor: BatchCursor) => void,
  options: RecoveryOptions,
): number {
  let endOffset = 0
  for (let index = from; index < all.length; index++) {
    const segment = all[index]!
    const fileBytes = segment.sizeBytes
    endOffset = segment.recover(options.config, cursor => {
      visit(cursor)
      for (const aborted of replayBatch(producers, cursor)) segment.noteAborted(aborted)
    })
    const isCut = segment.sizeBytes < fileBytes || isFollowedByGap(all, index, endOffset, options)
    if (isCut) {
      const lostBytes = all
        .slice(index + 1)
        .reduce((sum, { sizeBytes }) => sum + sizeBytes, fileBytes - segment.sizeBytes)
      options.onLoss?.(`damaged in segment ${segment.baseOffset}, cut off at offset ${endOffset}: ${lostBytes} bytes`)
      for (const later of all.splice(index + 1)) later.remove()
    }
    if (index < all.length - 1) segment.saveIndexes()
  }
  return endOffset
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

/** The offset that a snapshot must not be above to be replayed from after a crash. */
function rememberedFrom(all: readonly Segment[]): number {
  let bytes = 0
  for (const { sizeBytes, baseOffset } of all.toReversed()) {
    bytes += sizeBytes
    if (bytes >= REMEMBERED_BYTES) return baseOffset
  }
  return all[0]!.baseOffset
}

/** What the newest snapshot says that is whole and not above `upTo`. Those that are damaged are removed. */
function restoreProducers(
  disk: Disk,
  directory: string,
  snapshots: readonly number[],
  firstOffset: number,
  upTo: number,
  { config, nowMs }: RecoveryOptions,
): ProducerState {
  for (const offset of snapshots.filter(of => of <= upTo).reverse()) {
    const path = `${directory}/${segmentFileName(offset, 'snapshot')}`
    const entries = decodeSnapshot(disk.readFile(path) ?? noBytes)
    if (entries === null) {
      disk.remove(path)
      continue
    }
    const alive = entries.filter(entry => !isExpired(entry, nowMs, config.producerIdExpirationMs))
    return { producers: new Producers(alive), snapshotOffset: offset }
  }
  return { producers: new Producers(), snapshotOffset: firstOffset }
}

/** Of the others only those at the beginning of a segment are kept. */
function removeStraySnapshots(
  disk: Disk,
  directory: string,
  snapshots: readonly number[],
  segments: Segments,
  usedOffset: number,
): void {
  const kept = new Set([usedOffset, ...segments.all.map(segment => segment.baseOffset)])
  for (const offset of snapshots) {
    if (!kept.has(offset)) disk.remove(`${directory}/${segmentFileName(offset, 'snapshot')}`)
  }
}

/** Enters the batches behind the snapshot. The transactions that they abort are in the indexes. */
function replayProducers({ producers, snapshotOffset }: ProducerState, segments: Segments): void {
  for (const cursor of segments.batchesFrom(snapshotOffset)) {
    if (cursor.baseOffset >= snapshotOffset) replayBatch(producers, cursor)
  }
}

/** Enters one batch and returns the transactions that it aborts. */
function replayBatch(producers: Producers, cursor: BatchCursor): readonly AbortedTransaction[] {
  const header = cursor.header()
  if (header.producerId < 0) return []
  producers.stage(isControl(header.attributes) ? cursor.bytes() : noBytes, header, header.baseOffset)
  return producers.promote()
}
