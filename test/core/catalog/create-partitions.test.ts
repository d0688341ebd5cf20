import { describe, expect, test } from 'bun:test'
import type { GrownTopic } from '../../../src/core/catalog/commands.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { CatalogFixture, identity } from './fixture.ts'

function withTopic(partitionCount = 2) {
  const fixture = new CatalogFixture()
  fixture.create({ name: 'a', numPartitions: partitionCount })
  fixture.journal.records.length = 0
  fixture.created.length = 0
  const grow = (...topics: readonly Partial<GrownTopic>[]) => ask(fixture, topics)
  return { fixture, grow }
}

function ask(
  { catalog }: CatalogFixture,
  topics: readonly Partial<GrownTopic>[],
  { validateOnly = false, timeoutMs = 1000 } = {},
) {
  const wishes = topics.map(topic => ({ name: 'a', count: 3, assignments: null, ...topic }))
  return catalog.createPartitions({ topics: wishes, validateOnly, timeoutMs }, 0)
}

describe('createPartitions', () => {
  test.each([[null], [[{ brokerIds: [1] }, { brokerIds: [1] }]]])('writes the new partitions: %p', assignments => {
    const { fixture, grow } = withTopic()
    expect(grow({ count: 4, assignments })).toEqual([{ name: 'a', errorCode: 0, errorMessage: null }])
    expect(fixture.journal.records.map(({ type }) => type)).toEqual(['partitionRecord', 'partitionRecord'])
    const topic = fixture.catalog.topicByName('a')
    expect(topic?.partitions.map(({ index, replicas }) => [index, replicas])).toEqual([0, 1, 2, 3].map(i => [i, [1]]))
    expect(topic?.partitions[3]).toMatchObject({ leaderId: 1, leaderEpoch: 0, directories: [identity.directoryId] })
    expect(fixture.created).toEqual(topic ? [topic] : [])
  })

  test('on a cordoned directory nothing is placed but by hand', () => {
    const { fixture, grow } = withTopic()
    fixture.configs.dynamic = { clusterWide: new Map(), own: new Map([['cordoned.log.dirs', '*']]) }
    expect(grow({ count: 3 })).toEqual([
      {
        name: 'a',
        errorCode: ErrorCode.INVALID_REPLICATION_FACTOR,
        errorMessage: 'All brokers are currently fenced, or have all their log directories cordoned.',
      },
    ])
    expect(grow({ count: 3, assignments: [{ brokerIds: [1] }] })).toMatchObject([{ errorCode: 0 }])
    fixture.configs.dynamic = { clusterWide: new Map(), own: new Map() }
    expect(grow({ count: 4 })).toMatchObject([{ errorCode: 0 }])
  })

  const refused: readonly (readonly [Partial<GrownTopic>, keyof typeof ErrorCode, string | null])[] = [
    [{ count: 2 }, 'INVALID_PARTITIONS', 'Topic already has 2 partition(s).'],
    [{ count: -1 }, 'INVALID_PARTITIONS', 'The topic a currently has 2 partition(s); -1 would not be an increase.'],
    [{ name: 'b' }, 'UNKNOWN_TOPIC_OR_PARTITION', null],
    [{ name: '__cluster_metadata' }, 'UNKNOWN_TOPIC_OR_PARTITION', null],
    [
      { assignments: [] },
      'INVALID_REPLICA_ASSIGNMENT',
      'Attempted to add 1 additional partition(s), but only 0 assignment(s) were specified.',
    ],
    [
      { assignments: [{ brokerIds: [] }] },
      'INVALID_REPLICA_ASSIGNMENT',
      'The manual partition assignment includes an empty replica list.',
    ],
    [
      { assignments: [{ brokerIds: [7, 7] }] },
      'INVALID_REPLICA_ASSIGNMENT',
      'The manual partition assignment includes broker 7, but no such broker is registered.',
    ],
    [
      { assignments: [{ brokerIds: [1, 1] }] },
      'INVALID_REPLICA_ASSIGNMENT',
      'The manual partition assignment includes the broker 1 more than once.',
    ],
    [{ count: 2 ** 31 - 1 }, 'UNKNOWN_SERVER_ERROR', null],
  ]
  test.each(refused)('refuses %p with %s', (wish, error, errorMessage) => {
    const { fixture, grow } = withTopic()
    expect(grow(wish)).toEqual([{ name: wish.name ?? 'a', errorCode: ErrorCode[error], errorMessage }])
    expect(fixture.journal.records).toEqual([])
    expect(fixture.created).toEqual([])
  })

  test('answers a repeated name once, and lets the others grow', () => {
    const { fixture, grow } = withTopic()
    fixture.create({ name: 'b' })
    expect(grow({ count: 3 }, { name: 'b' }, { count: 4 }).map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['a', ErrorCode.INVALID_REQUEST],
      ['b', 0],
    ])
    expect(fixture.catalog.topicByName('a')?.partitions).toHaveLength(2)
    expect(fixture.catalog.topicByName('b')?.partitions).toHaveLength(3)
  })

  test('with validation alone nothing happens, and the answer is the same', () => {
    const { fixture } = withTopic()
    expect(ask(fixture, [{}, { name: 'b' }], { validateOnly: true }).map(({ errorCode }) => errorCode)).toEqual([0, 3])
    expect(fixture.journal.records).toEqual([])
    expect(fixture.catalog.topicByName('a')?.partitions).toHaveLength(2)
  })

  test('no time is no growth, unless nothing was left to do', () => {
    const { fixture } = withTopic()
    const codes = (...names: readonly string[]) =>
      ask(
        fixture,
        names.map(name => ({ name })),
        { timeoutMs: 0 },
      ).map(({ errorCode }) => errorCode)
    const { REQUEST_TIMED_OUT, INVALID_REQUEST } = ErrorCode
    expect(codes('a', 'b', 'b')).toEqual([REQUEST_TIMED_OUT, REQUEST_TIMED_OUT, REQUEST_TIMED_OUT])
    expect(codes('a', 'a')).toEqual([INVALID_REQUEST])
    expect(codes()).toEqual([])
  })

  test('ten thousand new partitions are what one request can have', () => {
    const { fixture, grow } = withTopic()
    fixture.create({ name: 'b' })
    const codes = grow({ count: 10_000 }, { name: 'b', count: 4 }, { name: 'b2' }).map(({ errorCode }) => errorCode)
    expect(codes).toEqual([0, ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION])
    expect(fixture.catalog.topicByName('a')?.partitions).toHaveLength(10_000)
  })
})
