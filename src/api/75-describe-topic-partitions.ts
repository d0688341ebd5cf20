import { zeroUuid } from '../base/uuid.ts'
import { topicOperations } from '../core/catalog/authorized-operations.ts'
import type { Partition } from '../core/catalog/catalog.ts'
import { isInternalTopic, topicNameFault } from '../core/catalog/topic.ts'
import { ErrorCode } from '../wire/errors.ts'
import type { Draft, Infer } from '../wire/schema.ts'
import { array, bool, contract, int16, int32, string, struct, uuid } from '../wire/schema.ts'
import { api, type Call } from './api.ts'
import { describedPartition } from './partitions.ts'

/**
 * DescribeTopicPartitions v0 (KIP-966): topics in the order of their names, so many partitions at a time, with a cursor
 * to go on from. Nothing is left out.
 */
export const describeTopicPartitions = contract({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: '0',
  flexible: 0,
  request: () => ({
    topics: array({
      name: string(),
    }),
    responsePartitionLimit: int32().default(2000),
    cursor: struct({
      topicName: string(),
      partitionIndex: int32(),
    })
      .nullable()
      .default(null),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    topics: array({
      errorCode: int16(),
      name: string().nullable(),
      topicId: uuid(),
      isInternal: bool(),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32().default(-1),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        eligibleLeaderReplicas: array(int32()).nullable().default(null),
        lastKnownElr: array(int32()).nullable().default(null),
        offlineReplicas: array(int32()),
      }),
      topicAuthorizedOperations: int32().default(-2147483648),
    }),
    nextCursor: struct({
      topicName: string(),
      partitionIndex: int32(),
    })
      .nullable()
      .default(null),
  }),
})

type Request = Infer<typeof describeTopicPartitions.request>
type Response = Draft<typeof describeTopicPartitions.response>
type TopicEntry = Response['topics'][number]

export default api(describeTopicPartitions, (request, call) => {
  const { cursor, topics } = request
  const isAll = topics.length === 0
  const asked = isAll ? Array.from(call.catalog.topics(), ({ name }) => name) : topics.map(({ name }) => name)
  const isLost = cursor !== null && !isAll && !asked.includes(cursor.topicName)
  if (isLost || (cursor !== null && cursor.partitionIndex < 0)) return refusal(request)
  const names = [...new Set(asked)].filter(name => cursor === null || name >= cursor.topicName).sort()
  return page(names, request, call)
})

/** Topics by name until the page is full; Kafka compares names as Java does, by UTF-16 units, and so does `sort`. */
function page(names: readonly string[], { cursor, responsePartitionLimit }: Request, call: Call): Response {
  const topics: TopicEntry[] = []
  let left = Math.max(Math.min(responsePartitionLimit, call.configs.maxRequestPartitionSizeLimit), 1)
  for (const name of names) {
    if (left === 0) return { throttleTimeMs: 0, topics, nextCursor: { topicName: name, partitionIndex: 0 } }
    const topic = call.catalog.topicByName(name)
    if (!topic) {
      topics.push(unknown(name))
      continue
    }
    const start = name === cursor?.topicName ? cursor.partitionIndex : 0
    const partitions = topic.partitions.slice(start, start + left)
    topics.push({
      errorCode: ErrorCode.NONE,
      name,
      topicId: topic.id,
      isInternal: topic.isInternal,
      partitions: partitions.map(described),
      topicAuthorizedOperations: topicOperations,
    })
    const next = start + left
    if (next < topic.partitions.length)
      return { throttleTimeMs: 0, topics, nextCursor: { topicName: name, partitionIndex: next } }
    left -= partitions.length
  }
  return { throttleTimeMs: 0, topics }
}

function described(partition: Partition) {
  const { eligibleLeaderReplicas, lastKnownElr } = partition
  return { ...describedPartition(partition), eligibleLeaderReplicas, lastKnownElr }
}

function unknown(name: string): TopicEntry {
  const errorCode = topicNameFault(name) ? ErrorCode.INVALID_TOPIC_EXCEPTION : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  return { ...without(name, errorCode), isInternal: isInternalTopic(name), topicAuthorizedOperations: topicOperations }
}

/** A cursor at a topic that is not asked for, or before the first partition, spoils the whole request. */
function refusal({ topics }: Request): Response {
  return { throttleTimeMs: 0, topics: topics.map(({ name }) => without(name, ErrorCode.INVALID_REQUEST)) }
}

function without(name: string, errorCode: ErrorCode) {
  return { errorCode, name, topicId: zeroUuid, isInternal: false, partitions: [] }
}
