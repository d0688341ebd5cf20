/** What must be found of groups, transactions, quotas, and of the logs in which some offsets hold no record. @module */
import { expect } from 'bun:test'
import { offsetFetch } from '../../src/api/09-offset-fetch.ts'
import { endTxn } from '../../src/api/26-end-txn.ts'
import { describeClientQuotas } from '../../src/api/48-describe-client-quotas.ts'
import { describeTransactions } from '../../src/api/65-describe-transactions.ts'
import { listTransactions } from '../../src/api/66-list-transactions.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { committedRecords } from '../clients/committed-records.ts'
import { offsetFetchOf } from '../clients/coordinator-requests.ts'
import { allGroups, beat, committedOffsets, describeGroup } from '../clients/group-requests.ts'
import { fetchFrom } from '../clients/requests.ts'
import type { WireClient } from '../clients/wire-client.ts'
import type { FixtureContent, FixtureGroup, FixtureLog, FixtureOffset, FixtureTransaction } from './fixture.ts'

const OPEN = 'Ongoing'
const COMMITTED = 'CompleteCommit'

/** All is as it was left, the open transactions too. */
export async function expectCoordinated(client: WireClient, content: FixtureContent): Promise<void> {
  for (const log of content.logs) await expectLog(client, log)
  expect(await groupsOf(client)).toEqual(content.groups.map(({ groupId }) => groupId).sort())
  for (const group of content.groups) await expectGroup(client, group)
  await expectTransactions(client, content.transactions)
  await expectQuotas(client, content)
}

/** Commits the open transactions, as their producers would: what they wrote is there then. */
export async function expectCommitted(
  client: WireClient,
  { logs, groups, transactions }: FixtureContent,
): Promise<void> {
  const open = transactions.filter(({ state }) => state === OPEN)
  for (const { transactionalId, producerId, producerEpoch } of open) {
    const request = { transactionalId, producerId, producerEpoch, committed: true }
    expect(await client.call(endTxn, 4, request)).toMatchObject({ errorCode: ErrorCode.NONE })
  }
  const ended = transactions.map(of => (of.state === OPEN ? { ...of, state: COMMITTED, topics: [] } : of))
  await expectTransactions(client, ended)
  for (const log of logs) {
    const { committed, pending } = log
    const endOffset = log.endOffset + (pending.length > 0 ? 1 : 0)
    await expectLog(client, { ...log, endOffset, stableOffset: endOffset, committed: [...committed, ...pending] })
  }
  for (const { groupId, laterOffsets } of groups)
    expect(await committedOffsets(client, groupId)).toEqual([...laterOffsets])
}

async function expectLog(client: WireClient, log: FixtureLog): Promise<void> {
  const from = { topic: log.name, partition: 0 }
  const found: FixtureLog['committed'][number][] = []
  const aborted = new Map<number, FixtureLog['aborted'][number]>()
  for (let offset = log.startOffset; offset < log.stableOffset; ) {
    const fetched = await fetchFrom(client, from, { offset, isReadCommitted: true })
    const { logStartOffset, lastStableOffset, highWatermark } = fetched
    expect([log.name, logStartOffset, lastStableOffset, highWatermark]).toEqual([
      log.name,
      log.startOffset,
      log.stableOffset,
      log.endOffset,
    ])
    for (const of of fetched.abortedTransactions ?? []) aborted.set(of.firstOffset, of)
    const { records, nextOffset } = committedRecords(fetched, offset)
    for (const { offset, key, value } of records) found.push({ offset, key: textOf(key), value: textOf(value) })
    // A Fetch that brings nothing would be asked for ever.
    expect(nextOffset).toBeGreaterThan(offset)
    offset = nextOffset
  }
  expect(found).toEqual([...log.committed])
  expect([...aborted.values()]).toEqual([...log.aborted])
}

function textOf(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString()
}

async function groupsOf(client: WireClient): Promise<string[]> {
  return (await allGroups(client)).map(({ groupId }) => groupId).sort()
}

async function expectGroup(
  client: WireClient,
  { groupId, member, offsets, laterOffsets }: FixtureGroup,
): Promise<void> {
  const { groupState, protocolData, members } = await describeGroup(client, groupId)
  expect([groupState, protocolData]).toEqual(member ? ['Stable', 'range'] : ['Empty', ''])
  expect(members.map(({ memberId, memberAssignment }) => [memberId, textOf(memberAssignment)])).toEqual(
    member ? [[member.memberId, member.assignment]] : [],
  )
  for (const { memberMetadata } of members) expect(textOf(memberMetadata)).toContain(member?.topic ?? '')
  if (member) expect(await beat(client, { ...member, groupId })).toBe(ErrorCode.NONE)
  expect(await offsetsOf(client, groupId, false)).toEqual(offsets.map(of => ({ ...of, errorCode: ErrorCode.NONE })))
  // A later offset is of a transaction that may still be aborted.
  const isStable = Bun.deepEquals(offsets, laterOffsets)
  const codes = (await offsetsOf(client, groupId, true)).map(({ errorCode }) => errorCode)
  expect(codes).toEqual(offsets.map(() => (isStable ? ErrorCode.NONE : ErrorCode.UNSTABLE_OFFSET_COMMIT)))
}

async function offsetsOf(client: WireClient, groupId: string, requireStable: boolean) {
  const { groups } = await client.call(offsetFetch, 9, offsetFetchOf(groupId, null, requireStable))
  return groups.flatMap(group =>
    group.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode }) => {
        const of = { topic: name, partition: partitionIndex, offset: committedOffset, metadata: metadata ?? '' }
        return { ...of, leaderEpoch: committedLeaderEpoch, errorCode } satisfies FixtureOffset & { errorCode: number }
      }),
    ),
  )
}

async function expectTransactions(client: WireClient, transactions: readonly FixtureTransaction[]): Promise<void> {
  const states = (of: readonly { readonly transactionalId: string }[]) =>
    of.toSorted((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1))
  const listed = await client.call(listTransactions, 1, { stateFilters: [], producerIdFilters: [] })
  expect(listed.errorCode).toBe(ErrorCode.NONE)
  expect(states(listed.transactionStates)).toEqual(
    states(
      transactions.map(({ transactionalId, producerId, state }) => ({
        transactionalId,
        producerId,
        transactionState: state,
      })),
    ),
  )
  const transactionalIds = transactions.map(({ transactionalId }) => transactionalId)
  const { transactionStates } = await client.call(describeTransactions, 0, { transactionalIds })
  expect(transactionStates).toMatchObject(
    transactions.map(({ state, topics, ...of }) => ({
      ...of,
      errorCode: ErrorCode.NONE,
      transactionState: state,
      topics,
    })),
  )
}

async function expectQuotas(client: WireClient, { quotas }: FixtureContent): Promise<void> {
  const { entries } = await client.call(describeClientQuotas, 1, { components: [], strict: false })
  expect(entries).toEqual(quotas.map(({ entity, values }) => ({ entity: [...entity], values: [...values] })))
}
