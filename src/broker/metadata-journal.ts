/**
 * The catalog's journal: the log of `__cluster_metadata-0` as Kafka's controllers write it, a batch for each decision.
 *
 * Kafka replicates this log among its controllers (KRaft). Here one node is the quorum and has elected itself, so a
 * batch is committed when it is written; the epoch stays the one in which the log was written last.
 * @module
 */
import { assert } from '../base/assert.ts'
import { concatBytes } from '../base/bytes.ts'
import type { Clock } from '../base/clock.ts'
import type { Uuid } from '../base/uuid.ts'
import type { BrokerIdentity, MetadataLog } from '../core/catalog/catalog.ts'
import { type MetadataRecord, readMetadataRecord } from '../core/catalog/metadata-record.ts'
import { CLUSTER_METADATA } from '../core/catalog/topic.ts'
import { JournalError } from '../core/machine.ts'
import { type Disk, DiskError } from '../log/disk.ts'
import { defaultLogConfig } from '../log/log-config.ts'
import { PartitionLog } from '../log/partition.ts'
import { batchHeaders, checkBatch, isControl } from '../wire/records/batch.ts'
import { readRecords } from '../wire/records/record.ts'
import { RecordError } from '../wire/records/record-error.ts'
import { forgetFeatures } from './features-note.ts'
import { bootstrapRecords, METADATA_DIRECTORY, refuseOrphans } from './format.ts'
import { leaderChangeBatch, metadataBatch } from './metadata-batches.ts'
import type { Warnings } from './warnings.ts'

/** Uuid.METADATA_TOPIC_ID: the uuid of 1. */
const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ' as Uuid
const FIRST_EPOCH = 1
const SNAPSHOT_FILE = /^(\d{20})-(\d{10})\.checkpoint$/
const READ_BYTES = 1024 * 1024
/** What one batch may grow to when it is decompressed: Kafka writes batches of 8 MiB at most, and compresses none. */
const MAX_DECOMPRESSED_BYTES = 64 * 1024 * 1024

interface Snapshot {
  readonly path: string
  /** The first offset that it does not hold. */
  readonly endOffset: number
}

export class MetadataJournal implements MetadataLog {
  private log: PartitionLog
  /** Whether the log ends within a transaction (KIP-868): what it holds of it does not count. */
  private isInTransaction = false

  /**
   * Opens the log, or begins it. Throws DiskError, RecordError, JournalError where it cannot be begun, and MalformedError where it is
   * missing though there are partitions: to begin it anew would disown them.
   */
  constructor(
    private readonly disk: Disk,
    private readonly clock: Clock,
    identity: BrokerIdentity,
    private readonly warnings: Warnings,
  ) {
    this.log = this.open(0)
    const snapshot = this.newestSnapshot()
    // What is written next must not be taken for a part of what the snapshot holds (KafkaMetadataLog.recover).
    if (snapshot && this.log.logEndOffset < snapshot.endOffset) this.log = this.openBehind(snapshot)
    this.log.onRefused = error => warnings.warnSparingly('storage', error.message)
    if (this.log.logEndOffset === 0) this.begin(identity)
  }

  private open(logStartOffset: number): PartitionLog {
    return PartitionLog.open(this.disk, METADATA_DIRECTORY, {
      topic: CLUSTER_METADATA,
      partition: 0,
      topicId: METADATA_TOPIC_ID,
      config: defaultLogConfig,
      leaderEpoch: FIRST_EPOCH,
      nowMs: this.clock.now(),
      // A log this small is read as a whole at every start anyway.
      isCleanStart: false,
      logStartOffset,
      onLoss: loss => this.warnings.warn(`${METADATA_DIRECTORY}: ${loss}`),
    })
  }

  private openBehind(snapshot: Snapshot): PartitionLog {
    // Only one that can be read takes the place of what is there.
    for (const _record of this.recordsOf(snapshot));
    this.log.close()
    return this.open(snapshot.endOffset)
  }

