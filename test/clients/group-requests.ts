/** What a member of a classic group asks through our own codec, each in one version that will do. @module */
import { offsetCommit } from '../../src/api/08-offset-commit.ts'
import { offsetFetch } from '../../src/api/09-offset-fetch.ts'
import { findCoordinator } from '../../src/api/10-find-coordinator.ts'
import { joinGroup } from '../../src/api/11-join-group.ts'
import { heartbeat } from '../../src/api/12-heartbeat.ts'
import { syncGroup } from '../../src/api/14-sync-group.ts'
import { describeGroups } from '../../src/api/15-describe-groups.ts'
import { listGroups } from '../../src/api/16-list-groups.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { consumerProtocolSubscription } from '../../src/core/groups/classic/protocol.ts'
import { codecOf } from '../../src/wire/compile.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import type { Infer } from '../../src/wire/schema.ts'
import { Writer } from '../../src/wire/writer.ts'
import { coordinatorOf, GROUP_KEY, offsetFetchOf } from './coordinator-requests.ts'
import { AnswerError } from './requests.ts'
import type { WireClient } from './wire-client.ts'

const FIND_VERSION = 4
const JOIN_VERSION = 9
const SYNC_VERSION = 5
const HEARTBEAT_VERSION = 4
const COMMIT_VERSION = 9
const FETCH_VERSION = 9
const DESCRIBE_VERSION = 5
const LIST_VERSION = 5
/** The version of a subscription: it is written before it. */
const SUBSCRIPTION_VERSION = 1
const REBALANCE_MS = 60_000
const RETRY_MS = 50

export interface Member {
  readonly groupId: string
  readonly memberId: string
  readonly generationId: number
}

export interface JoinWish {
  readonly groupId: string
  readonly topic: string
  /** '' for a new member. */
  readonly memberId: string
  readonly sessionTimeoutMs: number
}

/** An error that a client answers by asking again: the coordinator is not there yet, or a transaction has not ended. */
const isTransient = (code: number): boolean =>
  code === ErrorCode.COORDINATOR_NOT_AVAILABLE ||
  code === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ||
  code === ErrorCode.NOT_COORDINATOR ||
  code === ErrorCode.UNSTABLE_OFFSET_COMMIT

/** What `ask` gives once its error code is none that passes. */
export async function settled<T extends { readonly errorCode: number }>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (!isTransient(answer.errorCode)) return answer
    await Bun.sleep(RETRY_MS)
  }
}

/** Waits until there is a coordinator. */
export async function findGroup(client: WireClient, groupId: string): Promise<void> {
  await settled(async () => {
    const answer = await client.call(findCoordinator, FIND_VERSION, coordinatorOf(groupId, GROUP_KEY))
    const [found] = answer.coordinators
    return { errorCode: found?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR }
  })
}

/** One JoinGroup. A new member gets MEMBER_ID_REQUIRED, and its id. */
export function join(client: WireClient, wish: JoinWish): Promise<Infer<typeof joinGroup.response>> {
  const { groupId, topic, memberId, sessionTimeoutMs } = wish
  return client.call(joinGroup, JOIN_VERSION, {
    groupId,
    sessionTimeoutMs,
    rebalanceTimeoutMs: REBALANCE_MS,
    memberId,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscriptionTo(topic) }],
  })
}

function subscriptionTo(topic: string): Uint8Array {
  const writer = new Writer(64)
  writer.int16(SUBSCRIPTION_VERSION)
  const subscription = { topics: [topic], userData: null, ownedPartitions: [] }
  codecOf(consumerProtocolSubscription.fields, SUBSCRIPTION_VERSION, false).write(writer, subscription)
  return writer.toBytes()
}

/** One SyncGroup; the leader has an assignment for each member. */
export function sync(
  client: WireClient,
  { groupId, memberId, generationId }: Member,
  assignments: ReadonlyMap<string, string> = new Map(),
): Promise<Infer<typeof syncGroup.response>> {
  return client.call(syncGroup, SYNC_VERSION, {
    groupId,
    memberId,
    generationId,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: [...assignments].map(([id, assignment]) => ({ memberId: id, assignment: Buffer.from(assignment) })),
  })
}

export async function beat(client: WireClient, { groupId, memberId, generationId }: Member): Promise<number> {
  return (await client.call(heartbeat, HEARTBEAT_VERSION, { groupId, memberId, generationId })).errorCode
}

export interface Offset {
  readonly partition: number
  readonly offset: number
}

/** Commits for one topic and returns the first error. Without a member, as nobody in particular. */
export async function commit(
  client: WireClient,
  groupId: string,
  topic: string,
  offsets: readonly Offset[],
  member?: Member,
): Promise<number> {
  const partitions = offsets.map(({ partition, offset }) => ({
    partitionIndex: partition,
    committedOffset: offset,
    committedLeaderEpoch: 0,
    committedMetadata: `offset ${offset}`,
  }))
  const { topics } = await client.call(offsetCommit, COMMIT_VERSION, {
    groupId,
    generationIdOrMemberEpoch: member?.generationId ?? -1,
    memberId: member?.memberId ?? '',
    topics: [{ topicId: zeroUuid, name: topic, partitions }],
  })
  const codes = topics.flatMap(of => of.partitions.map(({ errorCode }) => errorCode))
  return codes.find(code => code !== ErrorCode.NONE) ?? ErrorCode.NONE
}

/** All that a group has committed, by transactions that have ended too. @throws AnswerError */
export async function committedOffsets(client: WireClient, groupId: string) {
  const group = await settled(async () => {
    const [only] = (await client.call(offsetFetch, FETCH_VERSION, offsetFetchOf(groupId))).groups
    if (!only) return { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, topics: [] }
    const refused = only.topics.flatMap(of => of.partitions).find(of => of.errorCode !== ErrorCode.NONE)
    return { ...only, errorCode: refused?.errorCode ?? only.errorCode }
  })
  if (group.errorCode !== ErrorCode.NONE) throw new AnswerError(`the offsets of ${groupId}`, group.errorCode)
  return group.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, metadata }) => ({
      topic: name,
      partition: partitionIndex,
      offset: committedOffset,
      leaderEpoch: committedLeaderEpoch,
      metadata,
    })),
  )
}

/** Every group. @throws AnswerError */
export async function allGroups(client: WireClient) {
  const { errorCode, groups } = await settled(() =>
    client.call(listGroups, LIST_VERSION, { statesFilter: [], typesFilter: [] }),
  )
  if (errorCode !== ErrorCode.NONE) throw new AnswerError('listing groups', errorCode)
  return groups
}

/** @throws AnswerError */
export async function describeGroup(client: WireClient, groupId: string) {
  const request = { groups: [groupId], includeAuthorizedOperations: false }
  const group = await settled(async () => {
    const [only] = (await client.call(describeGroups, DESCRIBE_VERSION, request)).groups
    if (!only) throw new Error(`nothing is said of ${groupId}`)
    return only
  })
  if (group.errorCode !== ErrorCode.NONE) throw new AnswerError(`describing ${groupId}`, group.errorCode)
  return group
}
