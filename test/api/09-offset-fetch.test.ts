import { describe, expect, test } from 'bun:test'
import { offsetCommit } from '../../src/api/08-offset-commit.ts'
import { offsetFetch } from '../../src/api/09-offset-fetch.ts'
import { type Uuid, zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import type { Draft } from '../../src/wire/schema.ts'
import { commit, commitOf, txnCommit } from '../sim/groups.ts'
import { endTransaction, initProducer } from '../sim/transactions.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const GROUP = 'g'
const NULL_TOPICS = 2
const STABLE = 7
const SEVERAL_GROUPS = 8
const BY_ID = 10
const UNKNOWN_ID = '7Ag3tGzdQ0anAd3Wf9cX1A' as Uuid
const versions = versionsOf(offsetFetch)

type Request = Draft<typeof offsetFetch.request>

/** A group that has committed 4 for the first partition, and nothing for the second. */
function setUp() {
  const world = new World()
  const topicId = world.createTopic('t', 2)
  const client = world.connect()
  commit(client, GROUP, [4])
  return { world, topicId, client }
}

/** A request about both partitions of a topic, as requests of every version are; of all topics without indexes. */
function requestOf(name: string, topicId: Uuid, partitionIndexes: readonly number[] | null, groupId = GROUP): Request {
  const topics = partitionIndexes && [{ topicId, name, partitionIndexes }]
  return { groups: [{ groupId, topics }], groupId, topics, requireStable: false }
}

/** The one group of an answer, with its topics under the names that the version has for them. */
function fetch({ client, world }: ReturnType<typeof setUp>, version: number, request: Request) {
  const answer = client.call(offsetFetch, version, request)
  const { errorCode, topics } = version < SEVERAL_GROUPS ? answer : (answer.groups[0] ?? { errorCode: -1, topics: [] })
  return {
    errorCode,
    topics: topics.map(topic => {
      const id = 'topicId' in topic ? topic.topicId : zeroUuid
      return { ...topic, name: topic.name || (world.broker.catalog.topicById(id)?.name ?? 'unknown') }
    }),
  }
}

const NOTHING = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '' }

describe('OffsetFetch', () => {
  test.each(versions)('version %i: what was committed, and -1 where nothing was', version => {
    const of = setUp()
    expect(fetch(of, version, requestOf('t', of.topicId, [0, 1]))).toMatchObject({
      errorCode: ErrorCode.NONE,
      topics: [
        {
          name: 't',
          partitions: [
            { partitionIndex: 0, committedOffset: 4, metadata: '', errorCode: ErrorCode.NONE },
            { partitionIndex: 1, ...NOTHING, errorCode: ErrorCode.NONE },
          ],
        },
      ],
    })
  })

  test.each(versions.filter(version => version >= NULL_TOPICS))('version %i: all that was committed', version => {
    const of = setUp()
    const { topics } = fetch(of, version, requestOf('', zeroUuid, null))
    expect(topics).toMatchObject([{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 4 }] }])
    expect(topics[0]?.partitions.length).toBe(1)
    expect(fetch(of, version, requestOf('', zeroUuid, null, 'none'))).toEqual({ errorCode: ErrorCode.NONE, topics: [] })
  })

  test.each(versions)('version %i: a topic that is not there', version => {
    const of = setUp()
    const errorCode = version < BY_ID ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_ID
    expect(fetch(of, version, requestOf('none', UNKNOWN_ID, [3])).topics).toMatchObject([
      { name: version < BY_ID ? 'none' : 'unknown', partitions: [{ partitionIndex: 3, ...NOTHING, errorCode }] },
    ])
  })

  test.each(versions)('version %i: an error of the group stands where the version has a place for it', version => {
    const of = setUp()
    of.world.crash()
    of.world.disk.fault = (operation, path) => (operation === 'read' && path.startsWith('__consumer') ? 'EIO' : null)
    const client = of.world.connect()
    const answer = fetch({ ...of, client }, version, requestOf('t', of.topicId, [0, 1]))
    const errorCode = ErrorCode.NOT_COORDINATOR
    if (version >= NULL_TOPICS) expect(answer).toEqual({ errorCode, topics: [] })
    else
      expect(answer.topics[0]?.partitions).toMatchObject(
        [0, 1].map(partitionIndex => ({ partitionIndex, ...NOTHING, errorCode })),
      )
  })

  test('several groups, in their order', () => {
    const { client } = setUp()
    commit(client, 'h', [7, 8])
    const groups = ['h', 'none', GROUP].map(groupId => ({ groupId, topics: null }))
    const answer = client.call(offsetFetch, 8, { groups, groupId: '', topics: null, requireStable: true })
    const offsets = answer.groups.map(({ groupId, topics }) => [
      groupId,
      topics.flatMap(({ partitions }) => partitions.map(({ committedOffset }) => committedOffset)),
    ])
    expect(offsets).toEqual([
      ['h', [7, 8]],
      ['none', []],
      [GROUP, [4]],
    ])
    expect(client.call(offsetFetch, 8, { groups: [], groupId: '', topics: null, requireStable: false }).groups).toEqual(
      [],
    )
  })

  test('metadata and leader epoch as they were given', () => {
    const of = setUp()
    const request = commitOf(GROUP, [9])
    const topics = request.topics.map(topic => ({
      ...topic,
      partitions: topic.partitions.map(partition => ({
        ...partition,
        committedLeaderEpoch: 3,
        committedMetadata: 'größe',
      })),
    }))
    of.client.call(offsetCommit, 9, { ...request, topics })
    const given = { committedOffset: 9, committedLeaderEpoch: 3, metadata: 'größe' }
    expect(fetch(of, 9, requestOf('t', of.topicId, [0])).topics[0]?.partitions).toMatchObject([given])
    expect(fetch(of, 4, requestOf('t', of.topicId, [0])).topics[0]?.partitions).toMatchObject([
      { ...given, committedLeaderEpoch: -1 },
    ])
  })

  test.each(versions)('version %i: what a transaction has open is unstable for those who can ask', version => {
    const of = setUp()
    const producer = initProducer(of.client, 'tx')
    expect(txnCommit(of.client, producer, GROUP, [5])).toEqual([ErrorCode.NONE])
    const request = { ...requestOf('t', of.topicId, [0]), requireStable: version >= STABLE }
    const before =
      version >= STABLE ? { ...NOTHING, errorCode: ErrorCode.UNSTABLE_OFFSET_COMMIT } : { committedOffset: 4 }
    expect(fetch(of, version, request).topics[0]?.partitions).toMatchObject([before])
    endTransaction(of.client, producer, true)
    expect(fetch(of, version, request).topics[0]?.partitions).toMatchObject([
      { committedOffset: 5, errorCode: ErrorCode.NONE },
    ])
  })

  test('by id tells unknown topics after the others', () => {
    const of = setUp()
    const topics = [UNKNOWN_ID, of.topicId].map(topicId => ({ topicId, name: '', partitionIndexes: [0] }))
    const request = { groups: [{ groupId: GROUP, topics }], groupId: '', topics: null, requireStable: false }
    const names = fetch(of, BY_ID, request).topics.map(({ name }) => name)
    expect(names).toEqual(['t', 'unknown'])
  })
})
