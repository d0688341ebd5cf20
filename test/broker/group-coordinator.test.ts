import { describe, expect, spyOn, test } from 'bun:test'
import { fetch } from '../../src/api/01-fetch.ts'
import { joinGroup } from '../../src/api/11-join-group.ts'
import { heartbeat } from '../../src/api/12-heartbeat.ts'
import { leaveGroup } from '../../src/api/13-leave-group.ts'
import { syncGroup } from '../../src/api/14-sync-group.ts'
import { listGroups } from '../../src/api/16-list-groups.ts'
import { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { deleteGroups } from '../../src/api/42-delete-groups.ts'
import { offsetDelete } from '../../src/api/47-offset-delete.ts'
import { noBytes } from '../../src/base/bytes.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { CONSUMER_OFFSETS } from '../../src/core/catalog/topic.ts'
import { coordinatorPartition } from '../../src/core/coordinator-partition.ts'
import { CLEAN_SHUTDOWN_MARKER } from '../../src/log/file-names.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { batchHeaders } from '../../src/wire/records/batch.ts'
import { answerOf, type SimClient } from '../sim/client.ts'
import {
  askToJoin,
  commit,
  committed,
  describeGroup,
  findGroup,
  JOIN_VERSION,
  joinAlone,
  joinOf,
  type Member,
  SYNC_VERSION,
  stability,
  syncOf,
  txnCommit,
} from '../sim/groups.ts'
import { endTransaction, initProducer } from '../sim/transactions.ts'
import { fetchOf, onlyPartition, valuesOf, World } from '../sim/world.ts'

const GROUP = 'g'
const PARTITIONS = 50
/** Where the log of a group lies. */
const directoryOf = (groupId: string) => `${CONSUMER_OFFSETS}-${coordinatorPartition(groupId, PARTITIONS)}`

function worldWithTopic(settings: Readonly<Record<string, string>> = {}): World {
  const world = new World({ settings })
  world.createTopic('t', 3)
  return world
}

/** Directories of partitions of groups. */
function directories(world: World): string[] {
  return world.disk.list('').filter(name => name.startsWith(CONSUMER_OFFSETS))
}

function beat(client: SimClient, { groupId, memberId, generationId }: Member): number {
  return client.call(heartbeat, 4, { groupId, memberId, generationId }).errorCode
}

function listed(client: SimClient): string[] {
  const { groups } = client.call(listGroups, 5, { statesFilter: [], typesFilter: [] })
  return groups.map(({ groupId, groupState }) => `${groupId} ${groupState}`).sort()
}

/** No write to any log of groups is taken. */
function refuseWrites(world: World): void {
  world.disk.fault = (operation, path) => (operation === 'write' && path.startsWith(CONSUMER_OFFSETS) ? 'EIO' : null)
}

describe('the topic of groups', () => {
  test('is made by the first question for a coordinator, as Kafka makes it', () => {
    const world = new World()
    expect(world.broker.catalog.topicByName(CONSUMER_OFFSETS)).toBeNull()
    expect(findGroup(world.connect(), GROUP)).toBe(ErrorCode.NONE)
    const topic = world.broker.catalog.topicByName(CONSUMER_OFFSETS)
    expect(topic?.partitions.length).toBe(PARTITIONS)
    expect(topic?.configs.get('cleanup.policy')).toBe('compact')
  })

  test('is not made by what cannot make a group', () => {
    const { UNKNOWN_MEMBER_ID, GROUP_ID_NOT_FOUND, INVALID_GROUP_ID } = ErrorCode
    const world = worldWithTopic()
    const client = world.connect()
    const stranger = { memberId: 'm', generationId: 1 }
    expect(beat(client, { ...stranger, groupId: GROUP })).toBe(UNKNOWN_MEMBER_ID)
    expect(beat(client, { ...stranger, groupId: '' })).toBe(INVALID_GROUP_ID)
    expect(client.call(joinGroup, JOIN_VERSION, joinOf('')).errorCode).toBe(INVALID_GROUP_ID)
    const { errorCode } = client.call(syncGroup, SYNC_VERSION, syncOf({ ...stranger, groupId: GROUP }))
    expect(errorCode).toBe(UNKNOWN_MEMBER_ID)
    const leaving = { memberId: 'm', groupInstanceId: null }
    const { members } = client.call(leaveGroup, 5, { groupId: GROUP, memberId: '', members: [leaving] })
    expect(members).toEqual([{ ...leaving, errorCode: UNKNOWN_MEMBER_ID }])
    expect(describeGroup(client, GROUP).errorCode).toBe(GROUP_ID_NOT_FOUND)
    expect(committed(client, GROUP)).toEqual({})
    expect(client.call(offsetDelete, 0, { groupId: GROUP, topics: [] }).errorCode).toBe(GROUP_ID_NOT_FOUND)
    const { results } = client.call(deleteGroups, 2, { groupsNames: [GROUP] })
    expect(results).toEqual([{ groupId: GROUP, errorCode: GROUP_ID_NOT_FOUND }])
    expect(world.broker.catalog.topicByName(CONSUMER_OFFSETS)).toBeNull()
  })

  test('has the partitions that the configs say', () => {
    const world = new World({ settings: { 'offsets.topic.num.partitions': '3' } })
    findGroup(world.connect(), GROUP)
    expect(world.broker.catalog.topicByName(CONSUMER_OFFSETS)?.partitions.length).toBe(3)
  })

  test('has a directory for each partition that is used, and no other', () => {
    const world = worldWithTopic()
    const client = world.connect()
    findGroup(client, GROUP)
    expect(directories(world)).toEqual([])
    commit(client, GROUP, [1])
    expect(directories(world)).toEqual([directoryOf(GROUP)])
  })

  test('leaves a clean stop clean though most of its partitions were never there', () => {
    const world = worldWithTopic()
    commit(world.connect(), GROUP, [1])
    world.broker.close()
    expect(world.disk.size(CLEAN_SHUTDOWN_MARKER)).not.toBeNull()
  })

  test('that cannot be made is no coordinator, until it can', () => {
    const world = worldWithTopic()
    const client = world.connect()
    world.disk.fault = operation => (operation === 'write' ? 'ENOSPC' : null)
    expect(findGroup(client, GROUP)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE)
    expect(commit(client, GROUP, [1])).toEqual([ErrorCode.COORDINATOR_NOT_AVAILABLE])
    world.disk.fault = () => null
    expect(commit(client, GROUP, [1])).toEqual([ErrorCode.NONE])
  })

  test('can be deleted: the groups are gone with it, and it is made anew', () => {
    const world = worldWithTopic()
    const client = world.connect()
    const member = joinAlone(client, GROUP)
    commit(client, GROUP, [1], member)
    world.deleteTopic(CONSUMER_OFFSETS)
    expect(directories(world)).toEqual([])
    expect(beat(client, member)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    expect(committed(client, GROUP)).toEqual({})
    world.advance(60_000)
    expect(world.warnings).toEqual([])
  })

  test('shows consumers what is written to it', () => {
    const world = worldWithTopic()
    const client = world.connect()
    commit(client, GROUP, [1])
    const partition = coordinatorPartition(GROUP, PARTITIONS)
    const waiting = fetchOf(CONSUMER_OFFSETS, { partitions: [{ partition, fetchOffset: 1 }], maxWaitMs: 1000 })
    const asked = world.connect().ask(fetch, 12, waiting)
    expect(asked.answer).toBeNull()
    commit(client, GROUP, [2])
    expect(valuesOf(onlyPartition(answerOf(asked))).length).toBe(1)
  })
})

describe('groups are loaded', () => {
  test.each([
    ['a clean stop', (world: World) => world.restart()],
    ['a crash', (world: World) => world.crash()],
  ])('after %s: offsets, members and generations', (_, stop) => {
    const world = worldWithTopic()
    const member = joinAlone(world.connect(), GROUP)
    commit(world.connect(), GROUP, [5, 6, 7], member)
    commit(world.connect(), 'simple', [8])
    stop(world)
    const client = world.connect()
    expect(committed(client, GROUP)).toEqual({ 't-0': 5, 't-1': 6, 't-2': 7 })
    expect(committed(client, 'simple')).toEqual({ 't-0': 8 })
    expect(beat(client, member)).toBe(ErrorCode.NONE)
    expect(commit(client, GROUP, [9], member)).toEqual([ErrorCode.NONE])
    expect(describeGroup(client, GROUP)).toMatchObject({
      groupState: 'Stable',
      members: [{ memberId: member.memberId }],
    })
  })

  test('when they are asked for: a start reads nothing of them', () => {
    const world = worldWithTopic()
    const client = world.connect()
    for (let index = 0; index < 100; index++) commit(client, `group-${index}`, [index])
    const ofGroups = (work: () => void) =>
      new Set(
        world
          .callsDuring(work)
          .filter(({ path }) => path.startsWith(CONSUMER_OFFSETS))
          .map(({ path }) => path.split('/')[0]),
      )
    expect(ofGroups(() => world.crash())).toEqual(new Set())
    const other = world.connect()
    expect(ofGroups(() => findGroup(other, 'group-1'))).toEqual(new Set())
    expect(ofGroups(() => expect(committed(other, 'group-1')).toEqual({ 't-0': 1 }))).toEqual(
      new Set([directoryOf('group-1')]),
    )
  })

  test('all that there are, where all are asked for', () => {
    const world = worldWithTopic()
    expect(listed(world.connect())).toEqual([])
    expect(directories(world)).toEqual([])
    const client = world.connect()
    commit(client, 'a', [1])
    commit(client, 'b', [1])
    joinAlone(client, 'c')
    world.crash()
    expect(listed(world.connect())).toEqual(['a Empty', 'b Empty', 'c Stable'])
    expect(new Set(directories(world))).toEqual(new Set(['a', 'b', 'c'].map(directoryOf)))
  })

  test('once, and what is not there is not looked for again', () => {
    const world = worldWithTopic()
    const client = world.connect()
    commit(client, 'a', [1])
    const looks = spyOn(world.disk, 'list')
    listed(client)
    expect(looks).toHaveBeenCalledTimes(PARTITIONS - 1)
    expect(listed(client)).toEqual(['a Empty'])
    expect(looks).toHaveBeenCalledTimes(PARTITIONS - 1)
    commit(client, 'b', [1])
    expect(listed(client)).toEqual(['a Empty', 'b Empty'])
  })

  test('with sessions that begin anew', () => {
    const world = worldWithTopic()
    const member = joinAlone(world.connect(), GROUP)
    world.advance(9000)
    world.crash()
    const client = world.connect()
    expect(beat(client, member)).toBe(ErrorCode.NONE)
    world.advance(9000)
    expect(describeGroup(client, GROUP).groupState).toBe('Stable')
    world.advance(1001)
    expect(describeGroup(client, GROUP).groupState).toBe('Empty')
  })

  test('from a log that cannot be read: not at all, and the others are there', () => {
    const world = worldWithTopic()
    commit(world.connect(), 'a', [1])
    commit(world.connect(), 'b', [1])
    world.crash()
    const client = world.connect()
    world.disk.fault = (operation, path) => (operation === 'read' && path.startsWith(directoryOf('a')) ? 'EIO' : null)
    expect(committed(client, 'a')).toBe(ErrorCode.NOT_COORDINATOR)
    expect(committed(client, 'b')).toEqual({ 't-0': 1 })
    expect(listed(client)).toEqual(['b Empty'])
    world.disk.fault = () => null
    expect(committed(client, 'a')).toEqual({ 't-0': 1 })
  })
})

describe('a partition that cannot be loaded', () => {
  test('is not read again by every request', () => {
    const world = worldWithTopic()
    commit(world.connect(), 'a', [1])
    world.restart()
    const client = world.connect()
    const partition = coordinatorPartition('a', PARTITIONS)
    // The log is open, and the machine is not there yet.
    client.ask(fetch, 12, fetchOf(CONSUMER_OFFSETS, { partitions: [{ partition }] }))
    let readCount = 0
    world.disk.fault = operation => {
      if (operation === 'read') readCount++
      return operation === 'read' ? 'EIO' : null
    }
    expect(committed(client, 'a')).toBe(ErrorCode.NOT_COORDINATOR)
    expect(committed(client, 'a')).toBe(ErrorCode.NOT_COORDINATOR)
    expect(readCount).toBe(1)
    world.disk.fault = () => null
    world.advance(1000)
    expect(committed(client, 'a')).toEqual({ 't-0': 1 })
  })
})

describe('who waits in a group', () => {
  test('is answered at the end of the turn that decides it, and keeps nobody else waiting', () => {
    const world = worldWithTopic()
    const [first, second] = [world.connect(), world.connect()]
    const one = joinAlone(first, GROUP)
    const joining = askToJoin(second, GROUP)
    expect(joining.answer).toBeNull()
    expect(beat(first, one)).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    const rejoining = first.ask(joinGroup, 9, joinOf(GROUP, { memberId: one.memberId }))
    const { generationId, members, leader } = answerOf(rejoining)
    const { memberId } = answerOf(joining)
    expect(leader).toBe(one.memberId)
    expect(members.map(member => member.memberId).sort()).toEqual([one.memberId, memberId].sort())

    const two = { groupId: GROUP, memberId, generationId }
    const following = second.ask(syncGroup, SYNC_VERSION, syncOf(two))
    expect(following.answer).toBeNull()
    const leading = syncOf({ ...one, generationId }, { [one.memberId]: 'A', [memberId]: 'B' })
    expect(first.call(syncGroup, SYNC_VERSION, leading).errorCode).toBe(ErrorCode.NONE)
    expect(new TextDecoder().decode(answerOf(following).assignment)).toBe('B')
    expect(beat(second, two)).toBe(ErrorCode.NONE)
  })

  test('loses nobody who is heard of because somebody sets the clock', () => {
    for (const shiftMs of [-600_000, 600_000]) {
      const world = worldWithTopic()
      const client = world.connect()
      const one = joinAlone(client, GROUP)
      const beats = (count: number) =>
        Array.from({ length: count }, () => {
          world.advance(3000)
          return beat(client, one)
        })
      const before = beats(3)
      world.clock.set(shiftMs)
      expect([...before, ...beats(12)]).toEqual(Array.from({ length: 15 }, () => ErrorCode.NONE))
    }
  })

  test('waits no longer than two sessions for one who has died, however somebody sets the clock', () => {
    for (const shiftMs of [-600_000, 600_000]) {
      const world = worldWithTopic()
      const [first, second] = [world.connect(), world.connect()]
      const one = joinAlone(first, GROUP)
      world.advance(1000)
      expect(beat(first, one)).toBe(ErrorCode.NONE)
      world.clock.set(shiftMs)
      const joining = askToJoin(second, GROUP)
      world.advance(20_000)
      expect(answerOf(joining).members.map(({ memberId }) => memberId)).toEqual([answerOf(joining).memberId])
    }
  })

  test('is told at once when the topic of all groups is deleted', () => {
    const world = worldWithTopic()
    const [first, second] = [world.connect(), world.connect()]
    joinAlone(first, GROUP)
    const joining = askToJoin(second, GROUP)
    world.deleteTopic('__consumer_offsets')
    expect(answerOf(joining).errorCode).toBe(ErrorCode.NOT_COORDINATOR)
    expect(listed(first)).toEqual([])
  })

  test('does not hold up the requests behind his own for longer than that', () => {
    const world = worldWithTopic()
    const [first, second] = [world.connect(), world.connect()]
    const one = joinAlone(first, GROUP)
    const joining = askToJoin(second, GROUP)
    const behind = second.ask(listGroups, 5, { statesFilter: [], typesFilter: [] })
    expect(behind.answer).toBeNull()
    first.call(leaveGroup, 5, { groupId: GROUP, memberId: '', members: [{ memberId: one.memberId }] })
    expect(answerOf(joining).errorCode).toBe(ErrorCode.NONE)
    expect(answerOf(behind).groups.length).toBe(1)
  })

  test('is answered by time, too', () => {
    const world = worldWithTopic()
    const [first, second] = [world.connect(), world.connect()]
    joinAlone(first, GROUP)
    const joining = askToJoin(second, GROUP)
    world.advance(9999)
    expect(joining.answer).toBeNull()
    world.advance(1)
    expect(answerOf(joining)).toMatchObject({ errorCode: ErrorCode.NONE, leader: answerOf(joining).memberId })
  })

  test('may hang up: he is a member until his session ends, and nobody is written to', () => {
    const world = worldWithTopic()
    const [first, second] = [world.connect(), world.connect()]
    const one = joinAlone(first, GROUP)
    const joining = askToJoin(second, GROUP)
    second.hangUp()
    const rejoined = first.call(joinGroup, 9, joinOf(GROUP, { memberId: one.memberId }))
    expect(rejoined.members.length).toBe(2)
    expect(joining.answer).toBeNull()
    expect(world.warnings).toEqual([])
  })
})

describe('a journal that cannot be written', () => {
  test('leaves offsets as they were, and says that the coordinator is elsewhere', () => {
    const world = worldWithTopic()
    const client = world.connect()
    const member = joinAlone(client, GROUP)
    commit(client, GROUP, [1, 2], member)
    refuseWrites(world)
    expect(commit(client, GROUP, [7, 8], member)).toEqual([ErrorCode.NOT_COORDINATOR, ErrorCode.NOT_COORDINATOR])
    expect(committed(client, GROUP)).toEqual({ 't-0': 1, 't-1': 2 })
    world.disk.fault = () => null
    expect(beat(client, member)).toBe(ErrorCode.NONE)
    expect(commit(client, GROUP, [9], member)).toEqual([ErrorCode.NONE])
    world.crash()
    expect(committed(world.connect(), GROUP)).toEqual({ 't-0': 9, 't-1': 2 })
  })

  test('takes a group back to what was written, and tells those who wait', () => {
    const world = worldWithTopic()
    const [first, second] = [world.connect(), world.connect()]
    const one = joinAlone(first, GROUP)
    const joining = askToJoin(second, GROUP)
    const { generationId } = answerOf(first.ask(joinGroup, 9, joinOf(GROUP, { memberId: one.memberId })))
    const two = { groupId: GROUP, memberId: answerOf(joining).memberId, generationId }
    const following = second.ask(syncGroup, SYNC_VERSION, syncOf(two))
    refuseWrites(world)
    const assigned = first.call(syncGroup, SYNC_VERSION, syncOf({ ...one, generationId }, { [one.memberId]: 'A' }))
    expect(assigned.errorCode).toBe(ErrorCode.NOT_COORDINATOR)
    expect(answerOf(following).errorCode).toBe(ErrorCode.NOT_COORDINATOR)
    world.disk.fault = () => null
    expect(describeGroup(first, GROUP)).toMatchObject({ groupState: 'Stable', members: [{ memberId: one.memberId }] })
    expect(beat(first, one)).toBe(ErrorCode.NONE)
    expect(beat(second, two)).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    expect(world.warnings).toEqual([
      expect.stringContaining('write failed'),
      expect.stringContaining('cannot be written'),
    ])
  })

  test('does not end the sessions that end while it cannot: they end later', () => {
    const world = worldWithTopic()
    const client = world.connect()
    joinAlone(client, GROUP)
    refuseWrites(world)
    world.advance(10_001)
    expect(describeGroup(client, GROUP).groupState).toBe('Stable')
    world.disk.fault = () => null
    world.advance(10_001)
    expect(describeGroup(client, GROUP).groupState).toBe('Empty')
  })

  test('says so of a record that is too large for it, and stays', () => {
    const world = worldWithTopic()
    const client = world.connect()
    const memberId = answerOf(askToJoin(client, GROUP)).memberId
    const member = { groupId: GROUP, memberId, generationId: 1 }
    const request = syncOf(member, { [memberId]: 'x'.repeat(2 * 1024 * 1024) })
    expect(client.call(syncGroup, SYNC_VERSION, request).errorCode).toBe(ErrorCode.UNKNOWN_SERVER_ERROR)
    expect(commit(client, 'other', [1])).toEqual([ErrorCode.NONE])
  })
})

describe('a topic that is deleted', () => {
  test('takes its committed offsets along, of groups that are not loaded too', () => {
    const world = worldWithTopic()
    world.createTopic('other')
    commit(world.connect(), 'a', [1])
    commit(world.connect(), 'b', [1, 2])
    world.crash()
    world.deleteTopic('t')
    world.createTopic('t')
    for (const group of ['a', 'b']) expect(committed(world.connect(), group)).toEqual({})
    world.crash()
    for (const group of ['a', 'b']) expect(committed(world.connect(), group)).toEqual({})
  })

  test('does so at the next load where a crash or the disk came between', () => {
    const world = worldWithTopic()
    commit(world.connect(), GROUP, [1])
    refuseWrites(world)
    world.deleteTopic('t')
    world.disk.fault = () => null
    expect(world.warnings).toEqual([
      expect.stringContaining('write failed'),
      expect.stringContaining('offsets of t stay'),
    ])
    world.createTopic('t')
    world.crash()
    expect(committed(world.connect(), GROUP)).toEqual({})
  })

  test('by its id is the same', () => {
    const world = worldWithTopic()
    const topicId = world.broker.catalog.topicByName('t')?.id ?? zeroUuid
    commit(world.connect(), GROUP, [1])
    const request = { topics: [{ name: null, topicId }], topicNames: [], timeoutMs: 1000 }
    world.connect().call(deleteTopics, 6, request)
    expect(committed(world.connect(), GROUP)).toEqual({})
  })
})

describe('what transactions commit', () => {
  const stops = [
    ['a clean stop', (world: World) => world.restart()],
    ['a crash', (world: World) => world.crash()],
  ] as const

  function worldInTransaction(settings: Readonly<Record<string, string>> = {}) {
    const world = worldWithTopic(settings)
    const client = world.connect()
    commit(client, GROUP, [1, 2])
    const producer = initProducer(client, 'tx', 60_000)
    expect(txnCommit(client, producer, GROUP, [5])).toEqual([ErrorCode.NONE])
    return { world, client, producer }
  }

  test.each(stops)('is open after %s, and counts when its transaction is committed', (_, stop) => {
    const { world, producer } = worldInTransaction()
    stop(world)
    expect(stability(world.connect(), GROUP)).toEqual([ErrorCode.UNSTABLE_OFFSET_COMMIT, ErrorCode.NONE])
    expect(txnCommit(world.connect(), producer, GROUP, [6])).toEqual([ErrorCode.NONE])
    expect(endTransaction(world.connect(), producer, true).errorCode).toBe(ErrorCode.NONE)
    expect(committed(world.connect(), GROUP)).toEqual({ 't-0': 6, 't-1': 2 })
  })

  test.each(stops)('is what it was after %s', (_, stop) => {
    const { world, client, producer } = worldInTransaction()
    const next = endTransaction(client, producer, true)
    txnCommit(client, { ...producer, ...next }, GROUP, [7])
    endTransaction(client, { ...producer, ...next }, false)
    stop(world)
    expect(committed(world.connect(), GROUP)).toEqual({ 't-0': 5, 't-1': 2 })
  })

  test('is forgotten when its time is over', () => {
    const { world, client } = worldInTransaction()
    world.advance(59_000)
    expect(stability(client, GROUP)).toEqual([ErrorCode.UNSTABLE_OFFSET_COMMIT, ErrorCode.NONE])
    world.advance(120_000)
    expect(committed(client, GROUP)).toEqual({ 't-0': 1, 't-1': 2 })
  })

  test('waits for a disk that does not take its marker, over a crash too', () => {
    const { world, client, producer } = worldInTransaction()
    refuseWrites(world)
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.NONE)
    expect(stability(client, GROUP)).toEqual([ErrorCode.UNSTABLE_OFFSET_COMMIT, ErrorCode.NONE])
    world.crash()
    world.advance(10_000)
    expect(stability(world.connect(), GROUP)).toEqual([ErrorCode.UNSTABLE_OFFSET_COMMIT, ErrorCode.NONE])
    world.disk.fault = () => null
    world.advance(10_000)
    expect(committed(world.connect(), GROUP)).toEqual({ 't-0': 5, 't-1': 2 })
  })

  test('is gone with the topic that it is of', () => {
    const { world, client, producer } = worldInTransaction()
    world.deleteTopic('t')
    world.createTopic('t', 3)
    expect(stability(client, GROUP)).toEqual([ErrorCode.NONE, ErrorCode.NONE])
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.NONE)
    expect(committed(client, GROUP)).toEqual({})
    world.crash()
    expect(committed(world.connect(), GROUP)).toEqual({})
  })

  test('is gone with the topic of all groups, and keeps no transaction open', () => {
    const { world, client, producer } = worldInTransaction()
    world.deleteTopic(CONSUMER_OFFSETS)
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.NONE)
    expect(committed(client, GROUP)).toEqual({})
  })

  test('is compressed as the configs say, markers are not, and is read again', () => {
    const { world, client, producer } = worldInTransaction({ 'offsets.topic.compression.codec': '1' })
    endTransaction(client, producer, true)
    const bytes = world.disk.readFile(`${directoryOf(GROUP)}/00000000000000000000.log`)
    expect(Array.from(batchHeaders(bytes ?? noBytes), ({ attributes }) => attributes)).toEqual([1, 0x11, 0x30])
    world.crash()
    expect(committed(world.connect(), GROUP)).toEqual({ 't-0': 5, 't-1': 2 })
  })
})

test('offsets that are too old are forgotten', () => {
  const world = worldWithTopic({ 'offsets.retention.minutes': '1', 'offsets.retention.check.interval.ms': '1000' })
  const client = world.connect()
  commit(client, GROUP, [1])
  world.advance(59_000)
  expect(committed(client, GROUP)).toEqual({ 't-0': 1 })
  world.advance(2000)
  expect(committed(client, GROUP)).toEqual({})
  expect(listed(client)).toEqual([])
})
