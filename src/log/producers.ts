/**
 * What a partition knows of idempotent producers (Kafka's ProducerStateManager and ProducerAppendInfo; KIP-98, KIP-360):
 * the last batches of each, so that a batch that comes twice is found and one that is missing is noticed.
 * @module
 */

import { ErrorCode } from '../wire/errors.ts'
import {
  type BatchHeader,
  incrementSequence,
  isControl,
  isTransactional,
  lastSequenceOf,
} from '../wire/records/batch.ts'
import { readInt32 } from '../wire/records/integers.ts'
import { readRecords } from '../wire/records/record.ts'

const REMEMBERED_BATCHES = 5
const MAX_SEQUENCE = 0x7fffffff
/** New producers whose first batch was refused, and of whom it is remembered. */
const MAX_AWAITED_COUNT = 1000
const NO_PRODUCER_EPOCH = -1
/** An end-transaction marker's value (EndTxnMarker): int16 version, int32 coordinator epoch. */
const MARKER_COORDINATOR_EPOCH = 2
const MARKER_BYTES = 6

/** One batch of a producer. */
export interface ProducerBatch {
  readonly lastSequence: number
  readonly lastOffset: number
  /** Last offset minus first: also last sequence minus first. */
  readonly offsetDelta: number
  /** The batch's max timestamp. */
  readonly timestamp: number
}

/** One producer id. */
export interface ProducerEntry {
  readonly producerId: number
  readonly producerEpoch: number
  /** Of its last batch or marker: what its expiry counts from. */
  readonly lastTimestamp: number
  /** Of the coordinator that wrote its last marker, -1 if there was none. */
  readonly coordinatorEpoch: number
  /** Where its open transaction begins, -1 if there is none. */
  readonly currentTxnFirstOffset: number
  /** The last five at most, oldest first, all of the current producer epoch. */
  readonly batches: readonly ProducerBatch[]
}

/** The sequence of the last record, -1 if none is remembered. */
export function lastSequence(entry: ProducerEntry): number {
  return entry.batches.at(-1)?.lastSequence ?? -1
}

/** The offset of the first record of a batch. */
export function firstOffset(batch: ProducerBatch): number {
  return batch.lastOffset - batch.offsetDelta
}

/** The producers of one partition: those whose batches are in the log, and over them those of batches that are staged. */
export class Producers {
  private readonly durable = new Map<number, ProducerEntry>()
  private readonly staged = new Map<number, ProducerEntry>()
  /**
   * First batches of new producers that were not written. A producer of whom nothing is known may begin with any sequence, so
   * without this the batches that were in flight behind the first one would be taken, and that one never again. Kafka needs
   * it not: it gives up a whole directory where a write has failed.
   */
  private readonly awaited = new Map<number, BatchHeader>()

  /** With `entries` as of a snapshot. */
  constructor(entries: Iterable<ProducerEntry> = []) {
    for (const entry of entries) this.durable.set(entry.producerId, entry)
  }

  /** The entries whose batches are in the log. */
  get entries(): Iterable<ProducerEntry> {
    return this.durable.values()
  }

  /** One of the remembered batches, if the batch is its repetition (ProducerStateEntry.findDuplicateBatch). */
  duplicateOf(batch: BatchHeader): ProducerBatch | null {
    const entry = this.latest(batch.producerId)
    if (entry === undefined || entry.producerEpoch !== batch.producerEpoch) return null
    const last = lastSequenceOf(batch)
    return (
      entry.batches.find(known => known.lastSequence === last && known.offsetDelta === batch.lastOffsetDelta) ?? null
    )
  }

  /** NONE, or why the producer's next batch cannot be this one (ProducerAppendInfo.maybeValidateDataBatch). */
  check(batch: BatchHeader): ErrorCode {
    const entry = this.latest(batch.producerId)
    if (entry === undefined) return this.mayBegin(batch) ? ErrorCode.NONE : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    if (batch.producerEpoch < entry.producerEpoch) return ErrorCode.INVALID_PRODUCER_EPOCH
    if (isControl(batch.attributes) || entry.producerEpoch === NO_PRODUCER_EPOCH) return ErrorCode.NONE
    const isInSequence =
      batch.producerEpoch === entry.producerEpoch
        ? follows(batch.baseSequence, lastSequence(entry))
        : batch.baseSequence === 0
    return isInSequence ? ErrorCode.NONE : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
  }