  private begin(identity: BrokerIdentity): void {
    refuseOrphans(this.disk, METADATA_DIRECTORY)
    const now = this.clock.now()
    this.write(concatBytes([leaderChangeBatch(identity, now), metadataBatch(bootstrapRecords(), now)]))
  }

  get leaderEpoch(): number {
    return this.log.leaderEpoch
  }
  get logEndOffset(): number {
    return this.log.logEndOffset
  }

  append(records: readonly MetadataRecord[]): void {
    if (records.some(({ type }) => type === 'featureLevelRecord')) this.dropNote()
    const batch = this.isInTransaction ? [abort, ...records] : records
    this.write(metadataBatch(batch, this.clock.now()))
    this.isInTransaction = false
  }

  private dropNote(): void {
    try {
      forgetFeatures(this.disk)
    } catch (error) {
      throw error instanceof DiskError ? new JournalError(error.message) : error
    }
  }

  private write(bytes: Uint8Array): void {
    if (this.log.append(bytes, this.clock.now()) === null) throw new JournalError('the metadata log cannot be written')
  }

  /**
   * All records that count, in order: of the newest snapshot, then of the log after it. Those of kinds that are not known
   * stay in the log and are passed over. To be read to the end before the first append. Throws DiskError, RecordError
   * and MalformedError.
   */
  *records(): Generator<MetadataRecord> {
    const transaction: MetadataRecord[] = []
    for (const record of this.recordsOfAllTransactions()) {
      if (record.type === 'beginTransactionRecord') this.isInTransaction = true
      else if (record.type === 'endTransactionRecord') {
        yield* transaction.splice(0)
        this.isInTransaction = false
      } else if (record.type === 'abortTransactionRecord') {
        transaction.length = 0
        this.isInTransaction = false
      } else if (this.isInTransaction) transaction.push(record)
      else yield record
    }
  }

  private *recordsOfAllTransactions(): Generator<MetadataRecord> {
    const { log } = this
    const snapshot = this.newestSnapshot()
    if (snapshot) yield* this.recordsOf(snapshot)
    const start = Math.max(snapshot?.endOffset ?? 0, log.logStartOffset)
    for (let offset = start; offset < log.logEndOffset; ) {
      const bytes = concatBytes(log.read(offset, READ_BYTES, log.logEndOffset, 'whole').pieces)
      const next = yield* this.recordsIn(bytes, offset)
      assert(next > offset, 'every read of the log has a whole batch')
      offset = next
    }
  }

  private *recordsOf({ path }: Snapshot): Generator<MetadataRecord> {
    try {
      yield* this.recordsIn(this.disk.readFile(path) ?? new Uint8Array(0), 0)
    } catch (error) {
      throw error instanceof RecordError ? new RecordError(error.code, `${path}: ${error.message}`) : error
    }
  }

  /** Reads the whole batches in `bytes` and returns the offset after the last of them. */
  private *recordsIn(bytes: Uint8Array, startOffset: number): Generator<MetadataRecord, number> {
    let endOffset = startOffset
    for (const header of batchHeaders(bytes)) {
      checkBatch(bytes, header.position, header.sizeBytes)
      endOffset = header.baseOffset + header.lastOffsetDelta + 1
      if (header.partitionLeaderEpoch > this.log.leaderEpoch) this.log.leaderEpoch = header.partitionLeaderEpoch
      if (isControl(header.attributes)) continue
      for (const { value } of readRecords(bytes, header, MAX_DECOMPRESSED_BYTES)) {
        const record = value && readMetadataRecord(value)
        if (record) yield record
      }
    }
    return endOffset
  }

  private newestSnapshot(): Snapshot | null {
    const [name] = this.disk
      .list(METADATA_DIRECTORY)
      .filter(file => SNAPSHOT_FILE.test(file))
      .sort()
      .slice(-1)
    return name === undefined ? null : { path: `${METADATA_DIRECTORY}/${name}`, endOffset: Number(name.slice(0, 20)) }
  }

  /** The log may not be used again. Throws DiskError. */
  close(): void {
    this.log.close()
  }
}

const abort: MetadataRecord = { type: 'abortTransactionRecord', value: { reason: 'its writer stopped' } }
