/**
 * What a partition knows of idempotent and transactional producers (Kafka's ProducerStateManager and ProducerAppendInfo;
 * KIP-98, KIP-360, KIP-890): the last batches of each, so that a batch that comes twice is found and one that is missing is
 * noticed, and the transactions that are open.
 * @module
 */

import { ErrorCode } from '../wire/errors.ts'
import { type BatchHeader, isControl, isTransactional, lastSequenceOf } from '../wire/records/batch.ts'
import { type EndTransaction, readMarker } from '../wire/records/end-transaction.ts'
import type { LastRecord } from './compaction-filter.ts'
import { OngoingTransactions } from './ongoing-transactions.ts'
import type { AbortedTransaction } from './transaction-index.ts'

const REMEMBERED_BATCHES = 5
const MAX_SEQUENCE = 0x7fffffff
/** New producers whose first batch was refused, and of whom it is remembered. */
const MAX_AWAITED_COUNT = 1000
const NO_PRODUCER_EPOCH = -1
const NO_TIMESTAMP = -1
const LAST_EPOCH = 0x7fff
/** The first transaction.version in which every transaction has an epoch of its own, and its marker the next one (KIP-890). */
const EPOCH_BUMPS = 2

/** How a transaction ends, in the way of a transaction.version. */
export interface TransactionEnd extends EndTransaction {
  readonly transactionVersion: number
}

/**
 * Who appends, and what is asked of his batches (AppendOrigin): a client; one that gives each transaction an epoch of its own;
 * a coordinator, whose batches have no sequences; or who ends a transaction.
 */
export type AppendOrigin = 'client' | 'epochBumpingClient' | 'coordinator' | TransactionEnd

