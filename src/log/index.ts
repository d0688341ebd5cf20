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

/** Entries of `entryBytes` each, one after the other, in an array that grows. */
class Entries {
  count: number

  constructor(
    readonly entryBytes: number,
    public bytes: Uint8Array,
  ) {
    this.count = Math.floor(bytes.length / entryBytes)
  }

  /** Makes room for one more and returns where it begins. */
  add(): number {
    const position = this.count++ * this.entryBytes
    if (position + this.entryBytes > this.bytes.length) {
      const grown = new Uint8Array(Math.max(position * 2, INITIAL_ENTRIES * this.entryBytes))
      grown.set(this.bytes)
      this.bytes = grown
    }
    return position
  }

  /** The number of entries, at the front, for which `precedes` holds of the entry's position. */
  countWhile(precedes: (position: number) => boolean): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (precedes(middle * this.entryBytes)) low = middle + 1
      else high = middle
    }
    return low
  }

  written(): Uint8Array {
    return this.bytes.subarray(0, this.count * this.entryBytes)
  }
}

/** Offset → position: int32 relative offset of a batch's last record, int32 position of the batch. */
export class OffsetIndex {
  static readonly entryBytes = 8
  private readonly entries: Entries

  /** `stored` is a file's content, which becomes the index's own. */
  constructor(
    private readonly baseOffset: number,
    stored: Uint8Array = noBytes,
  ) {
    this.entries = new Entries(OffsetIndex.entryBytes, stored)
  }

  get entryCount(): number {
    return this.entries.count
  }
  /** The offset of the last entry, or the base offset. */
  get lastOffset(): number {
    return this.baseOffset + this.at((this.entries.count - 1) * OffsetIndex.entryBytes)
  }
  /** The position of the last entry, or 0. */
  get lastPosition(): number {
    return this.at((this.entries.count - 1) * OffsetIndex.entryBytes + 4)
  }

  append(offset: number, position: number): void {
    assert(this.entries.count === 0 || offset > this.lastOffset, 'index offsets ascend')
    const at = this.entries.add()
    writeInt32(this.entries.bytes, at, offset - this.baseOffset)
    writeInt32(this.entries.bytes, at + 4, position)
  }

  /** Where to begin to look for `offset`: the position of the last entry at or below it, or 0. */
  lookup(offset: number): number {
    const relative = offset - this.baseOffset
    const count = this.entries.countWhile(at => readInt32(this.entries.bytes, at) <= relative)
    return this.at((count - 1) * OffsetIndex.entryBytes + 4)
  }

  /** Whether the last entry can belong to a log of `logBytes`; no entry is ever made for the first batch. */
  isSound(logBytes: number): boolean {
    return this.entryCount === 0 || (this.lastOffset >= this.baseOffset && this.isInside(this.lastPosition, logBytes))
  }
  private isInside(position: number, logBytes: number): boolean {
    return position > 0 && position < logBytes
  }

  /** The file's content: a view, good until the next append. */
  toBytes(): Uint8Array {
    return this.entries.written()
  }

  private at(position: number): number {
    return position < 0 || this.entries.count === 0 ? 0 : readInt32(this.entries.bytes, position)
  }
}

/** Timestamp → offset: int64 largest timestamp so far, int32 relative offset of the last record of the batch that has it. */
export class TimeIndex {
  static readonly entryBytes = 12
  private readonly entries: Entries

  /** `stored` is a file's content, which becomes the index's own. */
  constructor(
    private readonly baseOffset: number,
    stored: Uint8Array = noBytes,
  ) {
    this.entries = new Entries(TimeIndex.entryBytes, stored)
  }

  get entryCount(): number {
    return this.entries.count
  }
  /** The timestamp of the last entry, or -1. */
  get lastTimestamp(): number {
    return this.entries.count === 0 ? -1 : readInt64(this.entries.bytes, this.lastEntry)
  }
  /** The offset of the last entry, or the base offset. */
  get lastOffset(): number {
    return this.baseOffset + (this.entries.count === 0 ? 0 : readInt32(this.entries.bytes, this.lastEntry + 8))
  }

  /** Adds an entry if the timestamp has grown since the last one (TimeIndex.maybeAppend). */
  append(timestamp: number, offset: number): void {
    if (timestamp <= this.lastTimestamp) return
    assert(offset >= this.lastOffset, 'time index offsets ascend')
    const at = this.entries.add()
    writeInt64(this.entries.bytes, at, timestamp)
    writeInt32(this.entries.bytes, at + 8, offset - this.baseOffset)
  }

  /** The offset from which to look for `timestamp`: that of the last entry not above it, or the base offset. */
  lookup(timestamp: number): number {
    const count = this.entries.countWhile(at => readInt64(this.entries.bytes, at) <= timestamp)
    const at = (count - 1) * TimeIndex.entryBytes
    return this.baseOffset + (count === 0 ? 0 : readInt32(this.entries.bytes, at + 8))
  }

  /** Whether the entries can be those of a whole segment of `logBytes`, which ends with one for its largest timestamp. */
  isSound(logBytes: number): boolean {
    if (this.entryCount === 0) return logBytes === 0
    const isAscending = this.entryCount === 1 || this.lastTimestamp > readInt64(this.entries.bytes, this.lastEntry - 12)
    return isAscending && this.lastOffset >= this.baseOffset
  }

  /** The file's content: a view, good until the next append. */
  toBytes(): Uint8Array {
    return this.entries.written()
  }

  private get lastEntry(): number {
    return (this.entries.count - 1) * TimeIndex.entryBytes
  }
}
