/** The log of one partition (Kafka's UnifiedLog): staged appends, reads, and what follows from them. @module */

import { assert } from '../base/assert.ts'
import type { Uuid } from '../base/uuid.ts'
import { ErrorCode } from '../wire/errors.ts'
import { type BatchHeader, batchHeaders, patchOffsets } from '../wire/records/batch.ts'
import { encodeMarker } from '../wire/records/end-transaction.ts'
import { readPartitionMetadata, writePartitionMetadata } from './checkpoints.ts'
import { type CleaningRound, type Compaction, compact } from './compaction.ts'
import { type CleaningPlan, planCleaning } from './compaction-plan.ts'
import { type Disk, DiskError } from './disk.ts'
import type { EpochEnd, LeaderEpochs } from './epochs.ts'
import { segmentFileName } from './file-names.ts'
import { isRelative } from './index.ts'
import { type LogConfig, maxSegmentMs } from './log-config.ts'
import { writeSnapshot } from './producer-snapshot.ts'
import {
  type AppendOrigin,
  firstOffset,
  isClient,
  type ProducerEntry,
  type Producers,
  type TransactionEnd,
} from './producers.ts'
import { type RecoveredLog, type RecoveryOptions, recoverLog } from './recovery.ts'
import { Segment } from './segment.ts'
import type { FirstBatch, LogSlice, Segments, TimestampedOffset } from './segments.ts'
import { type AppendOutcome, failOutcome, fillOutcome, newOutcome, Staging } from './staging.ts'
import type { AbortedTransaction } from './transaction-index.ts'
import type { ValidatedRecords } from './validate.ts'

export type { TransactionEnd } from './producers.ts'

/** Whose log it is, and how it is opened. */
export interface PartitionLogOptions extends RecoveryOptions {
  readonly topic: string
  readonly partition: number
  readonly topicId: Uuid
  readonly leaderEpoch: number
}

const NO_TIMESTAMP = -1

export class PartitionLog {
  readonly topic: string
  readonly partition: number
  readonly topicId: Uuid
  /** May be replaced at any time. */
  config: LogConfig
  /** Called when a closed segment has reached the medium: it may be cleaned now. */
  onFlushed: () => void = () => {}
  /** Called when the disk has refused something, though whoever has asked for it may go on. */
  onRefused: (error: DiskError) => void = () => {}

  private readonly segments: Segments
  private readonly epochs: LeaderEpochs
  private readonly producers: Producers
  private readonly staging: Staging
  private startOffset: number
  private isClosed = false
  private compaction: Compaction | null = null
  private epoch: number
  /** Where the producer state was last written to a file, or read from one. */
  private snapshotOffset: number

  private constructor(
    private readonly disk: Disk,
    readonly directory: string,
    options: PartitionLogOptions,
    recovered: RecoveredLog,
  ) {
    this.topic = options.topic
    this.partition = options.partition
    this.topicId = options.topicId
    this.config = options.config
    this.epoch = options.leaderEpoch
    this.segments = recovered.segments
    this.epochs = recovered.epochs
    this.producers = recovered.producers
    this.startOffset = recovered.logStartOffset
    this.snapshotOffset = recovered.snapshotOffset
    this.staging = new Staging(recovered.segments.endOffset)
    this.leaderEpoch = options.leaderEpoch
    this.segments.onRefused = error => this.onRefused(error)
    this.checkOrder()
  }

  /**
   * Opens the log in `directory`, which is made if it is missing and recovered unless the start is clean.
   * @throws DiskError
   */
  static open(disk: Disk, directory: string, options: PartitionLogOptions): PartitionLog {
    const topicId = readPartitionMetadata(disk, directory)
    assert(topicId === null || topicId === options.topicId, `${directory} belongs to topic id ${topicId}`)
    if (topicId === null) {
      disk.makeDirectory(directory)
      writePartitionMetadata(disk, directory, options.topicId)
    }
    return new PartitionLog(disk, directory, options, recoverLog(disk, directory, options))
  }