/** Only what a client sends may be the repetition of a batch that is there (UnifiedLog.analyzeAndValidateProducerState). */
export function isClient(origin: AppendOrigin): boolean {
  return origin === 'client' || origin === 'epochBumpingClient'
}

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
  /** Made anew for each commit: the table of a map that is cleared keeps the next one alive until all is collected. */
  private staged = new Map<number, ProducerEntry>()
  /**
   * First batches of new producers that were not written, of each the one with the lowest sequence. A producer of whom nothing
   * is known may begin with any, so without this the batches that were in flight behind the first one would be taken, and that
   * one never again. Kafka needs it for transactions alone (VerificationStateEntry): it gives up a whole directory where a write
   * has failed.
   */
  private readonly awaited = new Map<number, BatchHeader>()
  private readonly ongoing: OngoingTransactions

  /** With `entries` as of a snapshot. */
  constructor(entries: Iterable<ProducerEntry> = []) {
    for (const entry of entries) this.durable.set(entry.producerId, entry)
    this.ongoing = new OngoingTransactions(
      Array.from(this.durable.values())
        .filter(entry => entry.currentTxnFirstOffset >= 0)
        .map(entry => [entry.producerId, entry.currentTxnFirstOffset]),
    )
  }

  /** How many there are whose batches are in the log. */
  get count(): number {
    return this.durable.size
  }

  /** The entries whose batches are in the log. */
  get entries(): Iterable<ProducerEntry> {
    return this.durable.values()
  }

  /** By producer id, what cleaning must leave of each (ProducerStateManager.activeProducers). */
  lastRecords(): ReadonlyMap<number, LastRecord> {
    const last = new Map<number, LastRecord>()
    for (const { producerId, producerEpoch, batches } of this.entries) {
      last.set(producerId, { producerEpoch, lastDataOffset: batches.at(-1)?.lastOffset ?? null })
    }
    return last
  }

  /** The batch that one of `batches` repeats, or null. */
  duplicateAmong(batches: readonly BatchHeader[]): ProducerBatch | null {
    for (const batch of batches) {
      const earlier = batch.producerId < 0 ? null : this.duplicateOf(batch)
      if (earlier !== null) return earlier
    }
    return null
  }

  /** NONE, or what a producer's state has against one of `batches`: a client's have one of a producer at most, a coordinator's no sequences. */
  checkAll(batches: readonly BatchHeader[], origin: AppendOrigin): ErrorCode {
    for (const batch of batches) {
      const errorCode = batch.producerId < 0 ? ErrorCode.NONE : this.check(batch, origin)
      if (errorCode !== ErrorCode.NONE) return errorCode
    }
    return ErrorCode.NONE
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

  /** NONE, or why the producer's next batch cannot be this one (ProducerAppendInfo.append). */
  check(batch: BatchHeader, origin: AppendOrigin): ErrorCode {
    if (typeof origin === 'object') return this.checkEnd(origin)
    const entry = this.latest(batch.producerId)
    if (entry !== undefined && batch.producerEpoch < entry.producerEpoch) return ErrorCode.INVALID_PRODUCER_EPOCH
    if (origin !== 'coordinator' && !this.isInSequence(batch, entry, origin)) {
      return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    }
    const isOpen = entry !== undefined && entry.currentTxnFirstOffset >= 0
    return isOpen && !isTransactional(batch.attributes) ? ErrorCode.INVALID_TXN_STATE : ErrorCode.NONE
  }

  /** ProducerAppendInfo.checkSequence */
  private isInSequence(batch: BatchHeader, entry: ProducerEntry | undefined, origin: AppendOrigin): boolean {
    const { producerEpoch, baseSequence } = batch
    const isUnknown = entry === undefined || entry.batches.length === 0
    if (isUnknown && baseSequence !== 0 && origin === 'epochBumpingClient' && isTransactional(batch.attributes)) {
      return false
    }
    if (entry === undefined) return this.mayBegin(batch)
    if (entry.producerEpoch === NO_PRODUCER_EPOCH) return true
    return producerEpoch === entry.producerEpoch ? follows(baseSequence, lastSequence(entry)) : baseSequence === 0
  }

  /** ProducerAppendInfo.appendEndTxnMarker */
  private checkEnd({ producerId, producerEpoch, coordinatorEpoch, transactionVersion }: TransactionEnd): ErrorCode {
    const entry = this.latest(producerId) ?? unknownProducer(producerId)
    const isOpen = entry.currentTxnFirstOffset >= 0
    // A marker that comes again, after its transaction has ended, has the epoch that it left behind.
    const mayRepeat = transactionVersion < EPOCH_BUMPS || !isOpen || producerEpoch === LAST_EPOCH
    const leastEpoch = mayRepeat ? entry.producerEpoch : entry.producerEpoch + 1
    if (producerEpoch < leastEpoch) return ErrorCode.INVALID_PRODUCER_EPOCH
    return coordinatorEpoch < entry.coordinatorEpoch ? ErrorCode.TRANSACTION_COORDINATOR_FENCED : ErrorCode.NONE
  }

  /** Where the first open transaction begins, or null. */
  get firstUndecidedOffset(): number | null {
    return this.ongoing.firstOffset
  }

  /** Whether a producer has an open transaction, begun in this epoch (UnifiedLog.hasOngoingTransaction). */
  hasOngoingTransaction(producerId: number, producerEpoch: number): boolean {
    const entry = this.latest(producerId)
    return entry !== undefined && entry.currentTxnFirstOffset >= 0 && entry.producerEpoch === producerEpoch
  }

  /** The last epoch of a producer, -1 where it is not known. */
  epochOf(producerId: number): number {
    return this.latest(producerId)?.producerEpoch ?? NO_PRODUCER_EPOCH
  }

  /** Enters the batch of `bytes` that is staged at `baseOffset`. @throws RecordError for a control batch that is broken */
  stage(bytes: Uint8Array, batch: BatchHeader, baseOffset: number): void {
    if (isControl(batch.attributes)) this.stageMarker(bytes, batch, baseOffset)
    else this.stageBatch(batch, baseOffset)
  }

  private stageBatch(batch: BatchHeader, baseOffset: number): void {
    const { producerId, producerEpoch, maxTimestamp, lastOffsetDelta: offsetDelta } = batch
    const before = this.latest(producerId)
    const opened = before?.currentTxnFirstOffset ?? -1
    const begins = opened < 0 && isTransactional(batch.attributes)
    if (begins) this.ongoing.stageBegin(producerId, baseOffset)
    const added: ProducerBatch = {
      lastSequence: lastSequenceOf(batch),
      lastOffset: baseOffset + offsetDelta,
      offsetDelta,
      timestamp: maxTimestamp,
    }
    this.staged.set(producerId, {
      producerId,
      producerEpoch,
      lastTimestamp: maxTimestamp,
      coordinatorEpoch: before?.coordinatorEpoch ?? -1,
      currentTxnFirstOffset: begins ? baseOffset : opened,
      batches: [...batchesOf(before, producerEpoch).slice(1 - REMEMBERED_BATCHES), added],
    })
  }

  /** A marker has no sequence. It ends the transaction, and a higher epoch in it makes sequences begin anew. */
  private stageMarker(bytes: Uint8Array, batch: BatchHeader, offset: number): void {
    const { producerId, producerEpoch } = batch
    const before = this.latest(producerId) ?? unknownProducer(producerId)
    const marker = readMarker(bytes, batch)
    // Of a transaction without records compaction leaves an empty batch, which says nothing any more.
    if (marker === null || marker.isCommit === null) {
      this.staged.set(producerId, before)
      return
    }
    if (before.currentTxnFirstOffset >= 0) this.ongoing.stageEnd(producerId, offset, marker.isCommit)
    this.staged.set(producerId, {
      producerId,
      producerEpoch,
      lastTimestamp: marker.timestamp,
      coordinatorEpoch: marker.coordinatorEpoch,
      currentTxnFirstOffset: -1,
      batches: batchesOf(before, producerEpoch),
    })
  }

  /** What was staged is in the log. Returns the transactions that were aborted by it, and had records. */
  promote(): readonly AbortedTransaction[] {
    if (this.staged.size > 0) {
      for (const entry of this.staged.values()) {
        this.durable.set(entry.producerId, entry)
        this.awaited.delete(entry.producerId)
      }
      this.staged = new Map()
    }
    return this.ongoing.promote()
  }

  /** What was staged was not written. */
  drop(): void {
    this.staged = new Map()
    this.ongoing.drop()
  }

  /** `batches` were not written, and are to come again. */
  refuse(batches: readonly BatchHeader[]): void {
    for (const batch of batches) {
      if (batch.producerId < 0 || isControl(batch.attributes)) continue
      const isFirst = this.latest(batch.producerId) === undefined && this.mayBegin(batch)
      if (isFirst) this.awaited.set(batch.producerId, batch)
    }
    for (const oldest of this.awaited.keys()) {
      if (this.awaited.size <= MAX_AWAITED_COUNT) return
      this.awaited.delete(oldest)
    }
  }

  /**
   * Forgets the producers that have been silent for too long; one with an open transaction stays. Returns when the next may
   * be forgotten, if it stays silent, or null if there is none.
   */
  expire(nowMs: number, expirationMs: number): number | null {
    let nextMs = Number.POSITIVE_INFINITY
    for (const entry of this.durable.values()) {
      if (isExpired(entry, nowMs, expirationMs)) this.durable.delete(entry.producerId)
      else if (entry.currentTxnFirstOffset < 0) nextMs = Math.min(nextMs, entry.lastTimestamp + expirationMs)
    }
    return nextMs < Number.POSITIVE_INFINITY ? nextMs : null
  }

  /** Whether a producer of whom nothing is in the log may begin with `batch`. */
  private mayBegin(batch: BatchHeader): boolean {
    const awaited = this.awaited.get(batch.producerId)
    if (awaited === undefined || batch.producerEpoch > awaited.producerEpoch) return true
    return batch.baseSequence <= awaited.baseSequence
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

/** A producer of whom nothing is known (ProducerStateEntry.empty). */
function unknownProducer(producerId: number): ProducerEntry {
  return {
    producerId,
    producerEpoch: NO_PRODUCER_EPOCH,
    lastTimestamp: NO_TIMESTAMP,
    coordinatorEpoch: -1,
    currentTxnFirstOffset: -1,
    batches: [],
  }
}

/** The remembered batches of an epoch. */
function batchesOf(entry: ProducerEntry | undefined, producerEpoch: number): readonly ProducerBatch[] {
  return entry?.producerEpoch === producerEpoch ? entry.batches : []
}
