/** What one partition of `__consumer_offsets` amounts to: its groups, and what they have committed. @module */
import type { Uuid } from '../../base/uuid.ts'
import { PendingRecords } from '../pending-records.ts'
import type { ClassicGroup } from './classic/group.ts'
import type { GroupReply } from './commands.ts'
import type {
  GroupMetadataValue,
  GroupRecord,
  OffsetCommitKey,
  OffsetCommitValue,
  PendingOffsetCommit,
} from './group-record.ts'

/** But for `volatile`, what `replay` and `replayMarker` make of the log. */
export interface GroupsState {
  readonly groups: Map<string, StoredGroup>
  /** By group. They may outlive it: its kind can change. */
  readonly offsets: Map<string, GroupOffsets>
  /** What open transactions have committed, by `placeOf`. It makes a group too. */
  readonly pending: PendingRecords<PendingOffset>
  readonly volatile: VolatileState
}

/** A group as the log has it. */
export interface StoredGroup {
  readonly kind: 'classic'
  /** Null where nothing but its offsets says that there is such a group. */
  readonly metadata: GroupMetadataValue | null
}

/** By topic and partition. */
export type GroupOffsets = Map<string, Map<number, OffsetCommitValue>>

/** An offset that counts once its transaction is committed. */
export type PendingOffset = Pick<PendingOffsetCommit, 'key' | 'value'>

/** What the log does not know and a restart forgets; `decide` writes it. */
export interface VolatileState {
  /** The classic groups that have members, or expect some. Of all others the log says everything. */
  readonly classic: Map<string, ClassicGroup>
  /** What the decision that is being journaled answers to those who wait. */
  answers: readonly (readonly [waiter: string, reply: GroupReply])[]
  /** The groups in which the search for offsets that are too old has not been yet. */
  unsearched: Iterator<string> | null
}

const simpleGroup: StoredGroup = { kind: 'classic', metadata: null }

/** Before the first record. */
export function emptyState(): GroupsState {
  return {
    groups: new Map(),
    offsets: new Map(),
    pending: new PendingRecords(),
    volatile: { classic: new Map(), answers: [], unsearched: null },
  }
}

/** Names one offset of one group. */
export function placeOf({ group, topic, partition }: OffsetCommitKey): string {
  return `${partition} ${topic} ${group}`
}

/** Applies one record. */
export function replay(state: GroupsState, record: GroupRecord): void {
  switch (record.type) {
    case 'offsetCommit': {
      const { key, value } = record
      if (value) setOffset(state, key, value)
      else removeOffset(state, key)
      if (state.pending.isEmpty) return
      if (value) state.pending.supersede(placeOf(key))
      else state.pending.forget(placeOf(key))
      return
    }
    case 'pendingOffsetCommit': {
      const { key, value, producer } = record
      makeGroup(state, key.group)
      state.pending.hold(producer.producerId, placeOf(key), { key, value })
      return
    }
    case 'groupMetadata': {
      const { group } = record.key
      if (record.value) state.groups.set(group, { kind: 'classic', metadata: record.value })
      else state.groups.delete(group)
    }
  }
}

/** Applies a marker: the transaction of its producer has ended (CoordinatorPlayback.replayEndTransactionMarker). */
export function replayMarker(state: GroupsState, producerId: number, isCommit: boolean): void {
  for (const [, { key, value }] of state.pending.end(producerId, isCommit)) setOffset(state, key, value)
}

/** One who commits need be no member of anything. */
function makeGroup({ groups }: GroupsState, group: string): void {
  if (!groups.has(group)) groups.set(group, simpleGroup)
}

function setOffset(state: GroupsState, { group, topic, partition }: OffsetCommitKey, value: OffsetCommitValue): void {
  makeGroup(state, group)
  const topics = mapUnder<string, Map<number, OffsetCommitValue>>(state.offsets, group)
  mapUnder(topics, topic).set(partition, value)
}

/** The map under `key`, made where it is missing. */
function mapUnder<K, V>(maps: Map<string, Map<K, V>>, key: string): Map<K, V> {
  const known = maps.get(key)
  if (known) return known
  const made = new Map<K, V>()
  maps.set(key, made)
  return made
}

function removeOffset({ offsets }: GroupsState, { group, topic, partition }: OffsetCommitKey): void {
  const topics = offsets.get(group)
  const partitions = topics?.get(topic)
  if (!topics || !partitions) return
  partitions.delete(partition)
  if (partitions.size === 0) topics.delete(topic)
  if (topics.size === 0) offsets.delete(group)
}

/** The topics for which offsets are or may be committed, with the ids they had then: zero where the committer named no id. */
export function committedTopics(state: GroupsState): readonly { readonly name: string; readonly topicId: Uuid }[] {
  const byName = new Map<string, Set<Uuid>>()
  const idsOf = (name: string): Set<Uuid> => {
    const ids = byName.get(name) ?? new Set()
    byName.set(name, ids)
    return ids
  }
  for (const topics of state.offsets.values())
    for (const [name, partitions] of topics) {
      const ids = idsOf(name)
      for (const { topicId } of partitions.values()) ids.add(topicId)
    }
  for (const { value } of state.pending.all()) idsOf(value.key.topic).add(value.value.topicId)
  return [...byName].flatMap(([name, ids]) => [...ids].map(topicId => ({ name, topicId })))
}