  get logStartOffset(): number {
    return this.startOffset
  }
  get logEndOffset(): number {
    return this.segments.endOffset
  }
  /** One replica: what is in the log is replicated. */
  get highWatermark(): number {
    return this.segments.endOffset
  }
  /** Everything before it is decided: in no transaction, or in one that has ended. */
  get lastStableOffset(): number {
    return this.firstUnstableOffset ?? this.highWatermark
  }
  /** Where the first open transaction begins, as far as it is in the log, or null. */
  get firstUnstableOffset(): number | null {
    const { firstUndecidedOffset } = this.producers
    return firstUndecidedOffset === null ? null : Math.max(firstUndecidedOffset, this.startOffset)
  }
  get recoveryPoint(): number {
    return this.segments.recoveryPoint
  }
  get sizeBytes(): number {
    return this.segments.sizeBytes
  }
  /** The first offsets of the segments, ascending, as far as they are in the log. */
  get segmentBaseOffsets(): readonly number[] {
    return this.segments.all.map(segment => Math.max(segment.baseOffset, this.startOffset))
  }
  /** The first offset of the first segment. */
  get firstBaseOffset(): number {
    return this.segments.first.baseOffset
  }
  /** The first offset of the segment that is appended to. */
  get activeBaseOffset(): number {
    return this.segments.active.baseOffset
  }
  /** Whether the log may be cleaned: it is open, and no earlier cleaning was left half done. */
  get isCleanable(): boolean {
    return !this.isClosed && !this.segments.isSwapping
  }
  /** Whether something waits for the next commit. */
  get hasStaged(): boolean {
    return !this.staging.isEmpty
  }
  get hasProducers(): boolean {
    return this.producers.count > 0
  }
  /** The idempotent and transactional producers whose batches are in the log. */
  get activeProducers(): Iterable<ProducerEntry> {
    return this.producers.entries
  }

  get leaderEpoch(): number {
    return this.epoch
  }
  /** A new epoch begins at the log end, after what is staged; its file is written with the next append. */
  set leaderEpoch(epoch: number) {
    this.commit()
    this.epoch = epoch
    if (epoch > (this.epochs.latest?.epoch ?? -1)) this.epochs.assign(epoch, this.logEndOffset)
  }

  /**
   * Accepts `records` for the next commit: gives them offsets and leader epoch, in place, and fills `outcome`. The bytes
   * must stay as they are until then. A client's repeated batch is answered and not appended; where a producer's sequence or
   * epoch is wrong, or the segment had to be rolled and the disk refused, the outcome has the error code.
   */
  stage(records: ValidatedRecords, outcome: AppendOutcome, nowMs: number, origin: AppendOrigin = 'client'): void {
    if (!this.rollIfFull(records, nowMs)) {
      this.producers.refuse(records.batches)
      failOutcome(outcome, ErrorCode.KAFKA_STORAGE_ERROR, -1)
      return
    }
    const earlier = isClient(origin) ? this.producers.duplicateAmong(records.batches) : null
    const errorCode = earlier === null ? this.producers.checkAll(records.batches, origin) : ErrorCode.NONE
    if (errorCode !== ErrorCode.NONE) {
      failOutcome(outcome, errorCode, this.startOffset)
    } else if (earlier !== null) {
      fillOutcome(outcome, firstOffset(earlier), earlier.timestamp, this.startOffset)
      if (earlier.lastOffset >= this.logEndOffset) this.staging.addOutcome(outcome)
    } else {
      fillOutcome(outcome, this.staging.endOffset, records.logAppendTimeMs, this.startOffset)
      this.staging.add(records, this.giveOffsets(records), outcome)
      if (typeof origin === 'object') this.staging.hasMarkers = true
    }
  }

  /** `batches` came before the log was open and were refused: of a producer that is new, nothing later is taken first. */
  refuse(batches: readonly BatchHeader[]): void {
    this.producers.refuse(batches)
  }

