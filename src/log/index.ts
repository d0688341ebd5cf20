/**
 * The two sparse indexes of a segment, held in Kafka's file format (OffsetIndex, TimeIndex): entries of fixed size,
 * ascending, offsets relative to the segment's base offset.
 * @module
 */

import { assert } from '../base/assert.ts'
import { noBytes } from '../base/bytes.ts'
import { readInt32, readInt64, writeInt32, writeInt64 } from '../wire/records/integers.ts'

const INITIAL_ENTRIES = 16
const MAX_RELATIVE_OFFSET = 0x7fffffff

/** Whether `offset` can stand in an index, or in a segment at all, that begins at `baseOffset`. */
export function isRelative(offset: number, baseOffset: number): boolean {
  return offset >= baseOffset && offset - baseOffset <= MAX_RELATIVE_OFFSET
}

/** What both have in common: entries one after the other in an array that grows, each with an int32 relative offset. */
abstract class SparseIndex {
  private count: number

  constructor(
    protected readonly baseOffset: number,
    private readonly entryBytes: number,
    /** Where in an entry its relative offset stands. */
    private readonly offsetPosition: number,
    protected bytes: Uint8Array,
  ) {
    this.count = Math.floor(bytes.length / entryBytes)
  }

  get entryCount(): number {
    return this.count
  }
  /** The bytes of all entries: of the file. */
  get sizeBytes(): number {
    return this.count * this.entryBytes
  }
  /** The offset of the last entry, or the base offset. */
  get lastOffset(): number {
    return this.offsetOf(this.last)
  }

  /** The file's content: a view, good until the next append. */
  toBytes(): Uint8Array {
    return this.bytes.subarray(0, this.sizeBytes)
  }

  /** Where the last entry begins; negative if there is none. */
  protected get last(): number {
    return this.sizeBytes - this.entryBytes
  }
  /** The offset of the entry at `position`; the base offset for a position before the first. */
  protected offsetOf(position: number): number {
    return this.baseOffset + (position < 0 ? 0 : readInt32(this.bytes, position + this.offsetPosition))
  }

  /** Makes room for one more entry, for `offset`, and returns where it begins. */
  protected add(offset: number): number {
    const position = this.count++ * this.entryBytes
    if (position + this.entryBytes > this.bytes.length) {
      const grown = new Uint8Array(Math.max(position * 2, INITIAL_ENTRIES * this.entryBytes))
      grown.set(this.bytes)
      this.bytes = grown
    }
    writeInt32(this.bytes, position + this.offsetPosition, offset - this.baseOffset)
    return position
  }

  /** The position of the last of those entries, at the front, for which `precedes` holds; negative if there is none. */
  protected lastWhile(precedes: (position: number) => boolean): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (precedes(middle * this.entryBytes)) low = middle + 1
      else high = middle
    }
    return (low - 1) * this.entryBytes
  }
}

/** Offset → position: int32 relative offset of a batch's last record, int32 position of the batch. */
export class OffsetIndex extends SparseIndex {
  static readonly entryBytes = 8

  /** `stored` is a file's content, which becomes the index's own. */
  constructor(baseOffset: number, stored: Uint8Array = noBytes) {
    super(baseOffset, OffsetIndex.entryBytes, 0, stored)
  }

  /** The position of the last entry, or 0. */
  get lastPosition(): number {
    return this.positionOf(this.last)
  }

  append(offset: number, position: number): void {
    assert(this.entryCount === 0 || offset > this.lastOffset, 'index offsets ascend')
    const at = this.add(offset)
    writeInt32(this.bytes, at + 4, position)
  }

  /** Where to begin to look for `offset`: the position of the last entry at or below it, or 0. */
  lookup(offset: number): number {
    const relative = offset - this.baseOffset
    return this.positionOf(this.lastWhile(at => readInt32(this.bytes, at) <= relative))
  }

  /** The offset of the first entry at `position` or later: one beyond all that lies before it; null if there is none. */
  offsetFrom(position: number): number | null {
    const at = this.lastWhile(at => readInt32(this.bytes, at + 4) < position) + OffsetIndex.entryBytes
    return at < this.sizeBytes ? this.offsetOf(at) : null
  }

  /** Whether the last entry can belong to a log of `logBytes`; no entry is ever made for the first batch. */
  isSound(logBytes: number): boolean {
    const { lastPosition } = this
    return this.entryCount === 0 || (this.lastOffset >= this.baseOffset && lastPosition > 0 && lastPosition < logBytes)
  }

  private positionOf(at: number): number {
    return at < 0 ? 0 : readInt32(this.bytes, at + 4)
  }
}

/** Timestamp → offset: int64 largest timestamp so far, int32 relative offset of the last record of the batch that has it. */
export class TimeIndex extends SparseIndex {
  static readonly entryBytes = 12

  /** `stored` is a file's content, which becomes the index's own. */
  constructor(baseOffset: number, stored: Uint8Array = noBytes) {
    super(baseOffset, TimeIndex.entryBytes, 8, stored)
  }

  /** The timestamp of the last entry, or -1. */
  get lastTimestamp(): number {
    return this.entryCount === 0 ? -1 : readInt64(this.bytes, this.last)
  }

  /** Adds an entry if the timestamp has grown since the last one (TimeIndex.maybeAppend). */
  append(timestamp: number, offset: number): void {
    if (timestamp <= this.lastTimestamp) return
    assert(offset >= this.lastOffset, 'time index offsets ascend')
    const at = this.add(offset)
    writeInt64(this.bytes, at, timestamp)
  }

  /** The offset from which to look for `timestamp`: that of the last entry not above it, or the base offset. */
  lookup(timestamp: number): number {
    return this.offsetOf(this.lastWhile(at => readInt64(this.bytes, at) <= timestamp))
  }

  /** Whether the entries can be those of a whole segment of `logBytes`, which ends with one for its largest timestamp. */
  isSound(logBytes: number): boolean {
    if (this.entryCount === 0) return logBytes === 0
    const before = this.last - TimeIndex.entryBytes
    const isAscending = before < 0 || this.lastTimestamp > readInt64(this.bytes, before)
    return isAscending && this.lastOffset >= this.baseOffset
  }
}
