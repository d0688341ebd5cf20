/**
 * What a log of keyed records amounts to: the last record of every key, in their order. That is what compaction leaves of it,
 * so that whoever reads the log must be content with it; and it is read three times as fast as everything.
 * @module
 */
import { PendingRecords, type ProducerIdAndEpoch } from '../core/pending-records.ts'
import { type BatchHeader, batchHeaders, isControl, isTransactional } from '../wire/records/batch.ts'
import { readMarker } from '../wire/records/end-transaction.ts'
import { openRecords } from '../wire/records/record.ts'

/** A key and its value as text of one byte a character, which takes no more room than the bytes; null for a tombstone. */
type Pair = readonly [key: string, value: string | null]

/** What an open transaction has written under a key. */
interface Held {
  readonly producer: ProducerIdAndEpoch
  readonly value: string
}

/** A record, and whose open transaction it is part of. */
export type LastRecord = readonly [key: Uint8Array, value: Uint8Array | null, producer: ProducerIdAndEpoch | null]

/** What the records of one batch may grow to where another broker has compressed them (offsets.topic.compression.codec). */
const MAX_BATCH_BYTES = 64 * 1024 * 1024
/** Most records are a fraction of this. */
const ROOM_BYTES = 64 * 1024

/** They take any byte array. A Buffer must not be handed out: its `slice` copies nothing. */
const { toString: toText, write: writeText } = Buffer.prototype

export class LastRecords {
  private readonly values = new Map<string, string | null>()
  /** What counts only once its transaction is committed. */
  private readonly pending = new PendingRecords<Held>()
  private room = new Uint8Array(ROOM_BYTES)

  /** Takes the whole batches in `bytes` and returns the offset after the last of them. Throws RecordError. */
  add(bytes: Uint8Array, startOffset: number): number {
    let endOffset = startOffset
    for (const header of batchHeaders(bytes)) {
      endOffset = header.baseOffset + header.lastOffsetDelta + 1
      if (isControl(header.attributes)) this.endTransaction(bytes, header)
      else if (isTransactional(header.attributes)) this.hold(bytes, header)
      else for (const [key, value] of pairsIn(bytes, header)) this.set(key, value)
    }
    return endOffset
  }

  private set(key: string, value: string | null): void {
    this.put(key, value)
    if (this.pending.isEmpty) return
    if (value === null) this.pending.forget(key)
    else this.pending.supersede(key)
  }

  private put(key: string, value: string | null): void {
    this.values.delete(key)
    this.values.set(key, value)
  }

  /** A tombstone waits for nothing: coordinators write none in transactions, and act at once on one that they find. */
  private hold(bytes: Uint8Array, header: BatchHeader): void {
    const { producerId, producerEpoch } = header
    const producer = { producerId, producerEpoch }
    for (const [key, value] of pairsIn(bytes, header)) {
      if (value === null) this.set(key, null)
      else this.pending.hold(producerId, key, { producer, value })
    }
  }

  private endTransaction(bytes: Uint8Array, header: BatchHeader): void {
    const isCommit = readMarker(bytes, header)?.isCommit ?? null
    if (isCommit === null) return
    for (const [key, { value }] of this.pending.end(header.producerId, isCommit)) this.put(key, value)
  }

  /**
   * The last records: views that are good until the next is asked for. What open transactions have written stands where it
   * belongs, before what counts more and behind what counts less.
   */
  *all(): Generator<LastRecord> {
    const pending = [...this.pending.all()]
    for (const { key, value, isSuperseded } of pending)
      if (isSuperseded) yield this.view(key, value.value, value.producer)
    for (const [key, value] of this.values) yield this.view(key, value, null)
    for (const { key, value, isSuperseded } of pending)
      if (!isSuperseded) yield this.view(key, value.value, value.producer)
  }

  private view(key: string, value: string | null, producer: ProducerIdAndEpoch | null): LastRecord {
    const end = key.length + (value?.length ?? 0)
    if (end > this.room.length) this.room = new Uint8Array(end)
    const { room } = this
    writeText.call(room, key, 0, 'latin1')
    if (value !== null) writeText.call(room, value, key.length, 'latin1')
    return [room.subarray(0, key.length), value === null ? null : room.subarray(key.length, end), producer]
  }
}

function* pairsIn(bytes: Uint8Array, header: BatchHeader): Generator<Pair> {
  const cursor = openRecords(bytes, header, MAX_BATCH_BYTES)
  for (let left = header.recordCount; left > 0; left--) {
    cursor.next()
    const { keyPosition, keyBytes, valuePosition, valueBytes } = cursor
    if (keyBytes < 0) continue
    const key = textAt(cursor.bytes, keyPosition, keyBytes)
    yield [key, valueBytes < 0 ? null : textAt(cursor.bytes, valuePosition, valueBytes)]
  }
}

function textAt(bytes: Uint8Array, position: number, length: number): string {
  return toText.call(bytes, 'latin1', position, position + length)
}
