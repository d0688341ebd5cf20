/**
 * The journal of a machine: one partition of an internal topic, in which every record has a key and a value, as Kafka's
 * coordinators write it (CoordinatorRuntime): a batch for each decision, without a producer unless it is part of a transaction.
 *
 * Kafka waits until a batch is replicated and undoes what it did where that fails. Here a batch is committed when it is
 * written, and nothing was done before.
 * @module
 */
import { assert } from '../base/assert.ts'
import { concatBytes } from '../base/bytes.ts'
import type { KeyedRecord } from '../core/coordinator-record.ts'
import { type Journal, JournalError, type Millis } from '../core/machine.ts'
import type { ProducerIdAndEpoch } from '../core/pending-records.ts'
import type { PartitionLog } from '../log/partition.ts'
import { type BatchOptions, encodeBatch, type RecordToWrite } from '../wire/records/batch-encoder.ts'
import type { CompressionCodec } from '../wire/records/compression/index.ts'
import { LastRecords } from './last-records.ts'

/**
 * Null for a kind or version that is not known: it stays in the log. The bytes are views that change after the call. Throws
 * MalformedError where there is no record.
 */
export type RecordReader<Record> = (
  key: Uint8Array,
  value: Uint8Array | null,
  /** Whose open transaction it is part of; null for what counts already. */
  producer: ProducerIdAndEpoch | null,
) => Record | null

/** How the records of one machine are written, and read back. */
export interface RecordFormat<Record> {
  write(record: Record): KeyedRecord
  /** What reads the records of one log, in order. */
  reader(): RecordReader<Record>
  /** Left out, nothing is compressed. */
  readonly codec?: CompressionCodec
  /** Of all batches, with a producer and without. Left out, it is 0, as CoordinatorRuntime has it. */
  readonly baseSequence?: number
}

/** A record that no batch can hold: max.message.bytes of the topic are not enough. */
export class RecordTooLarge extends JournalError {}

const READ_BYTES = 1024 * 1024
/** A batch header and, for each record, more than what stands around key and value. */
const BATCH_OVERHEAD_BYTES = 64
const RECORD_OVERHEAD_BYTES = 32

export class PartitionJournal<Record> implements Journal<Record> {
  /** Of batches without a producer. */
  private readonly options: BatchOptions

  constructor(
    private readonly log: PartitionLog,
    private readonly format: RecordFormat<Record>,
    /** Appends to a log what is whole batches, and says whether the disk took them. */
    private readonly appendTo: (log: PartitionLog, batches: Uint8Array) => boolean,
    private readonly now: () => Millis,
  ) {
    const { codec, baseSequence = 0 } = format
    this.options = codec === undefined ? { baseSequence } : { baseSequence, codec }
  }

  /** Records that do not fit into one batch get several: only a crash in the middle of the write may part them. */
  append(records: readonly Record[]): void {
    const batches = this.batchesOf(records)
    const [only] = batches
    const bytes = only && batches.length === 1 ? only : concatBytes(batches)
    if (!this.appendTo(this.log, bytes)) throw new JournalError(`${this.log.directory} cannot be written`)
  }

  private batchesOf(records: readonly Record[]): Uint8Array[] {
    const { maxMessageBytes } = this.log.config
    const timestamp = this.now()
    const batches: Uint8Array[] = []
    let options: BatchOptions | null = null
    let batch: RecordToWrite[] = []
    let sizeBytes = BATCH_OVERHEAD_BYTES
    for (const record of records) {
      const { key, value, producer } = this.format.write(record)
      options ??= producer ? { ...this.options, ...producer, isTransactional: true } : this.options
      const recordBytes = RECORD_OVERHEAD_BYTES + key.length + (value?.length ?? 0)
      if (sizeBytes + recordBytes > maxMessageBytes && batch.length > 0) {
        batches.push(encodeBatch(options, batch))
        batch = []
        sizeBytes = BATCH_OVERHEAD_BYTES
      }
      batch.push({ offset: batch.length, timestamp, key, value })
      sizeBytes += recordBytes
      if (sizeBytes > maxMessageBytes) throw new RecordTooLarge(`${recordBytes} bytes for ${this.log.directory}`)
    }
    if (options) batches.push(encodeBatch(options, batch))
    return batches
  }

  /**
   * The last record of every key, in order, of the kinds that are known: what compaction would leave; and what open
   * transactions have written. Throws DiskError, RecordError and MalformedError.
   */
  *records(): Generator<Record> {
    const { log } = this
    const last = new LastRecords()
    for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
      const { pieces, sizeBytes } = log.read(offset, READ_BYTES, log.logEndOffset, 'whole')
      // Nothing is left where compaction has taken the last batches.
      if (sizeBytes === 0) break
      const next = last.add(concatBytes(pieces), offset)
      assert(next > offset, 'every read of the log has a whole batch')
      offset = next
    }
    const read = this.format.reader()
    for (const [key, value, producer] of last.all()) {
      const record = read(key, value, producer)
      if (record) yield record
    }
  }
}
