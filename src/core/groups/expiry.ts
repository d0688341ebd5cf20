/** What is forgotten without being asked: offsets that are too old or of topics that are gone, groups without any. @module */
import type { Uuid } from '../../base/uuid.ts'
import { zeroUuid } from '../../base/uuid.ts'
import type { Millis } from '../machine.ts'
import type { TopicsDeleted } from './commands.ts'
import type { OffsetCommitValue } from './group-record.ts'
import type { Outcome } from './outcome.ts'
import { placeOf } from './state.ts'

const EXPIRY_KEY = 'expire offsets'
/** Offsets and groups to look at before others have their turn. */
const SLICE_SIZE = 2000

/** Looks for what is too old once in a while, and for a short time each time. */
export function scheduleExpiry(outcome: Outcome): void {
  const { now, settings } = outcome
  outcome.setTimer(EXPIRY_KEY, now + settings.offsetsRetentionCheckIntervalMs, { type: 'expireOffsets' })
}

/** Goes through the groups from where the last slice ended. */
export function decideExpireOffsets(outcome: Outcome): void {
  const { state, now } = outcome
  const unsearched = state.volatile.unsearched ?? state.groups.keys()
  const pendingGroups = new Set(Array.from(state.pending.all(), ({ value }) => value.key.group))
  for (let left = SLICE_SIZE; left > 0; ) {
    const next = unsearched.next()
    if (next.done) {
      state.volatile.unsearched = null
      scheduleExpiry(outcome)
      return
    }
    left -= 1 + expireGroup(outcome, next.value, pendingGroups.has(next.value))
  }
  state.volatile.unsearched = unsearched
  outcome.setTimer(EXPIRY_KEY, now, { type: 'expireOffsets' })
}

/**
 * Forgets what is too old, and an empty group that has nothing else: no open transaction has committed for it either
 * (OffsetMetadataManager.cleanupExpiredOffsets). Returns the number of offsets looked at.
 */
function expireGroup(outcome: Outcome, groupId: string, isPendingGroup: boolean): number {
  const { state } = outcome
  let count = 0
  let left = 0
  const isExpired = expiryOf(outcome, groupId)
  const isPending = (topic: string, partition: number) =>
    isPendingGroup && state.pending.has(placeOf({ group: groupId, topic, partition }))
  for (const [topic, partitions] of state.offsets.get(groupId) ?? [])
    for (const [partition, value] of partitions) {
      count++
      if (isExpired(topic, value) && !isPending(topic, partition)) outcome.writeOffset(groupId, topic, partition, null)
      else left++
    }
  if (left === 0 && !isPendingGroup && isEmpty(outcome, groupId)) {
    outcome.writeGroup(groupId, null)
    state.volatile.classic.delete(groupId)
  }
  return count
}

/** Whether the group has no members, be it there or not. */
export function isEmpty({ state }: Outcome, groupId: string): boolean {
  const group = state.volatile.classic.get(groupId)
  return !group || group.state === 'Empty'
}

type Expiry = (topic: string, value: OffsetCommitValue) => boolean

/**
 * Which offsets of a group are too old: of an empty group all, once it has been empty for long enough; of a stable one
 * those that its consumers are not subscribed to; of one that never had members each by its own age
 * (ClassicGroup.offsetExpirationCondition).
 */
function expiryOf({ state, now, settings }: Outcome, groupId: string): Expiry {
  const isTooOld = (value: OffsetCommitValue, since: Millis): boolean =>
    value.expireTimestamp === -1 ? now - since >= settings.offsetsRetentionMs : now >= value.expireTimestamp
  const group = state.volatile.classic.get(groupId)
  if (group && group.state !== 'Empty') {
    const { subscribedTopics } = group
    if (group.state !== 'Stable' || !subscribedTopics) return () => false
    return (topic, value) => !subscribedTopics.has(topic) && isTooOld(value, value.commitTimestamp)
  }
  const metadata = state.groups.get(groupId)?.metadata
  const emptySince = metadata?.protocolType ? metadata.currentStateTimestamp : -1
  return (_, value) => isTooOld(value, emptySince === -1 ? value.commitTimestamp : emptySince)
}

/** OffsetMetadataManager.onTopicsDeleted: an offset without a topic id is one of any topic of that name. */
export function decideTopicsDeleted(outcome: Outcome, { topics }: TopicsDeleted): void {
  for (const [groupId, offsets] of outcome.state.offsets)
    for (const { name, topicId } of topics)
      for (const [partition, value] of offsets.get(name) ?? [])
        if (isOf(value, topicId)) outcome.writeOffset(groupId, name, partition, null)
  for (const { value: pending } of outcome.state.pending.all()) {
    const { group, topic, partition } = pending.key
    const isGone = topics.some(({ name, topicId }) => name === topic && isOf(pending.value, topicId))
    if (isGone) outcome.writeOffset(group, topic, partition, null)
  }
}

function isOf(value: OffsetCommitValue, topicId: Uuid): boolean {
  return value.topicId === zeroUuid || value.topicId === topicId
}
