import { describe, expect, test } from 'bun:test'
import { parseUuid, zeroUuid } from '../../../src/base/uuid.ts'
import type { OffsetDeleteResponse, OffsetFetchRequest } from '../../../src/core/groups/commands.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { bytes, Groups, SESSION_MS, subscription, topicCommit } from './fixture.ts'

const { NONE, UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, GROUP_ID_NOT_FOUND, REBALANCE_IN_PROGRESS } = ErrorCode
const topicId = parseUuid('lzGKfsrERGC6a7ALpRXhiQ') ?? zeroUuid
const otherId = parseUuid('5JLe9VNeTqmRgN9IlV3GWg') ?? zeroUuid

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
    expect(groups.commit(request)).toEqual([ErrorCode.FENCED_INSTANCE_ID])
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
    expect(codes).toEqual([NONE, ErrorCode.OFFSET_METADATA_TOO_LARGE, NONE])
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

describe('OffsetFetch', () => {
  const nothing = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: NONE }
  const fetched = (groups: Groups, topics: OffsetFetchRequest['topics'], groupId = 'group') =>
    groups.ask({
      type: 'offsetFetch',
      requireStable: true,
      request: { groupId, memberId: 'zz', memberEpoch: 3, topics },
    }).response

  test('of what was committed and what was not, in the order asked', () => {
    const groups = new Groups()
    groups.commit()
    const topics = [
      { topicId: zeroUuid, name: 't', partitionIndexes: [1, 0] },
      { topicId: zeroUuid, name: 'u', partitionIndexes: [0] },
    ]
    expect(fetched(groups, topics)).toEqual({
      groupId: 'group',
      errorCode: NONE,
      topics: [
        {
          topicId: zeroUuid,
          name: 't',
          partitions: [
            { partitionIndex: 1, ...nothing },
            { partitionIndex: 0, ...nothing, committedOffset: 7 },
          ],
        },
        { topicId: zeroUuid, name: 'u', partitions: [{ partitionIndex: 0, ...nothing }] },
      ],
    })
  })

  test('of no group, of no topics, of all', () => {
    const groups = new Groups()
    expect(fetched(groups, null, 'none').topics).toEqual([])
    const topics = [{ topicId, name: 't', partitionIndexes: [0] }]
    const partitions = [{ partitionIndex: 0, ...nothing }]
    expect(fetched(groups, topics, 'none').topics).toEqual([{ topicId, name: 't', partitions }])
    groups.commit()
    expect(fetched(groups, []).topics).toEqual([])
    expect(fetched(groups, null).topics).toHaveLength(1)
  })

  test('by an id finds no offset of an earlier topic of that name', () => {
    const groups = new Groups()
    const fetch = (id: typeof topicId) =>
      fetched(groups, [{ topicId: id, name: 't', partitionIndexes: [0] }]).topics[0]?.partitions[0]?.committedOffset
    groups.commit({ topics: [topicCommit('t', 7, topicId)] })
    expect([fetch(topicId), fetch(otherId), fetch(zeroUuid)]).toEqual([7, -1, 7])
    groups.commit({ topics: [topicCommit('t', 8)] })
    expect([fetch(topicId), fetch(otherId), fetch(zeroUuid)]).toEqual([8, 8, 8])
  })
})

describe('OffsetDelete', () => {
  const deletion = (groups: Groups, groupId: string, ...names: string[]): OffsetDeleteResponse => {
    const topics = names.map(name => ({ name, partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }))
    return groups.ask({ type: 'offsetDelete', request: { groupId, topics } }).response
  }
  const both = (errorCode: ErrorCode) => [0, 1].map(partitionIndex => ({ partitionIndex, errorCode }))

  test('of no group', () => {
    const groups = new Groups()
    expect(deletion(groups, '', 't')).toEqual({ errorCode: ErrorCode.INVALID_GROUP_ID, topics: [] })
    expect(deletion(groups, 'none', 't')).toEqual({ errorCode: GROUP_ID_NOT_FOUND, topics: [] })
  })

  test('of a group without members: what is there goes, and the group stays', () => {
    const groups = new Groups()
    groups.commit()
    expect(deletion(groups, 'group', 't')).toEqual({ errorCode: NONE, topics: [{ name: 't', partitions: both(NONE) }] })
    expect(groups.records().at(-1)).toMatchObject({ key: { topic: 't', partition: 0 }, value: null })
    expect(groups.journal.entries).toHaveLength(2)
    expect(groups.fetch()).toEqual([])
    expect(groups.describe().groupState).toBe('Empty')
  })

  test('of consumers: not for topics that they are subscribed to', () => {
    const groups = new Groups()
    const { leader: memberId, generationId: generationIdOrMemberEpoch } = groups.stablePair()
    const topics = [topicCommit('t', 1), topicCommit('u', 2)]
    groups.commit({ memberId, generationIdOrMemberEpoch, topics })
    expect(deletion(groups, 'group', 't', 'u').topics).toEqual([
      { name: 't', partitions: both(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC) },
      { name: 'u', partitions: both(NONE) },
    ])
    expect(groups.fetch().map(({ name }) => name)).toEqual(['t'])
    expect(deletion(groups.restarted(), 'group', 't').topics).toMatchObject([
      { partitions: both(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC) },
    ])
  })

  test('of consumers who do not say what they are subscribed to: not for any topic', () => {
    const groups = new Groups()
    groups.joined({ protocols: [{ name: 'range', metadata: bytes('meta') }] }, 3)
    expect(deletion(groups, 'group', 'u').topics).toMatchObject([
      { partitions: both(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC) },
    ])
  })

  test('of members who are no consumers: not at all', () => {
    const groups = new Groups()
    groups.joined({ protocolType: 'connect', protocols: [{ name: 'x', metadata: subscription() }] }, 3)
    expect(deletion(groups, 'group', 't')).toEqual({ errorCode: ErrorCode.NON_EMPTY_GROUP, topics: [] })
  })
})
