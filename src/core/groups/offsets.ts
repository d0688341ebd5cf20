/** OffsetFetch and OffsetDelete: what a group has read (Kafka's OffsetMetadataManager). @module */
import { type Uuid, zeroUuid } from '../../base/uuid.ts'
import { ErrorCode } from '../../wire/errors.ts'
import type { ClassicGroup } from './classic/group.ts'
import type { OffsetDelete, OffsetDeleteResponse, OffsetFetch, OffsetFetchResponse } from './commands.ts'
import type { OffsetCommitValue } from './group-record.ts'
import type { Outcome } from './outcome.ts'
import { placeOf } from './state.ts'

/** A group that is not there has committed nothing, and is no error. */
export function decideOffsetFetch(outcome: Outcome, { request, requireStable }: OffsetFetch): void {
  const { groupId: group, topics } = request
  const { groups, offsets, pending } = outcome.state
  const committed = groups.has(group) ? offsets.get(group) : undefined
  const mayBeUnstable = requireStable && !pending.isEmpty
  const fetch = (topic: string, partition: number, value: OffsetCommitValue | undefined) =>
    mayBeUnstable && pending.has(placeOf({ group, topic, partition }))
      ? fetchedPartition(partition, undefined, ErrorCode.UNSTABLE_OFFSET_COMMIT)
      : fetchedPartition(partition, value, ErrorCode.NONE)
  const fetched = topics
    ? topics.map(({ topicId, name, partitionIndexes }) => {
        const values = committed?.get(name)
        const partitions = partitionIndexes.map(index => fetch(name, index, ofTopic(values?.get(index), topicId)))
        return { topicId, name, partitions }
      })
    : [...(committed ?? [])].map(([name, values]) => ({
        topicId: zeroUuid,
        name,
        partitions: [...values].map(([index, value]) => fetch(name, index, value)),
      }))
  outcome.reply({ type: 'offsetFetch', response: { groupId: group, errorCode: ErrorCode.NONE, topics: fetched } })
}

/** The offset, unless it is one of an earlier topic of the same name. */
function ofTopic(value: OffsetCommitValue | undefined, topicId: Uuid): OffsetCommitValue | undefined {
  const isOfOther = value && value.topicId !== topicId && value.topicId !== zeroUuid && topicId !== zeroUuid
  return isOfOther ? undefined : value
}

type FetchedPartition = OffsetFetchResponse['topics'][number]['partitions'][number]

function fetchedPartition(
  partitionIndex: number,
  value: OffsetCommitValue | undefined,
  errorCode: ErrorCode,
): FetchedPartition {
  return {
    partitionIndex,
    committedOffset: value?.offset ?? -1,
    committedLeaderEpoch: value?.leaderEpoch ?? -1,
    metadata: value?.metadata ?? '',
    errorCode,
  }
}

/** Forgets offsets of topics that no member subscribes to; the others are GROUP_SUBSCRIBED_TO_TOPIC (KIP-496). */
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
  const { offsets, pending } = outcome.state
  const committed = offsets.get(groupId)?.get(name)
  const errorCode = group?.isSubscribedTo(name) ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE
  for (const { partitionIndex: partition } of partitions) {
    const isThere = committed?.has(partition) || pending.has(placeOf({ group: groupId, topic: name, partition }))
    if (isThere && errorCode === ErrorCode.NONE) outcome.writeOffset(groupId, name, partition, null)
  }
  return { name, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) }
}
