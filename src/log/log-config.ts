/** The settings of one log as typed values, under Kafka's names (LogConfig). Who reads them from text is elsewhere. @module */

import type { TimestampType } from '../wire/records/batch.ts'
import type { CodecName } from '../wire/records/compression/index.ts'

export interface LogConfig {
  /** segment.bytes */
  readonly segmentBytes: number
  /** segment.ms */
  readonly segmentMs: number
  /** segment.jitter.ms: so much earlier at most a segment is closed. */
  readonly segmentJitterMs: number
  /** segment.index.bytes: a full index rolls its segment. */
  readonly segmentIndexBytes: number
  /** index.interval.bytes: log written between two index entries. */
  readonly indexIntervalBytes: number
  /** max.message.bytes: of one batch, as it is stored. */
  readonly maxMessageBytes: number
  /** cleanup.policy: one, both or none. */
  readonly cleanupPolicy: readonly ('compact' | 'delete')[]
  /** min.cleanable.dirty.ratio: of what cleaning would read, what is new must be more than this. */
  readonly minCleanableDirtyRatio: number
  /** min.compaction.lag.ms: how long a record stays for sure. */
  readonly minCompactionLagMs: number
  /** max.compaction.lag.ms: how long a record may wait to be cleaned; 2^63 for ever. */
  readonly maxCompactionLagMs: number
  /** delete.retention.ms: how long a tombstone stays once nothing else is left of its key. */
  readonly deleteRetentionMs: number
  /** retention.ms, -1 for no limit. */
  readonly retentionMs: number
  /** retention.bytes, -1 for no limit. */
  readonly retentionBytes: number
  /** message.timestamp.type */
  readonly messageTimestampType: TimestampType
  /** message.timestamp.before.max.ms */
  readonly messageTimestampBeforeMaxMs: number
  /** message.timestamp.after.max.ms */
  readonly messageTimestampAfterMaxMs: number
  /** compression.type: 'producer' keeps what came. */
  readonly compressionType: 'producer' | 'uncompressed' | Exclude<CodecName, 'none'>
  /** compression.gzip.level and its like, of `compressionType`; undefined where it has none. */
  readonly compressionLevel: number | undefined
  /** flush.messages: once so many records have not reached the medium, nobody is answered before they have. */
  readonly flushMessages: number
  /** flush.ms: how long records may wait to reach the medium, where anybody looks. */
  readonly flushMs: number
  /** min.insync.replicas */
  readonly minInsyncReplicas: number
  /** producer.id.expiration.ms, a setting of the broker. */
  readonly producerIdExpirationMs: number
}

const LONG_MAX = 2 ** 63
const HOUR_MS = 60 * 60 * 1000

/** The age at which a segment is closed: a log that has to be clean by a time must close it by then (LogConfig.maxSegmentMs). */
export function maxSegmentMs({ cleanupPolicy, segmentMs, maxCompactionLagMs }: LogConfig): number {
  return cleanupPolicy.includes('compact') ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs
}

/** Kafka's defaults. */
export const defaultLogConfig: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * HOUR_MS,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  maxMessageBytes: 1024 * 1024 + 12,
  cleanupPolicy: ['delete'],
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: LONG_MAX,
  deleteRetentionMs: 24 * HOUR_MS,
  retentionMs: 7 * 24 * HOUR_MS,
  retentionBytes: -1,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: LONG_MAX,
  messageTimestampAfterMaxMs: HOUR_MS,
  compressionType: 'producer',
  compressionLevel: undefined,
  flushMessages: LONG_MAX,
  flushMs: LONG_MAX,
  minInsyncReplicas: 1,
  producerIdExpirationMs: 24 * HOUR_MS,
}
