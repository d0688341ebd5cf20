/** Groups of every kind that there is, for handing them to Apache Kafka. @module */
import { deepEqual } from 'node:assert/strict'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import {
  allGroups,
  beat,
  commit,
  committedOffsets,
  describeGroup,
  findGroup,
  join,
  type Member,
  settled,
  sync,
} from '../clients/group-requests.ts'
import { connect, type WireClient } from '../clients/wire-client.ts'

const TOPIC = 'many_partitions'
const PARTITION_COUNT = 5
/** Enough for most partitions of `__consumer_offsets`, and few enough for some to stay unused. */
const SIMPLE_COUNT = 60
/** Longer than any of this takes: whoever takes over is to know the member still. */
const SESSION_MS = 600_000
const LIVE = 'live'
const simple = Array.from({ length: SIMPLE_COUNT }, (_, index) => `simple-${index}`)
const groupIds = [...simple, LIVE]

export interface GroupsView {
  /** As ListGroups has them, by id. */
  readonly listed: readonly unknown[]
  readonly described: readonly unknown[]
  readonly offsets: Readonly<Record<string, readonly unknown[]>>
}

/** Groups that only commit, and one that has a member, which is returned. */
export async function makeGroups(client: WireClient): Promise<Member> {
  await findGroup(client, LIVE)
  for (const [index, groupId] of simple.entries()) {
    for (let round = 0; round < 3; round++) await commitAll(client, groupId, index + round)
  }
  const member = await joinAlone(client, LIVE)
  await commitAll(client, LIVE, 100, member)
  return member
}

/** The member is one still, and may commit. */
export async function goOnAs(port: number, member: Member): Promise<void> {
  using client = await connect(port)
  requireNone('the heartbeat', (await settled(async () => ({ errorCode: await beat(client, member) }))).errorCode)
  await commitAll(client, LIVE, 200, member)
  const offsets = (await committedOffsets(client, LIVE)).map(({ offset }) => offset).sort()
  deepEqual(
    offsets,
    Array.from({ length: PARTITION_COUNT }, (_, partition) => 200 + partition),
  )
}

/** All that a broker shows of its groups. */
export async function viewGroups(port: number): Promise<GroupsView> {
  using client = await connect(port)
  // A broker that has just started lists those groups only that it has loaded.
  for (const groupId of groupIds) await committedOffsets(client, groupId)
  const listed = (await allGroups(client)).sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
  const offsets: Record<string, readonly unknown[]> = {}
  const described: unknown[] = []
  for (const { groupId } of listed) {
    offsets[groupId] = (await committedOffsets(client, groupId)).sort((a, b) => a.partition - b.partition)
    described.push(await describeGroup(client, groupId))
  }
  return { listed, described, offsets }
}

async function joinAlone(client: WireClient, groupId: string): Promise<Member> {
  const wish = { groupId, topic: TOPIC, sessionTimeoutMs: SESSION_MS }
  const { memberId } = await join(client, { ...wish, memberId: '' })
  const { errorCode, generationId } = await join(client, { ...wish, memberId })
  requireNone('joining', errorCode)
  const member = { groupId, memberId, generationId }
  requireNone('the assignment', (await sync(client, member, new Map([[memberId, 'everything']]))).errorCode)
  return member
}

async function commitAll(client: WireClient, groupId: string, base: number, member?: Member): Promise<void> {
  const offsets = Array.from({ length: PARTITION_COUNT }, (_, partition) => ({ partition, offset: base + partition }))
  requireNone(`a commit of ${groupId}`, await commit(client, groupId, TOPIC, offsets, member))
}

function requireNone(what: string, errorCode: number): void {
  if (errorCode !== ErrorCode.NONE) throw new Error(`${what}: ${errorName(errorCode)}`)
}
