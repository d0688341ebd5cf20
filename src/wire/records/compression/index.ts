/** The five codecs of record batches, by their ids in the attributes. @module */

import { ErrorCode } from '../../errors.ts'
import { RecordError } from '../record-error.ts'
import { gunzip, gzip } from './gzip.ts'
import { compressLz4, decompressLz4 } from './lz4.ts'
import { compressSnappy, decompressSnappy } from './snappy.ts'
import { compressZstd, decompressZstd } from './zstd.ts'

/** Codec ids (Kafka's CompressionType). */
export const CompressionCodec = { NONE: 0, GZIP: 1, SNAPPY: 2, LZ4: 3, ZSTD: 4 } as const
export type CompressionCodec = (typeof CompressionCodec)[keyof typeof CompressionCodec]

/** Kafka's names of the codecs, by id. */
export const CODEC_NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CodecName = (typeof CODEC_NAMES)[number]

/** The codecs' ids, by Kafka's names. */
export const CODEC_IDS: Readonly<Record<CodecName, CompressionCodec>> = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 }

/** Whether a batch's codec bits name a codec. */
export function isCodec(id: number): id is CompressionCodec {
  return id >= CompressionCodec.NONE && id <= CompressionCodec.ZSTD
}

/**
 * `bytes` compressed, framed as Kafka's Java client frames it. `level` is one of the codec's own, with Kafka's bounds
 * (KIP-390); its default where it is left out, and nothing to snappy.
 */
export function compress(codec: CompressionCodec, bytes: Uint8Array, level?: number): Uint8Array {
  switch (codec) {
    case CompressionCodec.NONE:
      return bytes
    case CompressionCodec.GZIP:
      return gzip(bytes, level)
    case CompressionCodec.SNAPPY:
      return compressSnappy(bytes)
    case CompressionCodec.LZ4:
      return compressLz4(bytes, 'standard', level)
    case CompressionCodec.ZSTD:
      return compressZstd(bytes, level)
  }
}

/**
 * `bytes` decompressed; never more than `maxBytes` (at least 1), nor is more ever allocated for it. The result may be a view.
 * @throws RecordError INVALID_RECORD for bytes that are not what the codec writes and for a codec that does not exist,
 * MESSAGE_TOO_LARGE above `maxBytes`
 */
export function decompress(codec: number, bytes: Uint8Array, maxBytes: number): Uint8Array {
  switch (codec) {
    case CompressionCodec.NONE:
      return bytes
    case CompressionCodec.GZIP:
      return gunzip(bytes, maxBytes)
    case CompressionCodec.SNAPPY:
      return decompressSnappy(bytes, maxBytes)
    case CompressionCodec.LZ4:
      return decompressLz4(bytes, maxBytes)
    case CompressionCodec.ZSTD:
      return decompressZstd(bytes, maxBytes)
    default:
      throw new RecordError(ErrorCode.INVALID_RECORD, `Unknown compression type id: ${codec}`)
  }
}