  /** Enters the batch of `bytes` that is staged at `baseOffset`. @throws RecordError for a control batch that is broken */
  stage(bytes: Uint8Array, batch: BatchHeader, baseOffset: number): void {
    const before = this.latest(batch.producerId)
    const isMarker = isControl(batch.attributes)
    const entry = isMarker ? afterMarker(before, bytes, batch) : afterBatch(before, batch, baseOffset)
    this.staged.set(batch.producerId, entry)
  }

  /** What was staged is in the log. */
  promote(): void {
    if (this.staged.size === 0) return
    for (const entry of this.staged.values()) {
      this.durable.set(entry.producerId, entry)
      this.awaited.delete(entry.producerId)
    }
    this.staged.clear()
  }

  /** What was staged was not written. */
  drop(): void {
    this.staged.clear()
  }

  /** `batches` were not written, and are to come again. */
  refuse(batches: readonly BatchHeader[]): void {
    for (const batch of batches) {
      const isFirst = batch.producerId >= 0 && this.latest(batch.producerId) === undefined && this.mayBegin(batch)
      if (isFirst) this.awaited.set(batch.producerId, batch)
    }
    for (const oldest of this.awaited.keys()) {
      if (this.awaited.size <= MAX_AWAITED_COUNT) return
      this.awaited.delete(oldest)
    }
  }

  /** Forgets the producers that have been silent for too long; one with an open transaction stays. */
  expire(nowMs: number, expirationMs: number): void {
    for (const entry of this.durable.values()) {
      if (isExpired(entry, nowMs, expirationMs)) this.durable.delete(entry.producerId)
    }
  }

  /** Whether a producer of whom nothing is in the log may begin with `batch`. */
  private mayBegin(batch: BatchHeader): boolean {
    const awaited = this.awaited.get(batch.producerId)
    if (awaited === undefined || batch.producerEpoch > awaited.producerEpoch) return true
    return batch.baseSequence === awaited.baseSequence
  }

  private latest(producerId: number): ProducerEntry | undefined {
    return this.staged.get(producerId) ?? this.durable.get(producerId)
  }
}

/** ProducerStateManager.isProducerExpired */
export function isExpired(entry: ProducerEntry, nowMs: number, expirationMs: number): boolean {
  return entry.currentTxnFirstOffset < 0 && nowMs - entry.lastTimestamp >= expirationMs
}

function follows(sequence: number, last: number): boolean {
  return sequence === last + 1 || (sequence === 0 && last === MAX_SEQUENCE)
}

function afterBatch(before: ProducerEntry | undefined, batch: BatchHeader, baseOffset: number): ProducerEntry {
  const offsetDelta = batch.lastOffsetDelta
  const added: ProducerBatch = {
    lastSequence: incrementSequence(batch.baseSequence, offsetDelta),
    lastOffset: baseOffset + offsetDelta,
    offsetDelta,
    timestamp: batch.maxTimestamp,
  }
  const opened = before?.currentTxnFirstOffset ?? -1
  return {
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    lastTimestamp: batch.maxTimestamp,
    coordinatorEpoch: before?.coordinatorEpoch ?? -1,
    currentTxnFirstOffset: opened < 0 && isTransactional(batch.attributes) ? baseOffset : opened,
    batches: [...batchesOf(before, batch).slice(1 - REMEMBERED_BATCHES), added],
  }
}

/** A marker has no sequence. It ends the transaction, and a higher epoch in it makes sequences begin anew. */
function afterMarker(before: ProducerEntry | undefined, bytes: Uint8Array, batch: BatchHeader): ProducerEntry {
  const [record] = readRecords(bytes, batch, bytes.length)
  const value = record?.value
  const isWhole = value !== null && value !== undefined && value.length >= MARKER_BYTES
  return {
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    lastTimestamp: record?.timestamp ?? batch.maxTimestamp,
    coordinatorEpoch: isWhole ? readInt32(value, MARKER_COORDINATOR_EPOCH) : (before?.coordinatorEpoch ?? -1),
    currentTxnFirstOffset: -1,
    batches: batchesOf(before, batch),
  }
}

/** The remembered batches of the epoch that `batch` has. */
function batchesOf(entry: ProducerEntry | undefined, batch: BatchHeader): readonly ProducerBatch[] {
  return entry?.producerEpoch === batch.producerEpoch ? entry.batches : []
}
