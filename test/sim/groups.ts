/** What members of groups ask of the broker, and offsets as text. @module */
import { offsetCommit } from '../../src/api/08-offset-commit.ts'
import { offsetFetch } from '../../src/api/09-offset-fetch.ts'
import { findCoordinator } from '../../src/api/10-find-coordinator.ts'
import { joinGroup } from '../../src/api/11-join-group.ts'
import { syncGroup } from '../../src/api/14-sync-group.ts'
import { describeGroups } from '../../src/api/15-describe-groups.ts'
import { addOffsetsToTxn } from '../../src/api/25-add-offsets-to-txn.ts'
import { txnOffsetCommit } from '../../src/api/28-txn-offset-commit.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import type { Draft, Infer } from '../../src/wire/schema.ts'
import { coordinatorOf, GROUP_KEY, offsetFetchOf } from '../clients/coordinator-requests.ts'
import type { Asked, SimClient } from './client.ts'

export const JOIN_VERSION = 9
export const SYNC_VERSION = 5
export const COMMIT_VERSION = 9
export const FETCH_VERSION = 9
/** Adds the group's partition to the transaction by itself. */
export const TXN_COMMIT_VERSION = 5
const ADD_OFFSETS_VERSION = 3
const DESCRIBE_VERSION = 6
const FIND_VERSION = 6

export type JoinRequest = Draft<typeof joinGroup.request>
export type SyncRequest = Draft<typeof syncGroup.request>
export type CommitRequest = Draft<typeof offsetCommit.request>
export type TxnCommitRequest = Draft<typeof txnOffsetCommit.request>

const utf8 = new TextEncoder()

/** A member that speaks 'range' and subscribes to topic 't'. */
export function joinOf(groupId: string, shape: Partial<JoinRequest> = {}): JoinRequest {
  return {
    groupId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Uint8Array.fromHex('00000000000100017400000000') }],
    ...shape,
  }
}

export interface Member {
  readonly groupId: string
  readonly memberId: string
  readonly generationId: number
}

/** Gets the id of a new member, which has not joined yet. */
export function newMemberId(client: SimClient, groupId: string): string {
  const { memberId, errorCode } = client.call(joinGroup, JOIN_VERSION, joinOf(groupId))
  if (errorCode !== ErrorCode.MEMBER_ID_REQUIRED) throw new Error(`a new member gets error ${errorCode}`)
  return memberId
}

/** Joins as a new member, and waits for the others. */
export function askToJoin(
  client: SimClient,
  groupId: string,
  shape: Partial<JoinRequest> = {},
): Asked<typeof joinGroup.response> {
  const memberId = shape.memberId ?? newMemberId(client, groupId)
  return client.ask(joinGroup, JOIN_VERSION, joinOf(groupId, { ...shape, memberId }))
}

export function syncOf(
  { groupId, memberId, generationId }: Member,
  assignments: Readonly<Record<string, string>> = {},
): SyncRequest {
  return {
    groupId,
    memberId,
    generationId,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: Object.entries(assignments).map(([id, text]) => ({ memberId: id, assignment: utf8.encode(text) })),
  }
}

/** Becomes the only member of a group, which is Stable then. */
export function joinAlone(client: SimClient, groupId: string): Member {
  const joined = askToJoin(client, groupId).answer
  if (joined?.errorCode !== ErrorCode.NONE) throw new Error(`joining gives ${joined?.errorCode}`)
  const member = { groupId, memberId: joined.memberId, generationId: joined.generationId }
  const { errorCode } = client.call(syncGroup, SYNC_VERSION, syncOf(member, { [member.memberId]: 'all of it' }))
  if (errorCode !== ErrorCode.NONE) throw new Error(`the only member's assignment gives ${errorCode}`)
  return member
}

