import { describe, expect, test } from 'bun:test'
import { offsetCommit } from '../../src/api/08-offset-commit.ts'
import { type Uuid, zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import type { Infer } from '../../src/wire/schema.ts'
import { codesOf, commit, commitOf, committed, joinAlone } from '../sim/groups.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const GROUP = 'g'
const BY_ID = 10
const UNKNOWN_ID = '7Ag3tGzdQ0anAd3Wf9cX1A' as Uuid

function setUp() {
  const world = new World()
  const topicId = world.createTopic('t', 2)
  return { world, topicId, client: world.connect() }
}

/** As requests of `version` name their topic. */
function requestIn(version: number, topicId: Uuid, offsets: readonly number[]) {
  const request = commitOf(GROUP, offsets)
  if (version < BY_ID) return request
  return { ...request, topics: request.topics.map(topic => ({ ...topic, name: '', topicId })) }
}

function topicOf(topicId: Uuid, name: string, indexes: readonly number[]) {
  const partitions = indexes.map(partitionIndex => ({ partitionIndex, committedOffset: 5, committedMetadata: '' }))
  return { topicId, name, partitions }
}

function indexesOf({ topicId, name, partitions }: Infer<typeof offsetCommit.response>['topics'][number]) {
  return [name || topicId, ...partitions.map(of => of.partitionIndex)]
}

describe('OffsetCommit', () => {
  test.each(versionsOf(offsetCommit))('version %i', version => {
    const { client, topicId } = setUp()
    const { topics } = client.call(offsetCommit, version, requestIn(version, topicId, [4, 5]))
    expect(topics).toEqual([
      {
        topicId: version < BY_ID ? zeroUuid : topicId,
        name: version < BY_ID ? 't' : '',
        partitions: [0, 1].map(partitionIndex => ({ partitionIndex, errorCode: ErrorCode.NONE })),
      },
    ])
    expect(committed(client, GROUP)).toEqual({ 't-0': 4, 't-1': 5 })
  })

  test.each(versionsOf(offsetCommit))('version %i: partitions and topics that are not there', version => {
    const { client, topicId } = setUp()
    expect(codesOf(client.call(offsetCommit, version, requestIn(version, topicId, [4, 5, 6])))).toEqual([
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ErrorCode.NONE,
      ErrorCode.NONE,
    ])
    const unknown = { ...commitOf(GROUP, [1], undefined, 'none') }
    const request = version < BY_ID ? unknown : requestIn(version, UNKNOWN_ID, [1])
    expect(codesOf(client.call(offsetCommit, version, request))).toEqual([
      version < BY_ID ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.UNKNOWN_TOPIC_ID,
    ])
    expect(committed(client, GROUP)).toEqual({ 't-0': 4, 't-1': 5 })
  })

  test('answers a topic once, what is not there first', () => {
    const { client } = setUp()
    const request = commitOf(GROUP, [4, 5, 6])
    const other = commitOf(GROUP, [1], undefined, 'none')
    const { topics } = client.call(offsetCommit, 9, { ...request, topics: [...request.topics, ...other.topics] })
    expect(topics.map(({ name, partitions }) => [name, partitions.map(of => of.partitionIndex)])).toEqual([
      ['t', [2, 0, 1]],
      ['none', [0]],
    ])
  })

  test('answers a topic that comes twice once, where anything of the request is not there', () => {
    const { client, topicId } = setUp()
    const answered = (version: number, ...topics: [Uuid, string, number[]][]) => {
      const request = { ...commitOf(GROUP, []), topics: topics.map(([id, name, of]) => topicOf(id, name, of)) }
      return client.call(offsetCommit, version, request).topics.map(topic => indexesOf(topic))
    }
    expect(answered(9, [zeroUuid, 't', [0, 50]], [zeroUuid, 't', [1, 51]])).toEqual([['t', 50, 51, 0, 1]])
    expect(answered(BY_ID, [UNKNOWN_ID, '', [1]], [UNKNOWN_ID, '', [3]], [topicId, '', [1, 99]])).toEqual([
      [UNKNOWN_ID, 1, 3],
      [topicId, 99, 1],
    ])
    expect(answered(9, [zeroUuid, 't', [9]], [zeroUuid, 'none', [0]], [zeroUuid, 't', [8]])).toEqual([
      ['t', 9, 8],
      ['none', 0],
    ])
    const known = [zeroUuid, 't', [0]] satisfies [Uuid, string, number[]]
    expect(answered(9, known, known)).toEqual([
      ['t', 0],
      ['t', 0],
    ])
  })

  test('without partitions, tells of the topics that are not there', () => {
    const { client, topicId } = setUp()
    const topics = [topicOf(topicId, 't', []), topicOf(UNKNOWN_ID, 'none', [])]
    const answered = (version: number) =>
      client.call(offsetCommit, version, { ...commitOf(GROUP, []), topics }).topics.map(topic => indexesOf(topic))
    expect(answered(9)).toEqual([['none']])
    expect(answered(BY_ID)).toEqual([[UNKNOWN_ID]])
  })

  test('without anything to commit nothing is asked', () => {
    const { client, world } = setUp()
    expect(client.call(offsetCommit, 9, { ...commitOf(GROUP, []), topics: [] }).topics).toEqual([])
    expect(world.broker.catalog.topicByName('__consumer_offsets')).toBeNull()
  })

  test('of a member is what that member may do', () => {
    const { client } = setUp()
    const member = joinAlone(client, GROUP)
    expect(commit(client, GROUP, [1], member)).toEqual([ErrorCode.NONE])
    expect(commit(client, GROUP, [2], { ...member, generationId: 9 })).toEqual([ErrorCode.ILLEGAL_GENERATION])
    expect(commit(client, GROUP, [2], { ...member, memberId: 'x' })).toEqual([ErrorCode.UNKNOWN_MEMBER_ID])
    expect(committed(client, GROUP)).toEqual({ 't-0': 1 })
  })

  test('of a generation in no group has an error for it from version 9 on', () => {
    const { client, topicId } = setUp()
    const member = { groupId: 'none', memberId: 'm', generationId: 1 }
    const codesIn = (version: number) => {
      const request = {
        ...requestIn(version, topicId, [1]),
        groupId: 'none',
        memberId: 'm',
        generationIdOrMemberEpoch: 1,
      }
      return codesOf(client.call(offsetCommit, version, request))
    }
    expect(codesIn(8)).toEqual([ErrorCode.ILLEGAL_GENERATION])
    expect(codesIn(10)).toEqual([ErrorCode.GROUP_ID_NOT_FOUND])
    expect(commit(client, 'none', [1], member)).toEqual([ErrorCode.GROUP_ID_NOT_FOUND])
  })
})
