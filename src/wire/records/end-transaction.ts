/**
 * The marker that ends a producer's transaction in one partition (KIP-98; Kafka's EndTransactionMarker): a control batch of
 * one record, never compressed.
 * @module
 */

import type { BatchHeader, TimestampType } from './batch.ts'
import { encodeBatch } from './batch-encoder.ts'
import { readInt16, readInt32, writeInt16, writeInt32 } from './integers.ts'
import { readRecords } from './record.ts'

/** How a transaction ends, and who says so. */
export interface EndTransaction {
  readonly producerId: number
  readonly producerEpoch: number
  readonly isCommit: boolean
  /** Of the transaction coordinator: what an earlier one has to say comes too late. */
  readonly coordinatorEpoch: number
}

/** What a marker in a log says. */
export interface Marker {
  /** Null for a control record of another kind. */
  readonly isCommit: boolean | null
  /** -1 for a control record of another kind. */
  readonly coordinatorEpoch: number
  readonly timestamp: number
}

/** The key (ControlRecordType): int16 version, int16 type. */
const KEY_BYTES = 4
const TYPE = 2
const ABORT = 0
const COMMIT = 1
/** The value (EndTxnMarker): int16 version, int32 coordinator epoch. */
const VALUE_BYTES = 6
const COORDINATOR_EPOCH = 2

/** The batch, with offset 0 (MemoryRecords.withEndTransactionMarker). */
export function encodeMarker(
  { producerId, producerEpoch, isCommit, coordinatorEpoch }: EndTransaction,
  timestamp: number,
  timestampType: TimestampType = 'CreateTime',
): Uint8Array {
  const key = new Uint8Array(KEY_BYTES)
  writeInt16(key, TYPE, isCommit ? COMMIT : ABORT)
  const value = new Uint8Array(VALUE_BYTES)
  writeInt32(value, COORDINATOR_EPOCH, coordinatorEpoch)
  return encodeBatch({ producerId, producerEpoch, isTransactional: true, isControl: true, timestampType }, [
    { offset: 0, timestamp, key, value },
  ])
}

/**
 * What the control batch that `header` describes says; null where compaction has left nothing but its header.
 * @throws RecordError for records that are broken
 */
export function readMarker(bytes: Uint8Array, header: BatchHeader): Marker | null {
  const [record] = readRecords(bytes, header, bytes.length)
  if (record === undefined) return null
  const { key, value, timestamp } = record
  const type = key !== null && key.length >= KEY_BYTES ? readInt16(key, TYPE) : -1
  const isMarker = (type === ABORT || type === COMMIT) && value !== null && value.length >= VALUE_BYTES
  if (!isMarker) return { isCommit: null, coordinatorEpoch: -1, timestamp }
  return { isCommit: type === COMMIT, coordinatorEpoch: readInt32(value, COORDINATOR_EPOCH), timestamp }
}
