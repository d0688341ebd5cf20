import { describe, expect, test } from 'bun:test'
import { parseUuid, zeroUuid } from '../../../src/base/uuid.ts'
import { committedTopics } from '../../../src/core/groups/state.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { Groups, topicCommit } from './fixture.ts'

const MINUTE_MS = 60_000
const RETENTION_MS = 10 * MINUTE_MS
const settings = { 'offsets.retention.minutes': '10', 'offsets.retention.check.interval.ms': String(MINUTE_MS) }
const topicId = parseUuid('lzGKfsrERGC6a7ALpRXhiQ') ?? zeroUuid
const otherId = parseUuid('5JLe9VNeTqmRgN9IlV3GWg') ?? zeroUuid

const offsetsOf = (groups: Groups) =>
  groups.fetch().map(({ name, partitions }) => [name, partitions[0]?.committedOffset])

/** Lets time go by while these members live. */
function live(groups: Groups, forMs: number, memberIds: readonly string[], generationId: number): void {
  for (let ms = 0; ms < forMs; ms += 5000) {
    groups.advance(5000)
    for (const memberId of memberIds) groups.heartbeat(memberId, generationId)
  }
}

describe('offsets that are too old', () => {
  test('of a group that never had members: each by its own age, and then the group', () => {
    const groups = new Groups(settings)
    groups.commit({ topics: [topicCommit('a', 1)] })
    groups.advance(5 * MINUTE_MS)
    groups.commit({ topics: [topicCommit('b', 2)] })
    groups.advance(RETENTION_MS - 5 * MINUTE_MS - 1)
    expect(offsetsOf(groups)).toHaveLength(2)
    groups.advance(1)
    expect(offsetsOf(groups)).toEqual([['b', 2]])
    groups.advance(5 * MINUTE_MS)
    expect(groups.describe().groupState).toBe('Dead')
    expect(groups.records().slice(-2)).toMatchObject([
      { type: 'offsetCommit', key: { topic: 'b' }, value: null },
      { type: 'groupMetadata', key: { group: 'group' }, value: null },
    ])
  })

  test('with a retention of their own: after that, in a group that has members or not', () => {
    const groups = new Groups(settings)
    groups.commit({ topics: [topicCommit('a', 1)], retentionTimeMs: 2 * MINUTE_MS })
    groups.commit({ topics: [topicCommit('b', 1)], retentionTimeMs: 2 * RETENTION_MS })
    groups.advance(2 * MINUTE_MS)
    expect(offsetsOf(groups)).toEqual([['b', 1]])
    groups.advance(2 * RETENTION_MS - 3 * MINUTE_MS)
    expect(offsetsOf(groups)).toEqual([['b', 1]])
    groups.advance(MINUTE_MS)
    expect(groups.describe().groupState).toBe('Dead')
  })

  test('of a group that had members: all, once it has been empty for so long, across restarts', () => {
    const groups = new Groups(settings)
    const { leader, follower, generationId } = groups.stablePair()
    groups.commit({ memberId: leader, generationIdOrMemberEpoch: generationId })
    live(groups, 2 * RETENTION_MS, [leader, follower], generationId)
    expect(offsetsOf(groups)).toHaveLength(1)
    groups.leave({ memberId: leader }, { memberId: follower })
    groups.advance(RETENTION_MS - MINUTE_MS)
    const restarted = groups.restarted()
    expect(offsetsOf(restarted)).toHaveLength(1)
    restarted.advance(MINUTE_MS)
    expect(restarted.describe().groupState).toBe('Dead')
  })

  test('of a stable group: those of topics that its consumers are not subscribed to', () => {
    const groups = new Groups(settings)
    const { leader, follower, generationId } = groups.stablePair()
    const topics = [topicCommit('t', 1), topicCommit('u', 2)]
    groups.commit({ memberId: leader, generationIdOrMemberEpoch: generationId, topics })
    live(groups, RETENTION_MS, [leader, follower], generationId)
    expect(offsetsOf(groups)).toEqual([['t', 1]])
  })

  test('are kept during a rebalance', () => {
    const groups = new Groups(settings)
    const { leader, follower, generationId } = groups.stablePair()
    groups.commit({ memberId: leader, generationIdOrMemberEpoch: generationId, topics: [topicCommit('u', 2)] })
    groups.join({ memberId: leader, rebalanceTimeoutMs: 3 * RETENTION_MS }, 3)
    live(groups, 2 * RETENTION_MS, [follower], generationId)
    expect(groups.describe().groupState).toBe('PreparingRebalance')
    expect(offsetsOf(groups)).toEqual([['u', 2]])
  })
})

