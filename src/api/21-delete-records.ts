import type { Topic } from '../core/catalog/catalog.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, type Infer, int16, int32, int64, string } from '../wire/schema.ts'
import { api, type Call } from './api.ts'
import type { LogStart } from './rooms.ts'

/**
 * DeleteRecords v0–2 (KIP-107); v2 is flexible. The records are gone when the answer is there, so `timeoutMs` bounds
 * nothing.
 */
export const deleteRecords = contract({
  key: 21,
  name: 'DeleteRecords',
  versions: '0-2',
  flexible: 2,
  request: () => ({
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        offset: int64(),
      }),
    }),
    timeoutMs: int32(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        lowWatermark: int64(),
        errorCode: int16(),
      }),
    }),
  }),
})

/** Instead of an offset: everything that consumers can read. */
const HIGH_WATERMARK = -1
const NO_LOW_WATERMARK = -1

export default api(deleteRecords, ({ topics }, call) => {
  const asked = lastOffsets(topics)
  const found = Array.from(asked, ([name, offsets]) => {
    const topic = call.catalog.topicByName(name)
    return {
      name,
      starts: [...offsets].map(([index, offset]) => [index, startOf(topic, index, offset, call)] as const),
    }
  })
  const starts = found.flatMap(of => of.starts).flatMap(([, start]) => (typeof start === 'number' ? [] : start))
  const storageCode = call.logs.incrementLogStartOffsets(starts)
  const answer = (partitionIndex: number, start: LogStart | ErrorCode) => {
    const errorCode = typeof start === 'number' ? start : storageCode
    const isMoved = typeof start !== 'number' && errorCode === ErrorCode.NONE
    return { partitionIndex, lowWatermark: isMoved ? start.log.logStartOffset : NO_LOW_WATERMARK, errorCode }
  }
  return {
    throttleTimeMs: 0,
    topics: found.map(of => ({ name: of.name, partitions: of.starts.map(([index, start]) => answer(index, start)) })),
  }
})

/** By topic and partition. As in Kafka the last offset counts of a partition that is named twice, and topics without any are left out. */
function lastOffsets(topics: Infer<typeof deleteRecords.request>['topics']): Map<string, Map<number, number>> {
  const asked = new Map<string, Map<number, number>>()
  for (const { name, partitions } of topics) {
    const offsets = asked.get(name) ?? new Map<number, number>()
    if (partitions.length > 0) asked.set(name, offsets)
    for (const { partitionIndex, offset } of partitions) offsets.set(partitionIndex, offset)
  }
  return asked
}

/** Where the log of a partition is to begin, or why it stays as it is (ReplicaManager.deleteRecordsOnLocalLog). */
function startOf(topic: Topic | null, index: number, offset: number, call: Call): LogStart | ErrorCode {
  if (topic?.partitions[index] && topic.isInternal) return ErrorCode.INVALID_TOPIC_EXCEPTION
  const log = call.logs.find(topic, index)
  if (typeof log === 'number') return log
  const { cleanupPolicy } = log.config
  if (cleanupPolicy.includes('compact') && !cleanupPolicy.includes('delete')) return ErrorCode.POLICY_VIOLATION
  const start = offset === HIGH_WATERMARK ? log.highWatermark : offset
  return start < 0 || start > log.highWatermark ? ErrorCode.OFFSET_OUT_OF_RANGE : { log, offset: start }
}
