/** What a Produce may bring, whatever the logs say that it is for. @module */

import { ErrorCode } from '../errors.ts'
import { BATCH, CURRENT_MAGIC, codecOf, magicAt, wholeBatchBytes } from './batch.ts'
import { CompressionCodec } from './compression/index.ts'
import { RecordError } from './record-error.ts'

/** The first version that carries exactly one batch of magic 2. */
const SOLE_BATCH = 3
/** The first that carries zstd (KIP-110). */
const ZSTD = 7

/**
 * The size of the first batch in `records`, 0 where there is none: before version 3 anything goes (ProduceRequest.validateRecords).
 * @throws RecordError CORRUPT_MESSAGE as `wholeBatchBytes`, INVALID_RECORD, UNSUPPORTED_COMPRESSION_TYPE
 */
export function producedBatchBytes(records: Uint8Array, apiVersion: number): number {
  const sizeBytes = wholeBatchBytes(records, 0)
  if (apiVersion < SOLE_BATCH) return sizeBytes
  if (sizeBytes === 0) throw new RecordError(ErrorCode.INVALID_RECORD, 'No record batch')
  if (magicAt(records, 0) !== CURRENT_MAGIC) throw new RecordError(ErrorCode.INVALID_RECORD, 'Not of magic 2')
  if (apiVersion < ZSTD && codecOf(records[BATCH.attributes + 1] ?? 0) === CompressionCodec.ZSTD) {
    throw new RecordError(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, 'zstd before version 7')
  }
  if (wholeBatchBytes(records, sizeBytes) > 0) {
    throw new RecordError(ErrorCode.INVALID_RECORD, 'More than one record batch')
  }
  return sizeBytes
}
