import { describe, expect, test } from 'bun:test'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { CatalogFixture, identity, newTopic } from './fixture.ts'

const assigned = (...brokerIds: readonly (readonly number[])[]) =>
  brokerIds.map((ids, partitionIndex) => ({ partitionIndex, brokerIds: ids }))

describe('createTopics', () => {
  test('writes what a controller of Kafka writes, and makes the directories', () => {
    const fixture = new CatalogFixture()
    const configs = [
      { name: 'retention.ms', value: '1' },
      { name: 'min.insync.replicas', value: '1' },
      { name: 'retention.ms', value: '2' },
    ]
    const [created] = fixture.create({ name: 'a', numPartitions: 2, configs })
    const topic = fixture.catalog.topicByName('a')
    expect(created).toMatchObject({ errorCode: 0, errorMessage: null, numPartitions: 2, replicationFactor: 1 })
    expect(topic?.id).toBe(created?.topicId)
    expect(fixture.catalog.topicById(created?.topicId ?? zeroUuid)).toBe(topic)
    expect(fixture.created).toEqual(topic ? [topic] : [])
    expect(topic?.configs).toEqual(
      new Map([
        ['retention.ms', '2'],
        ['min.insync.replicas', '1'],
      ]),
    )
    expect(fixture.journal.records.map(({ type }) => type)).toEqual([
      'topicRecord',
      'configRecord',
      'configRecord',
      'clearElrRecord',
      'partitionRecord',
      'partitionRecord',
    ])
    expect(topic?.partitions).toEqual(
      [0, 1].map(index => ({
        index,
        leaderId: 1,
        leaderEpoch: 0,
        partitionEpoch: 0,
        replicas: [1],
        isr: [1],
        directories: [identity.directoryId],
        eligibleLeaderReplicas: [],
        lastKnownElr: [],
      })),
    )
  })

  test('takes the counts of the broker for -1', () => {
    const fixture = new CatalogFixture({ 'num.partitions': '5', 'default.replication.factor': '3' })
    expect(fixture.create({ name: 'a', numPartitions: -1, replicationFactor: -1 })[0]).toMatchObject({
      errorCode: 0,
      numPartitions: 5,
      replicationFactor: 1,
    })
  })

  test('with validation alone nothing happens, and the answer is the same', () => {
    const fixture = new CatalogFixture()
    const request = { topics: [newTopic({ name: 'a', numPartitions: 3 })], validateOnly: true, timeoutMs: 1 }
    expect(fixture.catalog.createTopics(request, 0)[0]).toMatchObject({ errorCode: 0, numPartitions: 3 })
    expect(fixture.journal.records).toEqual([])
    expect([...fixture.catalog.topics()]).toEqual([])
  })

  test('on a cordoned directory nothing is placed but by hand', () => {
    const fixture = new CatalogFixture({ 'log.dirs': '/data', 'cordoned.log.dirs': '/data' })
    expect(fixture.create({ name: 'a' })[0]).toMatchObject({
      errorCode: ErrorCode.INVALID_REPLICATION_FACTOR,
      errorMessage:
        'Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their log directories cordoned.',
    })
    const byHand = { numPartitions: -1, replicationFactor: -1, assignments: assigned([1]) }
    expect(fixture.create({ name: 'a', ...byHand })[0]).toMatchObject({ errorCode: 0 })
  })

  test.each([
    [{ numPartitions: 0 }, 'INVALID_PARTITIONS'],
    [{ numPartitions: -2 }, 'INVALID_PARTITIONS'],
    [{ replicationFactor: 0 }, 'INVALID_REPLICATION_FACTOR'],
    [{ replicationFactor: -2, numPartitions: 0 }, 'INVALID_REPLICATION_FACTOR'],
    [{ name: 'a b' }, 'INVALID_TOPIC_EXCEPTION'],
    [{ name: '__cluster_metadata' }, 'INVALID_REQUEST'],
    [{ configs: [{ name: 'retention.ms', value: 'soon' }] }, 'INVALID_CONFIG'],
    [{ configs: [{ name: 'retention.ms', value: null }] }, 'INVALID_CONFIG'],
    [{ configs: [{ name: 'no.such', value: '1' }] }, 'INVALID_CONFIG'],
    [{ assignments: assigned([1]), numPartitions: -1 }, 'INVALID_REQUEST'],
    [{ assignments: assigned([1]), replicationFactor: -1 }, 'INVALID_REQUEST'],
  ] as const)('refuses %p with %s', (change, error) => {
    const fixture = new CatalogFixture()
    const [refused] = fixture.create({ name: 'a', ...change })
    expect(refused).toMatchObject({ errorCode: ErrorCode[error], topicId: zeroUuid, numPartitions: -1 })
    expect(refused?.errorMessage).toBeString()
    expect(fixture.journal.records).toEqual([])
  })

  test.each([
    [
      'a gap',
      [
        { partitionIndex: 0, brokerIds: [1] },
        { partitionIndex: 2, brokerIds: [1] },
      ],
    ],
    ['not from 0', [{ partitionIndex: 1, brokerIds: [1] }]],
    [
      'a partition twice',
      [
        { partitionIndex: 0, brokerIds: [1] },
        { partitionIndex: 0, brokerIds: [1] },
      ],
    ],
    ['a negative partition', [{ partitionIndex: -1, brokerIds: [1] }]],
    ['a broker twice', assigned([1, 1])],
    ['no broker', assigned([])],
    ['an unknown broker', assigned([1], [1, 77])],
  ])('refuses an assignment with %s', (_, assignments) => {
    const fixture = new CatalogFixture()
    const [refused] = fixture.create({ name: 'a', numPartitions: -1, replicationFactor: -1, assignments })
    expect(refused?.errorCode).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
  })

  test('takes an assignment in any order', () => {
    const fixture = new CatalogFixture()
    const assignments = assigned([1], [1]).reverse()
    const [created] = fixture.create({ name: 'a', numPartitions: -1, replicationFactor: -1, assignments })
    expect(created).toMatchObject({ errorCode: 0, numPartitions: 2, replicationFactor: 1 })
    expect(fixture.catalog.topicByName('a')?.partitions.map(({ index }) => index)).toEqual([0, 1])
  })

  test('refuses a name that exists, and one that would collide with an older topic', () => {
    const fixture = new CatalogFixture()
    fixture.create({ name: 'a_b' })
    const codes = fixture
      .create({ name: 'a_b' }, { name: 'a.b' }, { name: 'c.d' }, { name: 'c_d' })
      .map(t => t.errorCode)
    expect(codes).toEqual([ErrorCode.TOPIC_ALREADY_EXISTS, ErrorCode.INVALID_TOPIC_EXCEPTION, 0, 0])
  })

  test('answers a repeated name once, and makes the others', () => {
    const fixture = new CatalogFixture()
    const answers = fixture.create({ name: 'a' }, { name: 'b' }, { name: 'a', numPartitions: 2 })
    expect(answers.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['b', 0],
      ['a', ErrorCode.INVALID_REQUEST],
    ])
  })

  test('more replicas than brokers: one is made, or none where that is wanted strictly', () => {
    expect(new CatalogFixture().create({ name: 'a', replicationFactor: 3 })[0]).toMatchObject({ replicationFactor: 1 })
    const strict = new CatalogFixture({}, true).create({ name: 'a', replicationFactor: 2 })
    expect(strict[0]?.errorCode).toBe(ErrorCode.INVALID_REPLICATION_FACTOR)
  })

  test('no time is no topic, unless nothing was left to make', () => {
    const fixture = new CatalogFixture()
    const answers = (topics: readonly string[]) =>
      fixture.catalog
        .createTopics({ topics: topics.map(name => newTopic({ name })), validateOnly: false, timeoutMs: 0 }, 0)
        .map(({ errorCode, errorMessage }) => [errorCode, errorMessage !== null])
    expect(answers(['a', 'b'])).toEqual([
      [ErrorCode.REQUEST_TIMED_OUT, false],
      [ErrorCode.REQUEST_TIMED_OUT, false],
    ])
    expect(answers(['a', 'a'])).toEqual([[ErrorCode.INVALID_REQUEST, true]])
    expect(answers([])).toEqual([])
  })

  test.each([[[10_000]], [[5000, 5000, 1]]])('too many partitions spoil the request: %p', counts => {
    const fixture = new CatalogFixture()
    const answers = fixture.create(...counts.map((numPartitions, at) => ({ name: `t${at}`, numPartitions })), {
      name: ' ',
    })
    expect(answers.map(({ errorCode }) => errorCode)).toEqual(Array(counts.length + 1).fill(ErrorCode.POLICY_VIOLATION))
    expect(fixture.journal.records).toEqual([])
  })

  test('9,999 partitions are not too many', () => {
    expect(new CatalogFixture().create({ name: 'a', numPartitions: 9999 })[0]?.errorCode).toBe(0)
  })
})
