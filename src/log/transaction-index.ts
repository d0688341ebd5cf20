/**
 * The transaction index of a segment, held in Kafka's file format (TransactionIndex, AbortedTxn): the transactions whose
 * abort marker lies in the segment, in the order of their markers.
 * @module
 */

import { assert } from '../base/assert.ts'
import { noBytes } from '../base/bytes.ts'
import { readInt16, readInt64, writeInt64 } from '../wire/records/integers.ts'
import type { Disk } from './disk.ts'
import { replaceFile } from './segment-indexes.ts'

/** A line of the index. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** Of the marker. */
  readonly lastOffset: number
  /** What it was once the marker was there: nothing before it is in a transaction that ends later. */
  readonly lastStableOffset: number
}

/** Where the fields of an entry begin; it starts with its int16 version. */
const ENTRY = { producerId: 2, firstOffset: 10, lastOffset: 18, lastStableOffset: 26 } as const
const ENTRY_BYTES = 34
const VERSION = 0
const INITIAL_ENTRIES = 4

export class TransactionIndex {
  private count: number
  /** Whether the file holds all entries. */
  isSaved = true

  /** `stored` is a file's content, which becomes the index's own. */
  constructor(private bytes: Uint8Array = noBytes) {
    this.count = Math.floor(bytes.length / ENTRY_BYTES)
  }

  /** Reads the file, which is there only where a transaction was aborted. @throws DiskError */
  static load(disk: Disk, path: string): TransactionIndex {
    return new TransactionIndex(disk.readFile(path) ?? noBytes)
  }

  /** An empty one for a segment that may have a file with entries. */
  static anew(): TransactionIndex {
    const index = new TransactionIndex()
    index.isSaved = false
    return index
  }

  /** Whether a file's content can be the index of a segment with these offsets, the end exclusive. */
  static isSound(stored: Uint8Array, baseOffset: number, endOffset: number): boolean {
    if (stored.length % ENTRY_BYTES !== 0) return false
    let leastOffset = baseOffset
    for (let at = 0; at < stored.length; at += ENTRY_BYTES) {
      const lastOffset = readInt64(stored, at + ENTRY.lastOffset)
      const isInside = lastOffset >= leastOffset && lastOffset < endOffset
      if (!isInside || readInt64(stored, at + ENTRY.firstOffset) > lastOffset || readInt16(stored, at) !== VERSION) {
        return false
      }
      leastOffset = lastOffset + 1
    }
    return true
  }

  get isEmpty(): boolean {
    return this.count === 0
  }

  append({ producerId, firstOffset, lastOffset, lastStableOffset }: AbortedTransaction): void {
    const at = this.count * ENTRY_BYTES
    assert(at === 0 || lastOffset > this.lastOffsetAt(this.count - 1), 'markers come one after the other')
    if (at + ENTRY_BYTES > this.bytes.length) {
      const grown = new Uint8Array(Math.max(at * 2, INITIAL_ENTRIES * ENTRY_BYTES))
      grown.set(this.bytes)
      this.bytes = grown
    }
    writeInt64(this.bytes, at + ENTRY.producerId, producerId)
    writeInt64(this.bytes, at + ENTRY.firstOffset, firstOffset)
    writeInt64(this.bytes, at + ENTRY.lastOffset, lastOffset)
    writeInt64(this.bytes, at + ENTRY.lastStableOffset, lastStableOffset)
    this.count++
    this.isSaved = false
  }

  /**
   * Adds to `found` the transactions of which something may lie in `[from, upTo)`, and says whether no later segment knows
   * of another (TransactionIndex.collectAbortedTxns).
   */
  collect(from: number, upTo: number, found: AbortedTransaction[]): boolean {
    for (let index = this.firstEndingFrom(from); index < this.count; index++) {
      const aborted = this.entryAt(index)
      if (aborted.firstOffset < upTo) found.push(aborted)
      if (aborted.lastStableOffset >= upTo) return true
    }
    return false
  }

  /** Writes the file if it is behind; there is none of an index without entries. @throws DiskError */
  save(disk: Disk, path: string): void {
    if (this.isSaved) return
    if (this.isEmpty) disk.remove(path)
    // One that is missing would say that nothing was aborted.
    else replaceFile(disk, path, this.bytes.subarray(0, this.count * ENTRY_BYTES), 'damaged')
    this.isSaved = true
  }

  /** The index of the first entry whose marker lies at `offset` or later. */
  private firstEndingFrom(offset: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.lastOffsetAt(middle) < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  private lastOffsetAt(index: number): number {
    return readInt64(this.bytes, index * ENTRY_BYTES + ENTRY.lastOffset)
  }

  private entryAt(index: number): AbortedTransaction {
    const at = index * ENTRY_BYTES
    return {
      producerId: readInt64(this.bytes, at + ENTRY.producerId),
      firstOffset: readInt64(this.bytes, at + ENTRY.firstOffset),
      lastOffset: readInt64(this.bytes, at + ENTRY.lastOffset),
      lastStableOffset: readInt64(this.bytes, at + ENTRY.lastStableOffset),
    }
  }
}