/** A commit of the first partitions of topic 't', by nobody in particular unless told. */
export function commitOf(groupId: string, offsets: readonly number[], member?: Member, topic = 't'): CommitRequest {
  return {
    groupId,
    generationIdOrMemberEpoch: member?.generationId ?? -1,
    memberId: member?.memberId ?? '',
    topics: [{ topicId: zeroUuid, name: topic, partitions: partitionsOf(offsets) }],
  }
}

function partitionsOf(offsets: readonly number[]) {
  return offsets.map((committedOffset, partitionIndex) => ({
    partitionIndex,
    committedOffset,
    committedMetadata: '',
  }))
}

export function codesOf({ topics }: Infer<typeof offsetCommit.response | typeof txnOffsetCommit.response>): number[] {
  return topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))
}

/** Commits, and returns the error of each partition. */
export function commit(client: SimClient, groupId: string, offsets: readonly number[], member?: Member): number[] {
  return codesOf(client.call(offsetCommit, COMMIT_VERSION, commitOf(groupId, offsets, member)))
}

/** The same as part of a transaction. */
export function txnCommitOf(
  producer: TransactionalProducer,
  groupId: string,
  offsets: readonly number[],
  member?: Member,
  topic = 't',
): TxnCommitRequest {
  const { memberId, generationId } = member ?? { memberId: '', generationId: -1 }
  return { ...producer, groupId, memberId, generationId, topics: [{ name: topic, partitions: partitionsOf(offsets) }] }
}

/** Commits in a transaction, and returns the error of each partition. */
export function txnCommit(
  client: SimClient,
  producer: TransactionalProducer,
  groupId: string,
  offsets: readonly number[],
  { version = TXN_COMMIT_VERSION, member }: { readonly version?: number; readonly member?: Member } = {},
): number[] {
  return codesOf(client.call(txnOffsetCommit, version, txnCommitOf(producer, groupId, offsets, member)))
}

/** Adds the partition that keeps what the group commits to a transaction, and returns the error. */
export function addOffsets(client: SimClient, producer: TransactionalProducer, groupId: string): number {
  return client.call(addOffsetsToTxn, ADD_OFFSETS_VERSION, { ...producer, groupId }).errorCode
}

/** All that a group has committed and no transaction may change, by partition as 't-0'; or the group's error. */
export function committed(client: SimClient, groupId: string): Readonly<Record<string, number>> | number {
  const [group] = client.call(offsetFetch, FETCH_VERSION, offsetFetchOf(groupId)).groups
  if (!group) throw new Error('no group in the answer')
  if (group.errorCode !== ErrorCode.NONE) return group.errorCode
  const entries = group.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, committedOffset, errorCode }) => {
      if (errorCode !== ErrorCode.NONE) throw new Error(`${name}-${partitionIndex}: error ${errorCode}`)
      return [`${name}-${partitionIndex}`, committedOffset] as const
    }),
  )
  return Object.fromEntries(entries)
}

/** The errors of asking for what the group has committed for the first two partitions of topic 't'. */
export function stability(client: SimClient, groupId: string): number[] {
  const request = offsetFetchOf(groupId, [{ name: 't', partitionIndexes: [0, 1] }])
  const { groups } = client.call(offsetFetch, FETCH_VERSION, request)
  return groups.flatMap(group => group.topics.flatMap(of => of.partitions.map(({ errorCode }) => errorCode)))
}

/** State, members and what else is told of a group. */
export function describeGroup(client: SimClient, groupId: string) {
  const request = { groups: [groupId], includeAuthorizedOperations: false }
  const [group] = client.call(describeGroups, DESCRIBE_VERSION, request).groups
  if (!group) throw new Error('no group in the answer')
  return group
}

/** Asks for the coordinator of a group and returns the error. */
export function findGroup(client: SimClient, groupId: string): number {
  const request = coordinatorOf(groupId, GROUP_KEY)
  return client.call(findCoordinator, FIND_VERSION, request).coordinators[0]?.errorCode ?? -1
}