  /**
   * Writes everything staged in one call. If the disk does not take all of it, none of it is part of the log, its outcomes
   * say KAFKA_STORAGE_ERROR, and the answer is false; the next append tries again.
   */
  commit(): boolean {
    const { staging, segments } = this
    if (staging.isEmpty) return true
    if (!this.writeStaged()) {
      this.producers.drop()
      for (const { batches } of staging.appends) this.producers.refuse(batches)
      staging.drop(segments.endOffset)
      return false
    }
    for (const { batches } of staging.appends) {
      for (const { lastOffsetDelta, maxTimestamp, sizeBytes } of batches) {
        segments.promote(lastOffsetDelta, maxTimestamp, sizeBytes, this.config)
      }
    }
    assert(segments.endOffset === staging.endOffset, 'the log ends where the staging did')
    staging.clear()
    for (const aborted of this.producers.promote()) segments.active.noteAborted(aborted)
    if (this.epochs.isChanged) this.saveEpochs()
    this.checkOrder()
    return true
  }

  private writeStaged(): boolean {
    const { staging } = this
    try {
      // Once a marker is written it is too late to find out that its abort cannot be noted.
      if (staging.hasMarkers) void this.segments.active.transactions
      this.segments.write(staging.pieces, staging.sizeBytes, staging.endOffset, this.config)
      return true
    } catch (error) {
      return this.refused(error)
    }
  }

  private saveEpochs(): void {
    this.attempt(() => this.epochs.save(this.disk, this.directory))
  }

  /** Appends batches of our own making, at once: for journals. Returns the first one's offset, or null. */
  append(bytes: Uint8Array, nowMs: number): number | null {
    const { errorCode, baseOffset } = this.appendOwn(bytes, nowMs, 'coordinator')
    return errorCode === ErrorCode.NONE ? baseOffset : null
  }

  /**
   * Appends the marker of a transaction, at once, behind what is staged: NONE; INVALID_PRODUCER_EPOCH or
   * TRANSACTION_COORDINATOR_FENCED for one that comes too late; KAFKA_STORAGE_ERROR. A producer that has no transaction here
   * gets a marker all the same, which fences those before it.
   */
  endTransaction(end: TransactionEnd, nowMs: number): ErrorCode {
    return this.appendOwn(encodeMarker(end, nowMs, this.config.messageTimestampType), nowMs, end).errorCode
  }

  private appendOwn(bytes: Uint8Array, nowMs: number, origin: AppendOrigin): AppendOutcome {
    const outcome = newOutcome()
    this.stage({ bytes, batches: batchHeaders(bytes), logAppendTimeMs: NO_TIMESTAMP }, outcome, nowMs, origin)
    this.commit()
    return outcome
  }

  /** Whether a producer has an open transaction here, begun in this epoch. What is staged counts. */
  hasOngoingTransaction(producerId: number, producerEpoch: number): boolean {
    return this.producers.hasOngoingTransaction(producerId, producerEpoch)
  }

  /** The last epoch of a producer, -1 where it is not known. What is staged counts. */
  producerEpochOf(producerId: number): number {
    return this.producers.epochOf(producerId)
  }

  /**
   * From the batch that holds `offset`, at most `maxBytes` of what lies before `upTo`: cut there, inside a batch too, but see
   * `FirstBatch`. The caller has checked that `offset` is in the log. @throws DiskError
   */
  read(offset: number, maxBytes: number, upTo: number, firstBatch: FirstBatch): LogSlice {
    assert(offset >= this.startOffset && upTo <= this.logEndOffset, 'a read is inside the log')
    return this.segments.read(offset, maxBytes, upTo, firstBatch)
  }

  /** Bytes from the batch that holds `offset` to `upTo`. @throws DiskError */
  bytesBetween(offset: number, upTo: number): number {
    return offset < upTo ? this.segments.bytesBetween(offset, upTo) : 0
  }

  /** Whether a segment ends between `offset` and `upTo`. */
  endsSegment(offset: number, upTo: number): boolean {
    return this.segments.areApart(offset, upTo)
  }

