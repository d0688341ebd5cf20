/**
 * One record of `__transaction_state` as a value, and as the bytes of a record's key and value: each begins with two bytes,
 * the key with its kind, the value with its version (Kafka's TransactionLog).
 * @module
 */
import { MalformedError } from '../../wire/errors.ts'
import { Reader } from '../../wire/reader.ts'
import type { Infer } from '../../wire/schema.ts'
import { type KeyedRecord, readKey, readValue, writeKey, writeValue } from '../coordinator-record.ts'
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

/** Since transaction.version 1 values are flexible. */
const FLEXIBLE_VERSION = 1

/** The bytes of `record` at the finalized `transactionVersion`. */
export function writeTransactionRecord(record: TransactionRecord, transactionVersion: number): KeyedRecord {
  const { transactionalId, value } = record
  const version = transactionVersion >= 1 ? FLEXIBLE_VERSION : 0
  return {
    key: writeKey(transactionLogKey, { transactionalId }),
    value: value && writeValue(transactionLogValue, version, value),
  }
}

/**
 * The record in `key` and `value`, or null for one of a kind or version that this broker does not know: it stays in the
 * log, for whoever does. Throws MalformedError where there is no record.
 */
export function readTransactionRecord(key: Uint8Array, value: Uint8Array | null): TransactionRecord | null {
  const reader = new Reader(key)
  if (reader.int16() !== transactionLogKey.id) return null
  const { transactionalId } = readKey(transactionLogKey, reader)
  if (!value) return { transactionalId, value: null, lastProducerEpoch: -1 }
  const transaction = readTransaction(value)
  return transaction && { transactionalId, value: transaction, lastProducerEpoch: -1 }
}

function readTransaction(bytes: Uint8Array): Transaction | null {
  const transaction = readValue(transactionLogValue, bytes)
  if (transaction && statusNames[transaction.transactionStatus] === undefined) {
    throw new MalformedError(`no transaction has the state ${transaction.transactionStatus}`)
  }
  return transaction
}
