import { describe, expect, test } from 'bun:test'
import { parseUuid, zeroUuid } from '../../../src/base/uuid.ts'
import type { TxnOffsetCommitRequest } from '../../../src/core/groups/commands.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { Groups, PRODUCER_ID, SESSION_MS, START_MS, topicCommit, txnCommitRequest } from './fixture.ts'

const { NONE, UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, GROUP_ID_NOT_FOUND, REBALANCE_IN_PROGRESS } = ErrorCode
const { FENCED_INSTANCE_ID, OFFSET_METADATA_TOO_LARGE, UNSTABLE_OFFSET_COMMIT } = ErrorCode
const topicId = parseUuid('lzGKfsrERGC6a7ALpRXhiQ') ?? zeroUuid

describe('OffsetCommit', () => {
  test('makes a group, whatever its name, where nobody says to be a member', () => {
    const groups = new Groups()
    for (const groupId of ['simple', '', 'x'.repeat(300)]) {
      expect(groups.commit({ groupId })).toEqual([NONE])
      expect(groups.fetch(groupId)).toHaveLength(1)
    }
    expect(groups.commit({ groupId: 'other', memberId: 'zz' })).toEqual([NONE])
  })

  test('of a generation of no group, as the version says it', () => {
    const groups = new Groups()
    expect(groups.commit({ generationIdOrMemberEpoch: 1 }, 8)).toEqual([ILLEGAL_GENERATION])
    expect(groups.commit({ generationIdOrMemberEpoch: 1 }, 9)).toEqual([GROUP_ID_NOT_FOUND])
    expect(groups.state.groups.size).toBe(0)
  })

  test('of a generation of a group without members', () => {
    const groups = new Groups()
    groups.commit()
    expect(groups.commit({ generationIdOrMemberEpoch: 5 })).toEqual([UNKNOWN_MEMBER_ID])
  })

  test('without topics makes no group', () => {
    const groups = new Groups()
    expect(groups.commit({ topics: [] })).toEqual([])
    expect(groups.state.groups.size).toBe(0)
  })

  test('by members, and who is none', () => {
    const groups = new Groups()
    const { leader: memberId, generationId } = groups.stablePair()
    const by = (memberId: string, generationIdOrMemberEpoch: number, groupInstanceId: string | null = null) =>
      groups.commit({ memberId, generationIdOrMemberEpoch, groupInstanceId })[0]
    expect(by(memberId, generationId)).toBe(NONE)
    expect(by(memberId, 9)).toBe(ILLEGAL_GENERATION)
    expect(by(memberId, -1)).toBe(ILLEGAL_GENERATION)
    expect(by('zz', generationId)).toBe(UNKNOWN_MEMBER_ID)
    expect(by('', -1)).toBe(UNKNOWN_MEMBER_ID)
    expect(by(memberId, generationId, 'who')).toBe(UNKNOWN_MEMBER_ID)
  })

  test('by a static member that another has replaced', () => {
    const groups = new Groups()
    groups.joined({ groupInstanceId: 'one' })
    const request = { memberId: 'zz', generationIdOrMemberEpoch: 1, groupInstanceId: 'one' }
    expect(groups.commit(request)).toEqual([FENCED_INSTANCE_ID])
  })

  test('in each phase of a rebalance', () => {
    const groups = new Groups()
    const { leader, follower, generationId } = groups.stablePair()
    const by = (memberId: string, generationIdOrMemberEpoch: number) =>
      groups.commit({ memberId, generationIdOrMemberEpoch })[0]
    groups.join({ memberId: leader }, 3)
    expect(by(follower, generationId)).toBe(NONE)
    groups.joined({ memberId: follower }, 3)
    expect(by(follower, generationId)).toBe(ILLEGAL_GENERATION)
    expect(by(follower, generationId + 1)).toBe(REBALANCE_IN_PROGRESS)
  })

  test('keeps a member alive', () => {
    const groups = new Groups()
    const { leader: memberId, generationId: generationIdOrMemberEpoch } = groups.stablePair()
    for (let beat = 0; beat < 3; beat++) {
      groups.advance(SESSION_MS - 1)
      groups.heartbeat(groups.describe().members[1]?.memberId ?? '', generationIdOrMemberEpoch)
      groups.commit({ memberId, generationIdOrMemberEpoch })
    }
    expect(groups.describe().members).toHaveLength(2)
  })

  test('with metadata that is long, too long and null', () => {
    const groups = new Groups({ 'offset.metadata.max.bytes': '10' })
    const partition = (partitionIndex: number, committedMetadata: string | null) => ({
      ...{ partitionIndex, committedOffset: 5, committedLeaderEpoch: 9 },
      committedMetadata,
    })
    const partitions = [partition(0, 'm'.repeat(10)), partition(1, 'm'.repeat(11)), partition(2, null)]
    const codes = groups.commit({ topics: [{ topicId, name: 't', partitions }] })
    expect(codes).toEqual([NONE, OFFSET_METADATA_TOO_LARGE, NONE])
    const common = { committedOffset: 5, committedLeaderEpoch: 9, errorCode: NONE }
    expect(groups.fetch()).toEqual([
      {
        topicId: zeroUuid,
        name: 't',
        partitions: [
          { partitionIndex: 0, ...common, metadata: 'mmmmmmmmmm' },
          { partitionIndex: 2, ...common, metadata: '' },
        ],
      },
    ])
  })

  test('answers topics and partitions as they were asked', () => {
    const groups = new Groups()
    const topics = [topicCommit('b', 1, topicId), topicCommit('a', 2), topicCommit('b', 3, topicId)]
    for (const generationIdOrMemberEpoch of [-1, 4]) {
      const request = { ...{ groupId: 'g', memberId: '', groupInstanceId: null }, retentionTimeMs: -1, topics }
      const command = { type: 'offsetCommit', version: 9, request: { ...request, generationIdOrMemberEpoch } } as const
      const { response } = groups.ask(command)
      expect(response.topics.map(({ name, topicId }) => [name, topicId])).toEqual(
        topics.map(({ name, topicId }) => [name, topicId]),
      )
    }
    expect(groups.fetch('g').map(({ name, partitions }) => [name, partitions[0]?.committedOffset])).toEqual([
      ['b', 3],
      ['a', 2],
    ])
  })

  test('survives a restart, with all it said', () => {
    const groups = new Groups()
    groups.commit({ topics: [topicCommit('t', 7, topicId)], retentionTimeMs: 1000 })
    groups.commit({ groupId: 'other', topics: [topicCommit('t', 2 ** 40, topicId)] })
    const restarted = groups.restarted()
    expect(restarted.fetch()).toEqual(groups.fetch())
    expect(restarted.state.offsets.get('other')).toEqual(groups.state.offsets.get('other'))
  })
})