  /**
   * The aborted transactions that whoever has read `sizeBytes` from `offset` on has to leave out, and perhaps some behind.
   * @throws DiskError
   */
  abortedTransactions(offset: number, sizeBytes: number): readonly AbortedTransaction[] {
    return this.segments.abortedIn(offset, sizeBytes)
  }

  /** The log start offset as ListOffsets answers it: without a timestamp. */
  get earliest(): TimestampedOffset {
    return { offset: this.startOffset, timestampMs: NO_TIMESTAMP, leaderEpoch: this.epochs.epochAt(this.startOffset) }
  }
  /** The high watermark as ListOffsets answers it: without a timestamp. */
  get latest(): TimestampedOffset {
    return { offset: this.highWatermark, timestampMs: NO_TIMESTAMP, leaderEpoch: this.epoch }
  }
  /** The first record whose timestamp is at least `timestampMs`. @throws DiskError, RecordError if stored records are broken */
  offsetForTimestamp(timestampMs: number): TimestampedOffset | null {
    return this.segments.offsetForTimestamp(timestampMs, this.startOffset)
  }
  /**
   * The first record that has the largest timestamp: one before the log start too, as in Kafka, while its segment is there.
   * @throws DiskError, RecordError if stored records are broken
   */
  maxTimestamp(): TimestampedOffset | null {
    return this.segments.maxTimestamp()
  }

  /** Where the last epoch not above `epoch` ends. */
  endOffsetForEpoch(epoch: number): EpochEnd {
    return this.epochs.endOffsetFor(epoch, this.logEndOffset)
  }

  /**
   * Forgets producers that have been silent for producer.id.expiration.ms, but for those with open transactions. Returns when
   * the next may be forgotten, null for never.
   */
  expireProducers(nowMs: number): number | null {
    return this.producers.expire(nowMs, this.config.producerIdExpirationMs)
  }

  /** What there is to clean, where everything before `cleanedOffset` was cleaned. @throws DiskError */
  planCleaning(cleanedOffset: number | null, nowMs: number): CleaningPlan {
    return planCleaning(this.segments.all, this, cleanedOffset, this.config, nowMs)
  }

  /** Begins a round of cleaning. It ends early where the log is closed, or loses segments, in the middle of it. */
  compact(round: CleaningRound): Compaction {
    assert(this.isCleanable, 'a log is cleaned only if it may be')
    this.compaction = this.runCompaction(round)
    return this.compaction
  }

  private *runCompaction(round: CleaningRound): Compaction {
    const { disk, directory, segments, config } = this
    const log = {
      ...{ disk, directory, segments, config },
      lastRecords: () => this.producers.lastRecords(),
    }
    try {
      return yield* compact(log, round)
    } finally {
      this.compaction = null
    }
  }

  /** Asks for all that is part of the log to reach the medium. */
  flush(): void {
    if (!this.isClosed) this.segments.flush(this.segments.active, () => this.onFlushed())
  }

  /** Asks for the closed segments to reach the medium, of which it is not known since a restart. */
  flushClosed(): void {
    const closed = this.segments.all.at(-2)
    if (closed) this.segments.flush(closed, () => this.onFlushed())
  }

  private endCompaction(): void {
    this.compaction?.return(null)
    this.compaction = null
  }

  /**
   * Commits, and writes what makes the next start clean: indexes, producer snapshot, epochs. The log may not be used again.
   * @throws DiskError: then the start must not count as clean
   */
  close(): void {
    this.commit()
    this.isClosed = true
    this.endCompaction()
    this.segments.active.trim()
    this.epochs.save(this.disk, this.directory)
    if (this.snapshotOffset < this.logEndOffset) this.writeSnapshot()
    for (const segment of this.segments.all) segment.saveTransactions()
    this.segments.flush(this.segments.active)
    this.segments.close()
  }

