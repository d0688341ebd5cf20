import { describe, expect, test } from 'bun:test'
import { parseUuid, zeroUuid } from '../../../src/base/uuid.ts'
import type { OffsetDeleteResponse, OffsetFetchRequest } from '../../../src/core/groups/commands.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { bytes, Groups, subscription, topicCommit } from './fixture.ts'

const { NONE, GROUP_ID_NOT_FOUND, UNSTABLE_OFFSET_COMMIT } = ErrorCode
const topicId = parseUuid('lzGKfsrERGC6a7ALpRXhiQ') ?? zeroUuid
const otherId = parseUuid('5JLe9VNeTqmRgN9IlV3GWg') ?? zeroUuid

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

  test('of what a transaction has open, for those who want what is stable alone', () => {
    const groups = new Groups()
    groups.commit({ topics: [topicCommit('t', 7), topicCommit('u', 1)] })
    groups.txnCommit(9)
    groups.txnCommit(9, { topics: [topicCommit('v', 5)] })
    const unstable = { ...nothing, errorCode: UNSTABLE_OFFSET_COMMIT }
    const topics = ['t', 'u', 'v'].map(name => ({ topicId: zeroUuid, name, partitionIndexes: [0] }))
    expect(fetched(groups, topics).topics.map(({ partitions }) => partitions)).toEqual([
      [{ partitionIndex: 0, ...unstable }],
      [{ partitionIndex: 0, ...nothing, committedOffset: 1 }],
      [{ partitionIndex: 0, ...unstable }],
    ])
    // Where all are asked for, what was never committed is not there.
    expect(groups.fetch('group', true).map(({ name, partitions }) => [name, partitions[0]?.errorCode])).toEqual([
      ['t', UNSTABLE_OFFSET_COMMIT],
      ['u', NONE],
    ])
    expect(groups.fetch('group').map(({ partitions }) => partitions[0]?.committedOffset)).toEqual([7, 1])
    groups.endTransaction(true)
    expect(groups.fetch('group', true).map(({ partitions }) => partitions[0]?.committedOffset)).toEqual([9, 1, 5])
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

  test('of what a transaction has open: its commit brings nothing back', () => {
    const groups = new Groups()
    groups.txnCommit(9)
    expect(deletion(groups, 'group', 't').topics).toMatchObject([{ partitions: both(NONE) }])
    expect(groups.records().at(-1)).toMatchObject({ type: 'offsetCommit', value: null })
    expect(groups.stable()).toEqual([-1, NONE])
    groups.endTransaction(true)
    for (const one of [groups, groups.restarted()]) expect(one.fetch()).toEqual([])
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