describe('what open transactions have committed', () => {
  test('keeps offset and group, however old', () => {
    const groups = new Groups(settings)
    groups.commit({ topics: [topicCommit('t', 1), topicCommit('u', 2)] })
    groups.txnCommit(3)
    groups.txnCommit(3, { groupId: 'pending' })
    groups.advance(RETENTION_MS)
    expect(offsetsOf(groups)).toEqual([['t', 1]])
    expect(groups.describe('pending').groupState).toBe('Empty')
    groups.endTransaction(false)
    groups.advance(MINUTE_MS)
    expect([groups.describe().groupState, groups.describe('pending').groupState]).toEqual(['Dead', 'Dead'])
  })

  test('goes with its topic, and makes that known', () => {
    const groups = new Groups()
    groups.commit()
    groups.txnCommit(3, { groupId: 'one', producerId: 1 })
    groups.txnCommit(3, { groupId: 'two', producerId: 2, topics: [topicCommit('u', 1)] })
    expect(committedTopics(groups.state)).toEqual([
      { name: 't', topicId: zeroUuid },
      { name: 'u', topicId: zeroUuid },
    ])
    groups.execute({ type: 'topicsDeleted', topics: [{ name: 't', topicId }] })
    expect([groups.stable('one'), groups.stable('two')]).toEqual([
      [-1, ErrorCode.NONE],
      [-1, ErrorCode.NONE],
    ])
    for (const producerId of [1, 2]) groups.endTransaction(true, producerId)
    for (const one of [groups, groups.restarted()])
      expect([one.fetch('one').length, one.fetch('two').length]).toEqual([0, 1])
  })
})

describe('groups', () => {
  test('without members and offsets go at the next look', () => {
    const groups = new Groups(settings)
    const { memberId } = groups.joined({}, 3)
    groups.leave({ memberId })
    groups.advance(MINUTE_MS)
    expect(groups.describe().groupState).toBe('Dead')
    expect(groups.restarted().describe().groupState).toBe('Dead')
  })

  test('in any number are looked through bit by bit', () => {
    const groups = new Groups(settings)
    for (let n = 0; n < 5000; n++) groups.commit({ groupId: `g${n}` })
    groups.advance(RETENTION_MS)
    expect(groups.state.groups.size).toBe(0)
    const slices = groups.records().slice(5000)
    expect(slices).toHaveLength(10_000)
    expect([...groups.timers]).toEqual([
      ['expire offsets', { at: groups.now + MINUTE_MS, command: { type: 'expireOffsets' } }],
    ])
  })

  test('are looked through in slices, with others in between', () => {
    const groups = new Groups(settings)
    for (let n = 0; n < 5000; n++) groups.commit({ groupId: `g${n}` })
    const { now } = groups
    groups.execute({ type: 'expireOffsets' })
    expect(groups.timers.get('expire offsets')?.at).toBe(now)
    groups.ask({ type: 'deleteGroup', groupId: 'g4000' })
    groups.commit({ groupId: 'late' })
    groups.advance(0)
    expect(groups.timers.get('expire offsets')?.at).toBe(now + MINUTE_MS)
    expect(groups.state.groups.size).toBe(5000)
  })
})

describe('topics that are deleted', () => {
  test('take with them what was committed for them, in every group', () => {
    const groups = new Groups()
    for (const groupId of ['one', 'two'])
      groups.commit({ groupId, topics: [topicCommit('t', 1, topicId), topicCommit('u', 2, otherId)] })
    groups.execute({ type: 'topicsDeleted', topics: [{ name: 't', topicId }] })
    for (const groupId of ['one', 'two']) expect(groups.fetch(groupId).map(({ name }) => name)).toEqual(['u'])
  })

  test('leave what was committed for another of the same name', () => {
    const groups = new Groups()
    groups.commit({ groupId: 'with', topics: [topicCommit('t', 1, otherId)] })
    groups.commit({ groupId: 'without', topics: [topicCommit('t', 1)] })
    groups.execute({ type: 'topicsDeleted', topics: [{ name: 't', topicId }] })
    expect([groups.fetch('with').length, groups.fetch('without').length]).toEqual([1, 0])
  })

  test('can be found by what was committed', () => {
    const groups = new Groups()
    groups.commit({ groupId: 'one', topics: [topicCommit('t', 1, topicId), topicCommit('u', 1)] })
    groups.commit({ groupId: 'two', topics: [topicCommit('t', 1, otherId), topicCommit('t', 1, topicId)] })
    groups.commit({ groupId: 'three', topics: [topicCommit('t', 1, otherId)] })
    expect(committedTopics(groups.state)).toEqual([
      { name: 't', topicId },
      { name: 't', topicId: otherId },
      { name: 'u', topicId: zeroUuid },
    ])
  })
})