  /**
   * Lets the log begin at `offset`, which is not above the high watermark, if it begins before
   * (UnifiedLog.maybeIncrementLogStartOffset). The caller has put it into the checkpoint: segments that lie before it as a
   * whole are removed now, or, where the disk refuses, at the next start. Producers are remembered all the same.
   */
  incrementLogStartOffset(offset: number): void {
    if (offset <= this.startOffset) return
    this.startOffset = offset
    this.checkOrder()
    this.epochs.truncateFromStart(offset)
    const deleted = this.segments.takeBefore(offset)
    if (deleted.length > 0) this.endCompaction()
    for (const segment of deleted) this.attempt(() => this.removeSegment(segment))
  }

  private removeSegment(segment: Segment): void {
    segment.remove()
    this.disk.remove(`${this.directory}/${segmentFileName(segment.baseOffset, 'snapshot')}`)
  }

  /** Gives up what is staged, and lets go of its files: they are somebody else's to remove. The log may not be used again. */
  abandon(): void {
    this.staging.drop(this.logEndOffset)
    this.isClosed = true
    this.endCompaction()
    this.segments.close()
  }

  /** Begins a new segment if `records` do not fit into the active one (UnifiedLog.maybeRoll); false if the disk refused. */
  private rollIfFull(records: ValidatedRecords, nowMs: number): boolean {
    const { active } = this.segments
    const size = active.sizeBytes + this.staging.sizeBytes
    if (size === 0 || !this.isFullFor(records, size, nowMs)) return true
    return this.commit() && this.roll(nowMs)
  }

  /** LogSegment.shouldRoll */
  private isFullFor(records: ValidatedRecords, activeBytes: number, nowMs: number): boolean {
    const { active } = this.segments
    const { segmentBytes, segmentIndexBytes } = this.config
    let lastOffset = this.staging.endOffset - 1
    let maxTimestamp = NO_TIMESTAMP
    for (const batch of records.batches) {
      lastOffset += batch.lastOffsetDelta + 1
      if (batch.maxTimestamp > maxTimestamp) maxTimestamp = batch.maxTimestamp
    }
    return (
      activeBytes > segmentBytes - records.bytes.length ||
      active.waitedMs(maxTimestamp, nowMs) > maxSegmentMs(this.config) - active.rollJitterMs(this.config) ||
      active.indexes.isFull(segmentIndexBytes) ||
      !isRelative(lastOffset, active.baseOffset)
    )
  }

  /** Writes offsets and leader epoch into the batches, enters their producers, and returns the offset after the last record. */
  private giveOffsets({ bytes, batches }: ValidatedRecords): number {
    let nextOffset = this.staging.endOffset
    for (const batch of batches) {
      patchOffsets(bytes, batch.position, nextOffset, this.epoch)
      if (batch.producerId >= 0) this.producers.stage(bytes, batch, nextOffset)
      nextOffset += batch.lastOffsetDelta + 1
    }
    return nextOffset
  }

  private roll(nowMs: number): boolean {
    const isRolled = this.attempt(() => {
      // A closed segment is its file: what a failed write left behind it would be taken for a part of the log.
      this.segments.active.trim()
      const segment = new Segment(this.disk, this.directory, this.logEndOffset, nowMs)
      this.segments.roll(segment, () => this.onFlushed())
    })
    if (isRolled) this.attempt(() => this.writeSnapshot())
    return isRolled
  }

  private writeSnapshot(): void {
    writeSnapshot(this.disk, this.directory, this.logEndOffset, this.producers.entries)
    this.snapshotOffset = this.logEndOffset
  }

  /** Whether `write` went well; what it would have written is written another time, or made anew when it is missed. */
  private attempt(write: () => void): boolean {
    try {
      write()
      return true
    } catch (error) {
      return this.refused(error)
    }
  }

  private refused(error: unknown): false {
    if (!(error instanceof DiskError)) throw error
    this.onRefused(error)
    return false
  }

  private checkOrder(): void {
    const { logStartOffset, lastStableOffset, highWatermark, logEndOffset } = this
    const isOrdered =
      0 <= logStartOffset &&
      logStartOffset <= lastStableOffset &&
      lastStableOffset <= highWatermark &&
      highWatermark <= logEndOffset
    assert(isOrdered, 'log start ≤ last stable ≤ high watermark ≤ log end')
  }
}