describe('TxnOffsetCommit', () => {
  test('counts when its transaction is committed, and not before', () => {
    const groups = new Groups()
    groups.commit()
    expect(groups.txnCommit(9)).toEqual([NONE])
    expect(groups.stable()).toEqual([-1, UNSTABLE_OFFSET_COMMIT])
    expect(groups.fetch()[0]?.partitions[0]?.committedOffset).toBe(7)
    groups.endTransaction(true)
    expect(groups.stable()).toEqual([9, NONE])
  })

  test('is forgotten when its transaction is aborted', () => {
    const groups = new Groups()
    groups.commit()
    groups.txnCommit(9)
    groups.endTransaction(false)
    for (const one of [groups, groups.restarted()]) expect(one.stable()).toEqual([7, NONE])
  })

  test('is a record of its producer, without the id of its topic', () => {
    const groups = new Groups()
    groups.txnCommit(9, { producerEpoch: 3, topics: [topicCommit('t', 9, topicId)] })
    expect(groups.records()).toEqual([
      {
        type: 'pendingOffsetCommit',
        producer: { producerId: PRODUCER_ID, producerEpoch: 3 },
        key: { group: 'group', topic: 't', partition: 0 },
        value: {
          ...{ offset: 9, leaderEpoch: -1, metadata: '', commitTimestamp: START_MS },
          ...{ topicId: zeroUuid, expireTimestamp: -1 },
        },
      },
    ])
  })

  test('of several producers: the last record counts, whichever transaction ends first', () => {
    const groups = new Groups()
    groups.txnCommit(1, { producerId: 1 })
    groups.txnCommit(2, { producerId: 2 })
    groups.endTransaction(true, 2)
    expect(groups.stable()).toEqual([-1, UNSTABLE_OFFSET_COMMIT])
    groups.endTransaction(true, 1)
    for (const one of [groups, groups.restarted()]) expect(one.stable()).toEqual([2, NONE])
  })

  test('does not undo what was committed after it outside of transactions', () => {
    const groups = new Groups()
    groups.txnCommit(5)
    groups.commit()
    expect(groups.stable()).toEqual([-1, UNSTABLE_OFFSET_COMMIT])
    groups.endTransaction(true)
    for (const one of [groups, groups.restarted()]) expect(one.stable()).toEqual([7, NONE])
  })

  test('is open still after a restart, and ends as any other', () => {
    const groups = new Groups()
    groups.txnCommit(9)
    const restarted = groups.restarted()
    expect(restarted.stable()).toEqual([-1, UNSTABLE_OFFSET_COMMIT])
    restarted.endTransaction(true)
    for (const one of [restarted, restarted.restarted()]) expect(one.stable()).toEqual([9, NONE])
  })

  test('makes a group where nobody says to be a member', () => {
    const groups = new Groups()
    const by = (groupId: string, request: Partial<TxnOffsetCommitRequest>) =>
      groups.txnCommit(1, { groupId, ...request })
    expect(by('of a generation', { generationId: 0, memberId: 'zz' })).toEqual([ILLEGAL_GENERATION])
    expect(groups.state.groups.size).toBe(0)
    expect(by('of nobody', {})).toEqual([NONE])
    expect(by('of a name', { memberId: 'zz', groupInstanceId: 'who' })).toEqual([NONE])
    expect(groups.describe('of nobody').groupState).toBe('Empty')
    expect(by('of nobody', { generationId: 0 })).toEqual([UNKNOWN_MEMBER_ID])
  })

  test('by members, and who is none', () => {
    const groups = new Groups()
    const { leader: memberId, generationId } = groups.stablePair()
    const by = (memberId: string, generationId: number, groupInstanceId: string | null = null) =>
      groups.txnCommit(1, { memberId, generationId, groupInstanceId })[0]
    expect(by(memberId, generationId)).toBe(NONE)
    expect(by(memberId, 9)).toBe(ILLEGAL_GENERATION)
    expect(by(memberId, -1)).toBe(ILLEGAL_GENERATION)
    expect(by('zz', generationId)).toBe(UNKNOWN_MEMBER_ID)
    expect(by(memberId, generationId, 'who')).toBe(UNKNOWN_MEMBER_ID)
    // Producers before KIP-447 say nothing of themselves.
    expect(by('', -1)).toBe(NONE)
  })

  test('by a static member that another has replaced', () => {
    const groups = new Groups()
    groups.joined({ groupInstanceId: 'one' })
    const request = { memberId: 'zz', generationId: 1, groupInstanceId: 'one' }
    expect(groups.txnCommit(1, request)).toEqual([FENCED_INSTANCE_ID])
  })

  test('in each phase of a rebalance: it does not wait for its end', () => {
    const groups = new Groups()
    const { leader, follower, generationId } = groups.stablePair()
    const by = (memberId: string, generationId: number) => groups.txnCommit(1, { memberId, generationId })[0]
    groups.join({ memberId: leader }, 3)
    expect(by(follower, generationId)).toBe(NONE)
    groups.joined({ memberId: follower }, 3)
    expect(by(follower, generationId)).toBe(ILLEGAL_GENERATION)
    expect(by(follower, generationId + 1)).toBe(NONE)
  })

  test('is no sign of life', () => {
    const groups = new Groups()
    const { leader: memberId, generationId } = groups.stablePair()
    groups.advance(SESSION_MS - 1)
    groups.txnCommit(1, { memberId, generationId })
    groups.advance(1)
    expect(groups.describe().members).toHaveLength(0)
  })

  test('with metadata that is too long', () => {
    const groups = new Groups({ 'offset.metadata.max.bytes': '10' })
    const partition = (partitionIndex: number, committedMetadata: string | null) => ({
      ...{ partitionIndex, committedOffset: 5, committedLeaderEpoch: 9 },
      committedMetadata,
    })
    const partitions = [partition(0, 'm'.repeat(11)), partition(1, 'm'.repeat(10)), partition(2, null)]
    const topics = [{ name: 't', partitions }]
    expect(groups.txnCommit(0, { topics })).toEqual([OFFSET_METADATA_TOO_LARGE, NONE, NONE])
    groups.endTransaction(true)
    expect(groups.fetch()[0]?.partitions).toMatchObject([
      { partitionIndex: 1, committedOffset: 5, committedLeaderEpoch: 9, metadata: 'mmmmmmmmmm' },
      { partitionIndex: 2, metadata: '' },
    ])
  })

  test('answers topics and partitions as they were asked', () => {
    const groups = new Groups()
    const topics = [topicCommit('b', 1), topicCommit('a', 2), topicCommit('b', 3)]
    for (const generationId of [-1, 4]) {
      const request = { ...txnCommitRequest, topics, generationId }
      const { response } = groups.ask({ type: 'txnOffsetCommit', request })
      expect(response.topics.map(({ name }) => name)).toEqual(['b', 'a', 'b'])
    }
  })

  test('that the journal refuses leaves nothing', () => {
    const groups = new Groups()
    groups.journal.isFull = true
    expect(() => groups.txnCommit(1)).toThrow('full')
    groups.journal.isFull = false
    expect(groups.state.pending.isEmpty).toBe(true)
    expect(groups.stable()).toEqual([-1, NONE])
  })
})
