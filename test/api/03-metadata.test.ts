import { describe, expect, test } from 'bun:test'
import door, { metadata } from '../../src/api/03-metadata.ts'
import { parseUuid, type Uuid, zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const otherId = parseUuid('7Ag3tGzdQ0anAd3Wf9cX1A') ?? zeroUuid
const all = versionsOf(metadata)
const from = (version: number) => all.filter(candidate => candidate >= version)

interface Question {
  readonly names?: readonly (string | null)[] | null
  readonly ids?: readonly Uuid[]
  readonly creates?: boolean
  readonly asksOperations?: boolean
}

function question(fixture: CatalogFixture, version: number, { names, ids = [], creates = false, ...asked }: Question) {
  const named = names?.map(name => ({ name, topicId: zeroUuid })) ?? []
  const { asksOperations = false } = asked
  return ask(door, metadata, fixture, version, {
    topics: names === null ? null : [...named, ...ids.map(topicId => ({ name: null, topicId }))],
    allowAutoTopicCreation: creates,
    includeClusterAuthorizedOperations: asksOperations,
    includeTopicAuthorizedOperations: asksOperations,
  })
}

function withTopic(settings: Readonly<Record<string, string>> = {}) {
  const fixture = new CatalogFixture(settings)
  const id = fixture.create({ name: 'a', numPartitions: 2 })[0]?.topicId ?? zeroUuid
  return { fixture, id }
}

const codes = (answer: ReturnType<typeof question>) => answer.topics.map(({ name, errorCode }) => [name, errorCode])

describe('Metadata', () => {
  test.each(all)('v%i describes cluster, topic and partitions', version => {
    const { fixture, id } = withTopic()
    const answer = question(fixture, version, { names: ['a', 'a'] })
    const led = { errorCode: 0, leaderId: 1, leaderEpoch: version >= 7 ? 0 : -1, replicaNodes: [1], isrNodes: [1] }
    expect(answer).toEqual({
      throttleTimeMs: 0,
      brokers: [{ nodeId: 1, host: 'here', port: 9092, rack: null }],
      clusterId: version >= 2 ? fixture.catalog.clusterId : null,
      controllerId: version >= 1 ? 1 : -1,
      topics: [
        {
          errorCode: 0,
          name: 'a',
          topicId: version >= 10 ? id : zeroUuid,
          isInternal: false,
          partitions: [0, 1].map(partitionIndex => ({ ...led, partitionIndex, offlineReplicas: [] })),
          topicAuthorizedOperations: -2147483648,
        },
      ],
      errorCode: 0,
      clusterAuthorizedOperations: -2147483648,
    })
  })

  test.each(all)('v%i tells all topics from none', version => {
    const { fixture } = withTopic()
    const every = question(fixture, version, { names: version === 0 ? [] : null })
    expect(codes(every)).toEqual([['a', 0]])
    if (version > 0) expect(question(fixture, version, { names: [] }).topics).toEqual([])
  })

  test.each(all)('v%i answers what it makes at once, with its leader', version => {
    const { fixture } = withTopic({ 'num.partitions': '3' })
    const [made] = question(fixture, version, { names: ['new'], creates: true }).topics
    expect(made).toMatchObject({ errorCode: 0, name: 'new' })
    expect(made?.partitions.map(({ leaderId }) => leaderId)).toEqual([1, 1, 1])
    expect(fixture.created.map(({ name }) => name)).toEqual(['a', 'new'])
  })

  test.each(from(4))('v%i makes nothing that it is not asked to make', version => {
    const { fixture } = withTopic()
    const { UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION } = ErrorCode
    expect(codes(question(fixture, version, { names: ['b', 'a b', ''] }))).toEqual([
      ['b', UNKNOWN_TOPIC_OR_PARTITION],
      ['a b', INVALID_TOPIC_EXCEPTION],
      ['', INVALID_TOPIC_EXCEPTION],
    ])
    const off = withTopic({ 'auto.create.topics.enable': 'false' }).fixture
    expect(codes(question(off, version, { names: ['b'], creates: true }))).toEqual([['b', UNKNOWN_TOPIC_OR_PARTITION]])
  })

  test('what cannot be made is as unknown as before', () => {
    const { fixture } = withTopic()
    fixture.create({ name: 'a_b' })
    const unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    expect(codes(question(fixture, 13, { names: ['a.b'], creates: true }))).toEqual([['a.b', unknown]])
    expect(codes(question(fixture, 13, { names: ['__cluster_metadata'], creates: true }))[0]?.[1]).toBe(unknown)
    fixture.journal.isFull = true
    expect(codes(question(fixture, 13, { names: ['c'], creates: true }))).toEqual([['c', unknown]])
  })

  test('internal topics are made as Kafka makes them', () => {
    const { fixture } = withTopic()
    const [made] = question(fixture, 13, { names: ['__consumer_offsets'], creates: true }).topics
    expect(made).toMatchObject({ errorCode: 0, isInternal: true })
    expect(made?.partitions.length).toBe(50)
    const [absent] = question(fixture, 13, { names: ['__transaction_state'] }).topics
    expect(absent).toMatchObject({ errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, isInternal: true })
  })

  test.each(from(12))('v%i finds topics by id, and passes over the names beside them', version => {
    const { fixture, id } = withTopic()
    expect(codes(question(fixture, version, { names: ['b', null], ids: [otherId, id] }))).toEqual([
      [null, ErrorCode.UNKNOWN_TOPIC_ID],
      ['a', 0],
    ])
  })

  test.each([10, 11])('v%i refuses ids and missing names', version => {
    const { fixture, id } = withTopic()
    for (const asked of [{ names: ['a'], ids: [id] }, { names: ['a', null] }]) {
      const answer = question(fixture, version, asked)
      expect(answer).toMatchObject({ brokers: [], clusterId: null, controllerId: -1 })
      expect(codes(answer)).toEqual([
        ['a', ErrorCode.INVALID_REQUEST],
        ['', ErrorCode.INVALID_REQUEST],
      ])
    }
  })

  test('a name that is missing where no topic has an id spoils the request', () => {
    const answer = question(withTopic().fixture, 13, { names: ['a', null] })
    expect(answer).toMatchObject({ errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, brokers: [], clusterId: null })
    expect(codes(answer).map(([, code]) => code)).toEqual([-1, -1])
  })

  test('says what is allowed where it is asked', () => {
    const { fixture } = withTopic()
    const answer = question(fixture, 8, { names: ['a', 'b'], asksOperations: true })
    expect(answer.clusterAuthorizedOperations).toBe(8096)
    expect(answer.topics.map(topic => topic.topicAuthorizedOperations)).toEqual([3576, 3576])
  })

  test.each(from(12))('v%i does not say what is allowed of an id that is not known', version => {
    const { fixture, id } = withTopic()
    const { topics } = question(fixture, version, { ids: [otherId, id], asksOperations: true })
    expect(topics.map(topic => topic.topicAuthorizedOperations)).toEqual([-2147483648, 3576])
  })
})
