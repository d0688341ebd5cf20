import { zeroUuid } from '../base/uuid.ts'
import type { OffsetFetchResponse } from '../core/groups/commands.ts'
import { ErrorCode } from '../wire/errors.ts'
import type { Infer } from '../wire/schema.ts'
import { array, bool, contract, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/**
 * OffsetFetch v0–10. v2 all topics, and one error for the group; v5 leader epochs (KIP-320); v7 stable offsets (KIP-447); v8
 * several groups (KIP-709); v9 members of the consumer protocol (KIP-848); v10 topic ids. Version 0, which Kafka 4 has dropped,
 * asks the same place as the others.
 */
export const offsetFetch = contract({
  key: 9,
  name: 'OffsetFetch',
  versions: '0-10',
  flexible: 6,
  request: () => ({
    groups: array(
      {
        groupId: string(),
        memberId: string('9+').nullable().default(null),
        memberEpoch: int32('9+').default(-1),
        topics: array({
          topicId: uuid('10+'),
          name: string('0-9'),
          partitionIndexes: array(int32()),
        }).nullable(),
      },
      '8+',
    ),
    groupId: string('0-7'),
    topics: array(
      {
        name: string(),
        partitionIndexes: array(int32()),
      },
      '0-7',
    ).nullable('2-7'),
    requireStable: bool('7+'),
  }),
  response: () => ({
    throttleTimeMs: int32('3+'),
    groups: array(
      {
        groupId: string(),
        topics: array({
          topicId: uuid('10+'),
          name: string('0-9'),
          partitions: array({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32().default(-1),
            metadata: string().nullable(),
            errorCode: int16(),
          }),
        }),
        errorCode: int16(),
      },
      '8+',
    ),
    topics: array(
      {
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          committedOffset: int64(),
          committedLeaderEpoch: int32('5-7').default(-1),
          metadata: string().nullable(),
          errorCode: int16(),
        }),
      },
      '0-7',
    ),
    errorCode: int16('2-7'),
  }),
})

type Group = Infer<typeof offsetFetch.request>['groups'][number]
type Topic = OffsetFetchResponse['topics'][number]

const GROUP_ERROR = 2
const SEVERAL_GROUPS = 8
const TOPICS_BY_ID = 10

export default api(offsetFetch, (request, call) => {
  const { version } = call
  const { requireStable } = request
  const noGroup = { topics: [], errorCode: ErrorCode.NONE }
  if (version >= SEVERAL_GROUPS) {
    const groups = request.groups.map(group => answerOf(group, requireStable, call))
    return { throttleTimeMs: 0, groups, ...noGroup }
  }
  const topics = request.topics?.map(topic => ({ ...topic, topicId: zeroUuid })) ?? null
  const group = { groupId: request.groupId, memberId: null, memberEpoch: -1, topics }
  const answer = answerOf(group, requireStable, call)
  const { errorCode } = answer
  const isOnEach = version < GROUP_ERROR && errorCode !== ErrorCode.NONE
  const answered = isOnEach ? (topics ?? []).map(topic => without(topic, errorCode)) : answer.topics
  return { throttleTimeMs: 0, groups: [], topics: answered, errorCode }
})

function answerOf(group: Group, requireStable: boolean, call: Call): OffsetFetchResponse {
  const { version, groups } = call
  if (version < TOPICS_BY_ID) return groups.ask({ type: 'offsetFetch', requireStable, request: group }).response
  return group.topics === null
    ? allById(group, requireStable, call)
    : someById(group, group.topics, requireStable, call)
}

/** Topics that are no more have no id to be told by. */
function allById(request: Group, requireStable: boolean, { groups, catalog }: Call): OffsetFetchResponse {
  const { response } = groups.ask({ type: 'offsetFetch', requireStable, request })
  const topics = response.topics.flatMap(topic => {
    const topicId = catalog.topicByName(topic.name)?.id
    return topicId === undefined ? [] : [{ ...topic, topicId }]
  })
  return { ...response, topics }
}

function someById(
  group: Group,
  wanted: NonNullable<Group['topics']>,
  requireStable: boolean,
  { groups, catalog }: Call,
): OffsetFetchResponse {
  const named = wanted.map(topic => ({ ...topic, name: catalog.topicById(topic.topicId)?.name ?? '' }))
  const topics = named.filter(({ name }) => name !== '')
  const unknown = named.filter(({ name }) => name === '').map(topic => without(topic, ErrorCode.UNKNOWN_TOPIC_ID))
  const { response } = groups.ask({ type: 'offsetFetch', requireStable, request: { ...group, topics } })
  if (response.errorCode !== ErrorCode.NONE) return response
  return { ...response, topics: [...response.topics, ...unknown] }
}

/** A topic of which nothing is told but an error. */
function without(
  { topicId, name, partitionIndexes }: NonNullable<Group['topics']>[number],
  errorCode: ErrorCode,
): Topic {
  const nothing = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode }
  return { topicId, name, partitions: partitionIndexes.map(partitionIndex => ({ partitionIndex, ...nothing })) }
}
