import type { OffsetCommitRequest, OffsetCommitResponse } from '../core/groups/commands.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'
import { joinTopics, splitPartitions, withError } from './partitions.ts'

/**
 * OffsetCommit v0–10. v1 members and generations; v2–4 how long to keep the offsets; v6 leader epochs (KIP-320); v7 static
 * members (KIP-345); v9 groups of the consumer protocol (KIP-848); v10 topic ids. Versions 0 and 1, which Kafka 4 has dropped,
 * commit to where all others do; the commit timestamp of version 1 is not kept.
 */
export const offsetCommit = contract({
  key: 8,
  name: 'OffsetCommit',
  versions: '0-10',
  flexible: 8,
  request: () => ({
    groupId: string(),
    generationIdOrMemberEpoch: int32('1+').default(-1),
    memberId: string('1+'),
    groupInstanceId: string('7+').nullable().default(null),
    retentionTimeMs: int64('2-4').default(-1),
    topics: array({
      topicId: uuid('10+'),
      name: string('0-9'),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32('6+').default(-1),
        commitTimestamp: int64('1').default(-1),
        committedMetadata: string().nullable(),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32('3+'),
    topics: array({
      topicId: uuid('10+'),
      name: string('0-9'),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  }),
})

const TOPICS_BY_ID = 10

export default api(offsetCommit, (request, { version, catalog, groups }) => {
  const isById = version >= TOPICS_BY_ID
  const known: OffsetCommitRequest['topics'][number][] = []
  const refused: OffsetCommitResponse['topics'][number][] = []
  for (const { topicId: wantedId, name, partitions } of request.topics) {
    const topic = isById ? catalog.topicById(wantedId) : catalog.topicByName(name)
    const topicId = topic?.id ?? wantedId
    const [there, missing] = splitPartitions(topic, partitions)
    const errorCode = isById && !topic ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if (there.length > 0) known.push({ topicId, name: topic?.name ?? name, partitions: there })
    if (!topic || missing.length > 0) refused.push({ topicId, name, partitions: withError(missing, errorCode) })
  }
  const key = isById ? 'topicId' : 'name'
  if (known.length === 0) return { throttleTimeMs: 0, topics: joinTopics(refused, [], key) }
  const { response } = groups.ask({ type: 'offsetCommit', version, request: { ...request, topics: known } })
  return { throttleTimeMs: 0, topics: joinTopics(refused, response.topics, key) }
})
