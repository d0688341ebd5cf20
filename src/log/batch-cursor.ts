/** Steps through the record batches of a log file, reading it in windows of bounded size. @module */

import { noBytes } from '../base/bytes.ts'
import { BATCH, type BatchHeader, checkBatch, LOG_OVERHEAD_BYTES, readBatchHeader } from '../wire/records/batch.ts'
import { readInt32, readInt64 } from '../wire/records/integers.ts'
import { RecordError } from '../wire/records/record-error.ts'
import type { DiskFile } from './disk.ts'

/** What finding one batch reads: an index interval and the headers about it. */
const LOOKUP_WINDOW_BYTES = 8 * 1024
/** What walking over a whole file reads at a time. */
export const WALK_WINDOW_BYTES = 1024 * 1024
/** What is in the log was decompressed once, under its own bound, before it came there. */
export const MAX_DECOMPRESSED_BYTES = 0x7fffffff

/**
 * A cursor over the batches in `[position, end)`. After `next()` has answered true the fields describe a whole batch of
 * magic 2; it answers false at the end, and for bytes that are no such batch. May throw DiskError.
 */
export class BatchCursor {
  position: number
  sizeBytes = 0
  baseOffset = 0
  lastOffset = 0
  maxTimestamp = 0
  leaderEpoch = 0

  private window = noBytes
  private windowPosition = 0

  constructor(
    private readonly file: DiskFile,
    position: number,
    private readonly end: number,
    private readonly windowBytes = LOOKUP_WINDOW_BYTES,
  ) {
    this.position = position
  }

  /** Where the next batch would begin. */
  get nextPosition(): number {
    return this.position + this.sizeBytes
  }
  /** Whether everything up to the end was whole batches; asked after `next()` answered false. */
  get isAtEnd(): boolean {
    return this.nextPosition === this.end
  }

  next(): boolean {
    const start = this.nextPosition
    if (this.end - start < BATCH.records) return false
    const at = this.load(start, BATCH.records)
    const sizeBytes = LOG_OVERHEAD_BYTES + readInt32(this.window, at + BATCH.length)
    if (sizeBytes < BATCH.records || sizeBytes > this.end - start || this.window[at + BATCH.magic] !== 2) return false
    this.position = start
    this.sizeBytes = sizeBytes
    this.baseOffset = readInt64(this.window, at + BATCH.baseOffset)
    this.lastOffset = this.baseOffset + readInt32(this.window, at + BATCH.lastOffsetDelta)
    this.maxTimestamp = readInt64(this.window, at + BATCH.maxTimestamp)
    this.leaderEpoch = readInt32(this.window, at + BATCH.partitionLeaderEpoch)
    return true
  }

  /** Whether offsets and checksum of the current batch are sound, where `leastOffset` is the first it may have. */
  isValid(leastOffset: number): boolean {
    if (this.baseOffset < leastOffset || this.lastOffset < this.baseOffset) return false
    const at = this.load(this.position, this.sizeBytes)
    try {
      checkBatch(this.window, at, this.sizeBytes)
      return true
    } catch (error) {
      if (error instanceof RecordError) return false
      throw error
    }
  }

  /** The current batch's header; its position counts from the start of `bytes()`. */
  header(): BatchHeader {
    return { ...readBatchHeader(this.window, this.load(this.position, BATCH.records)), position: 0 }
  }

  /** The current batch: a view, good until the next call. */
  bytes(): Uint8Array {
    const at = this.load(this.position, this.sizeBytes)
    return this.window.subarray(at, at + this.sizeBytes)
  }

  /** Makes the window hold `lengthBytes` from `position` on and returns where in it they begin. */
  private load(position: number, lengthBytes: number): number {
    const at = position - this.windowPosition
    if (at >= 0 && at + lengthBytes <= this.window.length) return at
    const wanted = Math.min(Math.max(this.windowBytes, lengthBytes), this.end - position)
    this.window = this.file.read(position, wanted)
    this.windowPosition = position
    return 0
  }
}
