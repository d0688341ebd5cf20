/**
 * One record of `__transaction_state` as a value, and as the bytes of a record's key and value: each begins with two bytes,
 * the key with its kind, the value with its version (Kafka's TransactionLog).
 * @module
 */
import { codecOf } from '../../wire/compile.ts'
import { MalformedError } from '../../wire/errors.ts'
import { Reader } from '../../wire/reader.ts'
import { type Infer, isInVersions } from '../../wire/schema.ts'
import { Writer } from '../../wire/writer.ts'
import { transactionLogKey, transactionLogValue } from './records.ts'
import { statusNames } from './status.ts'

/** What the log says of a transactional id. `transactionPartitions` is null while it is Empty, else it may be empty. */
export type Transaction = Infer<typeof transactionLogValue.fields>

/** What becomes of a transactional id; without a value it is forgotten. */
export interface TransactionRecord {
  readonly transactionalId: string
  readonly value: Transaction | null
  /**
   * The epoch that the producer had before, if it may still ask with that one, or -1. No log has it: in what was read it is
   * -1, and so in Kafka a retry that spans a failover fails.
   */
  readonly lastProducerEpoch: number
}

export interface RecordBytes {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

const KEY_VERSION = 0
/** Since transaction.version 1 values are flexible. */
const FLEXIBLE_VERSION = 1

/** For one key or value after the other: making a writer costs more than what most of them are written with. */
const writer = new Writer(256)

/** The bytes of `record` at the finalized `transactionVersion`. */
export function writeTransactionRecord(record: TransactionRecord, transactionVersion: number): RecordBytes {
  const { transactionalId, value } = record
  const version = transactionVersion >= 1 ? FLEXIBLE_VERSION : 0
  return { key: writeKey(transactionalId), value: value && writeValue(value, version) }
}

function writeKey(transactionalId: string): Uint8Array {
  writer.reset()
  writer.int16(transactionLogKey.id ?? 0)
  codecOf(transactionLogKey.fields, KEY_VERSION, false).write(writer, { transactionalId })
  return writer.toBytes()
}

function writeValue(value: Transaction, version: number): Uint8Array {
  writer.reset()
  writer.int16(version)
  codecOf(transactionLogValue.fields, version, version >= FLEXIBLE_VERSION).write(writer, value)
  return writer.toBytes()
}

/**
 * The record in `key` and `value`, or null for one of a kind or version that this broker does not know: it stays in the
 * log, for whoever does. Throws MalformedError where there is no record.
 */
export function readTransactionRecord(key: Uint8Array, value: Uint8Array | null): TransactionRecord | null {
  const reader = new Reader(key)
  if (reader.int16() !== transactionLogKey.id) return null
  const { transactionalId } = codecOf(transactionLogKey.fields, KEY_VERSION, false).read(reader)
  if (!value) return { transactionalId, value: null, lastProducerEpoch: -1 }
  const transaction = readValue(value)
  return transaction && { transactionalId, value: transaction, lastProducerEpoch: -1 }
}

function readValue(bytes: Uint8Array): Transaction | null {
  const reader = new Reader(bytes)
  const version = reader.int16()
  if (!isInVersions(transactionLogValue.versions, version)) return null
  const value = codecOf(transactionLogValue.fields, version, version >= FLEXIBLE_VERSION).read(reader)
  const { transactionStatus: status } = value
  if (statusNames[status] === undefined) throw new MalformedError(`no transaction has the state ${status}`)
  return value
}
