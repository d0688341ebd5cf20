/** OffsetCommit, OffsetFetch and OffsetDelete: what a group has read (Kafka's OffsetMetadataManager). @module */
import { type Uuid, zeroUuid } from '../../base/uuid.ts'
import { ErrorCode } from '../../wire/errors.ts'
import type { ClassicGroup } from './classic/group.ts'
import { extendSession } from './classic/sessions.ts'
import type {
  OffsetCommit,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetDelete,
  OffsetDeleteResponse,
  OffsetFetch,
  OffsetFetchResponse,
} from './commands.ts'
import type { OffsetCommitValue } from './group-record.ts'
import type { Outcome } from './outcome.ts'
import { commitRefusal } from './refusal.ts'

/** Since then there is a code of its own for a group that is not there. */
const GROUP_ID_NOT_FOUND_VERSION = 9
/** Stands for "as long as the broker keeps offsets" (OffsetCommitRequest.DEFAULT_RETENTION_TIME), and for "no such time". */
const DEFAULT_RETENTION = -1
const NO_TIMESTAMP = -1

export function decideOffsetCommit(outcome: Outcome, { request, version }: OffsetCommit): void {
  const group = outcome.state.volatile.classic.get(request.groupId)
  const fault = group ? memberFault(group, request) : strangerFault(outcome, request, version)
  if (fault !== ErrorCode.NONE) {
    outcome.reply({ type: 'offsetCommit', response: commitRefusal(request, fault) })
    return
  }
  const member = group?.members.get(request.memberId)
  if (group && member) extendSession(outcome, group, member)
  outcome.reply({ type: 'offsetCommit', response: commit(outcome, request) })
}

/** Who commits to a group that has members has to be one of them, in their generation (ClassicGroup.validateOffsetCommit). */
function memberFault(group: ClassicGroup, request: OffsetCommitRequest): ErrorCode {
  const { memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request
  if (group.state === 'Empty' && generationId < 0) return ErrorCode.NONE
  if (generationId < 0 && memberId === '' && groupInstanceId === null) return ErrorCode.UNKNOWN_MEMBER_ID
  const fault = group.identityFault(memberId, groupInstanceId)
  if (fault !== ErrorCode.NONE) return fault
  if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION
  return group.state === 'CompletingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE
}

/** Anybody may commit to a group without members, who does not say to be one. That makes the group, if need be. */
function strangerFault({ state }: Outcome, request: OffsetCommitRequest, version: number): ErrorCode {
  if (request.generationIdOrMemberEpoch < 0) return ErrorCode.NONE
  if (state.groups.has(request.groupId)) return ErrorCode.UNKNOWN_MEMBER_ID
  return version >= GROUP_ID_NOT_FOUND_VERSION ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION
}

function commit(outcome: Outcome, { groupId, retentionTimeMs, topics }: OffsetCommitRequest): OffsetCommitResponse {
  const { now, settings } = outcome
  const expireTimestamp = retentionTimeMs === DEFAULT_RETENTION ? NO_TIMESTAMP : now + retentionTimeMs
  const commitPartition = (name: string, topicId: Uuid, partition: CommittedPartition) => {
    const { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch } = partition
    const metadata = partition.committedMetadata ?? ''
    const errorCode =
      metadata.length > settings.offsetMetadataMaxBytes ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE
    if (errorCode === ErrorCode.NONE) {
      const value = { offset, leaderEpoch, metadata, commitTimestamp: now, topicId, expireTimestamp }
      outcome.writeOffset(groupId, name, partitionIndex, value)
    }
    return { partitionIndex, errorCode }
  }
  return {
    topics: topics.map(({ topicId, name, partitions }) => ({
      topicId,
      name,
      partitions: partitions.map(partition => commitPartition(name, topicId, partition)),
    })),
  }
}

type CommittedPartition = OffsetCommitRequest['topics'][number]['partitions'][number]

/** Nothing is unstable yet: offsets come in with their transaction, when there are such. */
export function decideOffsetFetch(outcome: Outcome, { request }: OffsetFetch): void {
  const { groupId, topics } = request
  const { groups, offsets } = outcome.state
  const committed = groups.has(groupId) ? offsets.get(groupId) : undefined
  const fetched = topics
    ? topics.map(({ topicId, name, partitionIndexes }) => {
        const partitions = committed?.get(name)
        const fetch = (index: number) => fetchedPartition(index, ofTopic(partitions?.get(index), topicId))
        return { topicId, name, partitions: partitionIndexes.map(fetch) }
      })
    : [...(committed ?? [])].map(([name, partitions]) => ({
        topicId: zeroUuid,
        name,
        partitions: [...partitions].map(([index, value]) => fetchedPartition(index, value)),
      }))
  outcome.reply({ type: 'offsetFetch', response: { groupId, errorCode: ErrorCode.NONE, topics: fetched } })
}

/** The offset, unless it is one of an earlier topic of the same name. */
function ofTopic(value: OffsetCommitValue | undefined, topicId: Uuid): OffsetCommitValue | undefined {
  const isOfOther = value && value.topicId !== topicId && value.topicId !== zeroUuid && topicId !== zeroUuid
  return isOfOther ? undefined : value
}

type FetchedPartition = OffsetFetchResponse['topics'][number]['partitions'][number]

function fetchedPartition(partitionIndex: number, value: OffsetCommitValue | undefined): FetchedPartition {
  return {
    partitionIndex,
    committedOffset: value?.offset ?? -1,
    committedLeaderEpoch: value?.leaderEpoch ?? -1,
    metadata: value?.metadata ?? '',
    errorCode: ErrorCode.NONE,
  }
}

export function decideOffsetDelete(outcome: Outcome, { request }: OffsetDelete): void {
  const { groupId, topics } = request
  const group = outcome.state.volatile.classic.get(groupId)
  const errorCode = deletionFault(outcome, groupId, group)
  const response: OffsetDeleteResponse = {
    errorCode,
    topics: errorCode === ErrorCode.NONE ? topics.map(topic => deleteOffsets(outcome, groupId, group, topic)) : [],
  }
  outcome.reply({ type: 'offsetDelete', response })
}

/** Of other members than consumers it cannot be known what they read (ClassicGroup.validateOffsetDelete). */
function deletionFault({ state }: Outcome, groupId: string, group: ClassicGroup | undefined): ErrorCode {
  if (groupId === '') return ErrorCode.INVALID_GROUP_ID
  if (!state.groups.has(groupId)) return ErrorCode.GROUP_ID_NOT_FOUND
  const isInUse = group !== undefined && group.state !== 'Empty' && !group.isConsumerGroup
  return isInUse ? ErrorCode.NON_EMPTY_GROUP : ErrorCode.NONE
}

function deleteOffsets(
  outcome: Outcome,
  groupId: string,
  group: ClassicGroup | undefined,
  { name, partitions }: OffsetDelete['request']['topics'][number],
): OffsetDeleteResponse['topics'][number] {
  const committed = outcome.state.offsets.get(groupId)?.get(name)
  const errorCode = group?.isSubscribedTo(name) ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE
  for (const { partitionIndex } of partitions) {
    if (errorCode !== ErrorCode.NONE || !committed?.has(partitionIndex)) continue
    outcome.writeOffset(groupId, name, partitionIndex, null)
  }
  return { name, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) }
}
