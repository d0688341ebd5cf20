import { describe, expect, test } from 'bun:test'
import { fetch } from '../../src/api/01-fetch.ts'
import { type Uuid, zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { batchHeaders } from '../../src/wire/records/batch.ts'
import { CompressionCodec } from '../../src/wire/records/compression/index.ts'
import { readLegacyBatches } from '../../src/wire/records/legacy.ts'
import type { SimClient } from '../sim/client.ts'
import { initProducer, writeIn } from '../sim/transactions.ts'
import {
  batchOf,
  bytesOf,
  type FetchShape,
  fetchOf,
  headersOf,
  onlyPartition,
  partitionsOf,
  produceTo,
  START_MS,
  valuesOf,
  World,
} from '../sim/world.ts'

const stranger = 'Kfj7w9vRQ_mQyjUxsGqXwA' as Uuid

/** A topic with three batches of two records in each of its partitions. */
function setUp(numPartitions = 1, settings: Record<string, string> = {}, configs: Record<string, string> = {}) {
  const world = new World({ settings })
  const topicId = world.createTopic('t', numPartitions, configs)
  const client = world.connect()
  for (let partition = 0; partition < numPartitions; partition++) {
    for (const values of [
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ])
      produceTo(client, 't', { values }, partition)
  }
  const get = (shape: FetchShape = {}, version = 12) => client.call(fetch, version, fetchOf('t', { topicId, ...shape }))
  const getOne = (shape: FetchShape = {}, version = 12) => onlyPartition(get(shape, version))
  return { world, topicId, client, get, getOne }
}

const batchBytes = batchOf({ values: ['a', 'b'] }).length

describe('Fetch', () => {
  test('every version answers with the records, in the format that it knows', () => {
    const { getOne } = setUp()
    for (let version = 0; version <= 18; version++) {
      const partition = getOne({}, version)
      expect(partition).toMatchObject({ partitionIndex: 0, errorCode: 0, highWatermark: 6 })
      const bytes = bytesOf(partition)
      if (version >= 4) expect(valuesOf(partition)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
      else {
        const batches = readLegacyBatches(bytes, 1000)
        expect(batches.map(of => of.magic)).toEqual(Array(6).fill(version < 2 ? 0 : 1))
        expect(batches.flatMap(of => of.records).map(of => [of.offset, of.timestamp])).toEqual(
          [0, 1, 2, 3, 4, 5].map(offset => [offset, version < 2 ? -1 : START_MS + (offset % 2)]),
        )
      }
    }
  })

  test('begins with the batch that holds the offset', () => {
    const { getOne } = setUp()
    const from = (fetchOffset: number) => {
      const partition = getOne({ partitions: [{ fetchOffset }] })
      return partition.errorCode === ErrorCode.NONE
        ? headersOf(partition).map(of => of.baseOffset)
        : partition.errorCode
    }
    expect([0, 1, 2, 3, 5, 6].map(from)).toEqual([[0, 2, 4], [0, 2, 4], [2, 4], [2, 4], [4], []])
    expect([7, -1, 2 ** 40].map(from)).toEqual(Array(3).fill(ErrorCode.OFFSET_OUT_OF_RANGE))
  })

  test('unknown topics and partitions, by name and by id', () => {
    const { topicId, client } = setUp()
    const ask = (version: number, topic: string, id: Uuid, partition = 0) =>
      onlyPartition(client.call(fetch, version, fetchOf(topic, { topicId: id, partitions: [{ partition }] }))).errorCode
    expect(ask(12, 'none', zeroUuid)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(ask(12, 't', zeroUuid, 1)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(ask(12, 't', zeroUuid, -1)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(ask(13, '', stranger)).toBe(ErrorCode.UNKNOWN_TOPIC_ID)
    expect(ask(13, '', topicId, 1)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(ask(13, '', topicId)).toBe(ErrorCode.NONE)
  })

  test('partitions that are not known come last, and those of a topic that stand together stay together', () => {
    const { client, world } = setUp(2)
    world.createTopic('u')
    const full = (partition: number) => ({ partition, fetchOffset: 0, partitionMaxBytes: 1000 })
    const topics = [
      { topicId: zeroUuid, topic: 'none', partitions: [full(0)] },
      { topicId: zeroUuid, topic: 't', partitions: [full(1), full(7), full(0)] },
      { topicId: zeroUuid, topic: 'u', partitions: [full(0)] },
    ]
    const answer = client.call(fetch, 12, fetchOf('', { topics }))
    expect(answer.responses.map(of => [of.topic, of.partitions.map(one => one.partitionIndex)])).toEqual([
      ['t', [1, 0]],
      ['u', [0]],
      ['none', [0]],
      ['t', [7]],
    ])
  })

  test('read committed asks for aborted transactions, of which there are none', () => {
    const { getOne } = setUp()
    const fetched = [0, 1].map(isolationLevel => getOne({ isolationLevel }))
    expect(fetched.map(of => of.abortedTransactions)).toEqual([null, []])
    expect(fetched.map(of => [of.lastStableOffset, valuesOf(of).length])).toEqual([
      [6, 6],
      [6, 6],
    ])
  })

  test('read committed, where the first batch does not fit: none are told', () => {
    const { get } = setUp(2)
    const abortedBeside = (partitionMaxBytes: number) => {
      const partitions = [{ partition: 0 }, { partition: 1, partitionMaxBytes }]
      return partitionsOf(get({ isolationLevel: 1, partitions })).map(of => of.abortedTransactions)
    }
    expect([0, 1, batchBytes - 1, batchBytes].map(abortedBeside)).toEqual([
      [[], []],
      [[], null],
      [[], null],
      [[], []],
    ])
  })

  test('a client with another leader epoch is told so', () => {
    const { getOne } = setUp()
    const ask = (currentLeaderEpoch: number) => getOne({ partitions: [{ currentLeaderEpoch }] }).errorCode
    expect([-1, 0, 1].map(ask)).toEqual([0, 0, ErrorCode.UNKNOWN_LEADER_EPOCH])
  })

  test('a client that is ahead of its last epoch is told where that ended', () => {
    const { getOne } = setUp()
    const fetched = getOne({ partitions: [{ fetchOffset: 9, lastFetchedEpoch: 0 }] })
    expect(fetched).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: 0, endOffset: 6 }, highWatermark: 6 })
    expect(valuesOf(fetched)).toEqual([])
    expect(getOne({ partitions: [{ fetchOffset: 6, lastFetchedEpoch: 0 }] }).divergingEpoch.epoch).toBe(-1)
  })

  test('a replica is told that nobody leads it here', () => {
    const { getOne } = setUp()
    const code = ErrorCode.NOT_LEADER_OR_FOLLOWER
    expect(getOne({ replicaId: 2 }, 12)).toMatchObject({ errorCode: code, currentLeader: { leaderId: -1 } })
    const replicaState = { replicaId: 2, replicaEpoch: 1 }
    expect(getOne({ replicaState }, 17)).toMatchObject({
      errorCode: code,
      currentLeader: { leaderId: 1, leaderEpoch: 0 },
    })
  })

  test('a disk that cannot be read is an error of its partition', () => {
    const { world, get, client } = setUp(2)
    world.disk.fault = (operation, path) => (operation === 'read' && path.startsWith('t-0/') ? 'EIO' : null)
    const partitions = [{ partition: 0 }, { partition: 1 }]
    expect(partitionsOf(get({ partitions })).map(of => [of.errorCode, valuesOf(of).length])).toEqual([
      [ErrorCode.KAFKA_STORAGE_ERROR, 0],
      [ErrorCode.NONE, 6],
    ])
    expect(client.closings).toEqual([])
  })
})

describe('Fetch and its limits', () => {
  const both = [{ partition: 0 }, { partition: 1 }]
  const counts = (answer: Parameters<typeof partitionsOf>[0]) => partitionsOf(answer).map(of => headersOf(of).length)

  test('of a partition: as many bytes as it says, cut within a batch', () => {
    const { getOne } = setUp()
    for (const partitionMaxBytes of [batchBytes, batchBytes + 1, 2 * batchBytes - 1, 2 * batchBytes]) {
      const fetched = getOne({ partitions: [{ partitionMaxBytes }] })
      expect(bytesOf(fetched).length).toBe(partitionMaxBytes)
      expect(headersOf(fetched).length).toBe(Math.floor(partitionMaxBytes / batchBytes))
    }
  })

  test('of the request: what one partition takes is not there for the next', () => {
    const { get } = setUp(2)
    for (const [maxBytes, expected] of [
      [6 * batchBytes, [3, 3]],
      [4 * batchBytes, [3, 1]],
      [3 * batchBytes, [3, 0]],
      [2 * batchBytes, [2, 0]],
    ] as const) {
      expect(counts(get({ partitions: both, maxBytes }))).toEqual([...expected])
    }
  })

  test('of the broker: fetch.max.bytes holds whatever the request says', () => {
    const values = ['x'.repeat(600)]
    const world = new World({ settings: { 'fetch.max.bytes': '1024' } })
    world.createTopic('t', 2)
    const writer = world.connect()
    for (const partition of [0, 0, 1]) produceTo(writer, 't', { values }, partition)
    const answer = writer.call(fetch, 12, fetchOf('t', { partitions: both }))
    expect(partitionsOf(answer).map(of => bytesOf(of).length)).toEqual([1024, 0])
  })

  test('the first batch of all comes whole however small they are, from version 3 on', () => {
    const { get } = setUp(2)
    for (const limits of [
      { maxBytes: 1 },
      { maxBytes: 0 },
      { partitions: both.map(of => ({ ...of, partitionMaxBytes: 1 })) },
    ]) {
      expect(counts(get({ partitions: both, ...limits }))).toEqual([1, 0])
    }
    const emptyFirst = [
      { partition: 0, fetchOffset: 6, partitionMaxBytes: 1 },
      { partition: 1, partitionMaxBytes: 1 },
    ]
    expect(counts(get({ partitions: emptyFirst }))).toEqual([0, 1])
  })

  test('versions 0 to 2 get what fits of the first batch, which may be nothing', () => {
    const { getOne } = setUp()
    const ask = (partitionMaxBytes: number, version: number) =>
      readLegacyBatches(bytesOf(getOne({ partitions: [{ partitionMaxBytes }] }, version)), 1000).length
    for (const version of [0, 2]) {
      expect([ask(batchBytes, version), ask(batchBytes - 1, version), ask(0, version)]).toEqual([2, 0, 0])
    }
    expect(ask(1, 3)).toBe(2)
  })
})

describe('Fetch that waits', () => {
  const end = { fetchOffset: 6 }

  test('not at all if it does not want to, or wants nothing', () => {
    const { get } = setUp()
    for (const shape of [
      { maxWaitMs: 0, minBytes: 100 },
      { maxWaitMs: 100, minBytes: 0 },
    ]) {
      expect(headersOf(onlyPartition(get({ ...shape, partitions: [end] })))).toEqual([])
    }
    expect(get({ maxWaitMs: 100, partitions: [] }).responses).toEqual([])
  })

  test('not if one partition has an error or a divergence', () => {
    const { get } = setUp(2)
    for (const broken of [
      { fetchOffset: 77 },
      { fetchOffset: 9, lastFetchedEpoch: 0 },
      { fetchOffset: 6, currentLeaderEpoch: 1 },
    ]) {
      expect(get({ maxWaitMs: 100, partitions: [{ ...end, partition: 1 }, broken] }).responses.length).toBeGreaterThan(
        0,
      )
    }
  })

  describe.each([12, 14])('version %i, of partitions that are not known', version => {
    const elsewhere = { topicId: stranger, topic: 'none', partitions: [{ partition: 0, ...end, partitionMaxBytes: 1 }] }
    const unknownTopic = version < 13 ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.UNKNOWN_TOPIC_ID

    test.each([
      ['a partition', (topicId: Uuid) => fetchOf('t', { topicId, partitions: [end, { partition: 9 }] }).topics],
      ['a topic', (topicId: Uuid) => [...fetchOf('t', { topicId, partitions: [end] }).topics, elsewhere]],
    ])('beside others: %s', (what, topics) => {
      const { world, client, topicId } = setUp()
      const expected = what === 'a topic' ? unknownTopic : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      const ask = () => client.ask(fetch, version, fetchOf('', { maxWaitMs: 600, topics: topics(topicId) }))
      const codesOf = (asked: ReturnType<typeof ask>) =>
        asked.answer && partitionsOf(asked.answer).map(of => of.errorCode)
      const untilLate = ask()
      world.advance(599)
      expect(untilLate.answer).toBeNull()
      world.advance(1)
      expect(codesOf(untilLate)).toEqual([ErrorCode.NONE, expected])
      const untilNews = ask()
      expect(untilNews.answer).toBeNull()
      produceTo(world.connect(), 't', { values: ['g'] })
      expect(codesOf(untilNews)).toEqual([ErrorCode.NONE, expected])
    })

    test('and no others: not at all', () => {
      const { client } = setUp()
      const asked = client.ask(fetch, version, fetchOf('', { maxWaitMs: 600, topics: [elsewhere, elsewhere] }))
      expect(asked.answer && onlyPartition(asked.answer).errorCode).toBe(unknownTopic)
    })

    test('any more: until they are gone', () => {
      const { world, client, topicId } = setUp()
      const asked = client.ask(fetch, version, fetchOf('t', { maxWaitMs: 600, topicId, partitions: [end] }))
      expect(asked.answer).toBeNull()
      world.deleteTopic('t')
      expect(asked.answer && onlyPartition(asked.answer).errorCode).toBe(unknownTopic)
    })
  })

  test('not for what is not stable, beyond where that begins', () => {
    // DelayedFetch.tryComplete: a fetch beyond the end that it may read is answered with nothing.
    const { world, client, topicId } = setUp()
    writeIn(client, initProducer(client, 'x'), 't', ['g', 'h'])
    const ask = (fetchOffset: number) => {
      const shape = { topicId, maxWaitMs: 600, isolationLevel: 1, partitions: [{ fetchOffset }] }
      return client.ask(fetch, 12, fetchOf('t', shape))
    }
    for (const fetchOffset of [7, 8]) {
      const { answer } = ask(fetchOffset)
      expect(answer && onlyPartition(answer)).toMatchObject({ errorCode: 0, lastStableOffset: 6, highWatermark: 8 })
    }
    const asked = ask(6)
    expect(asked.answer).toBeNull()
    world.advance(600)
    expect(asked.answer).not.toBeNull()
  })

  test('for min bytes over all its partitions together', () => {
    const { world, client, topicId } = setUp(2)
    const partitions = [0, 1].map(partition => ({ partition, fetchOffset: 6 }))
    const asked = client.ask(fetch, 12, fetchOf('t', { topicId, maxWaitMs: 100, minBytes: 2 * batchBytes, partitions }))
    const writer = world.connect()
    produceTo(writer, 't', { values: ['g', 'h'] }, 0)
    expect(asked.answer).toBeNull()
    produceTo(writer, 't', { values: ['g', 'h'] }, 1)
    expect(asked.answer && partitionsOf(asked.answer).flatMap(valuesOf)).toEqual(['g', 'h', 'g', 'h'])
  })

  test('for no more than it may be given: of the request, and of the broker', () => {
    // KafkaApis.handleFetchRequest: min bytes are at most what fetch.max.bytes and the request's max bytes allow.
    const { get } = setUp()
    const shape = { maxWaitMs: 100, minBytes: 1_000_000, maxBytes: 2 * batchBytes }
    expect(headersOf(onlyPartition(get(shape))).length).toBe(2)
    const world = new World({ settings: { 'fetch.max.bytes': '1024' } })
    world.createTopic('t')
    const client = world.connect()
    produceTo(client, 't', { values: ['x'.repeat(1100)] })
    expect(headersOf(onlyPartition(client.call(fetch, 12, fetchOf('t', { ...shape, maxBytes: 1 << 20 })))).length).toBe(
      1,
    )
  })

  test('not if a first batch that comes whole is enough, though its partition allows less', () => {
    // ReplicaManager.fetchMessages counts what it has read, and that is the whole batch.
    const { get } = setUp()
    const partitions = [{ partitionMaxBytes: 1 }]
    expect(headersOf(onlyPartition(get({ maxWaitMs: 100, minBytes: 50, partitions }))).length).toBe(1)
  })
})

describe('Fetch of old versions', () => {
  const codecs = { none: 0, gzip: 1, snappy: 2, lz4: 3 } as const
  const values = Array.from({ length: 20 }, (_, index) => `value ${index}`)

  for (const [name, codec] of Object.entries(codecs)) {
    test(`gives batches of ${name} as messages`, () => {
      const world = new World()
      world.createTopic('t')
      const client = world.connect()
      produceTo(client, 't', { values, codec, key: 'k' })
      for (const version of [0, 1, 2, 3]) {
        const bytes = bytesOf(onlyPartition(client.call(fetch, version, fetchOf('t'))))
        const batches = readLegacyBatches(bytes, 100_000)
        expect(batches.every(of => of.magic === (version < 2 ? 0 : 1))).toBe(true)
        expect(batches[0]?.codec).toBe(codec)
        const text = new TextDecoder()
        expect(batches.flatMap(of => of.records).map(of => text.decode(of.value ?? undefined))).toEqual(values)
      }
    })
  }

  test('zstd is refused where messages are wanted', () => {
    const world = new World()
    world.createTopic('sent')
    world.createTopic('stored', 1, { 'compression.type': 'zstd' })
    const client = world.connect()
    produceTo(client, 'sent', { codec: CompressionCodec.ZSTD })
    produceTo(client, 'stored')
    const ask = (topic: string, version: number) => onlyPartition(client.call(fetch, version, fetchOf(topic))).errorCode
    const refused = ErrorCode.UNSUPPORTED_COMPRESSION_TYPE
    // Kafka 4 has no version left that it would refuse: 4 to 9 get zstd though they do not know it.
    expect([0, 3, 4, 9, 10].map(version => ask('stored', version))).toEqual([refused, refused, 0, 0, 0])
    expect([0, 3, 4, 9, 10].map(version => ask('sent', version))).toEqual([refused, refused, 0, 0, 0])
  })
})

for (const version of [7, 12, 13, 18]) {
  describe(`a fetch session, version ${version}`, () => {
    function begin(numPartitions = 2) {
      const { world, client, topicId, get } = setUp(numPartitions)
      const partitions = Array.from({ length: numPartitions }, (_, partition) => ({ partition, fetchOffset: 6 }))
      const first = get({ sessionEpoch: 0, partitions }, version)
      const { sessionId } = first
      const next = (sessionEpoch: number, shape: FetchShape = {}) =>
        get({ sessionId, sessionEpoch, partitions: [], ...shape }, version)
      return { world, client, topicId, first, sessionId, next }
    }
    const indexes = (answer: Parameters<typeof partitionsOf>[0]) => partitionsOf(answer).map(of => of.partitionIndex)

    test('begins with all partitions, and goes on with those that have news', () => {
      const { world, first, sessionId, next } = begin()
      expect(sessionId).toBeGreaterThan(0)
      expect(indexes(first)).toEqual([0, 1])
      expect(next(1)).toMatchObject({ errorCode: 0, sessionId, responses: [] })
      produceTo(world.connect(), 't', { values: ['g'] }, 1)
      const news = next(2)
      expect([indexes(news), valuesOf(onlyPartition(news))]).toEqual([[1], ['g']])
      expect(indexes(next(3, { partitions: [{ partition: 1, fetchOffset: 7 }] }))).toEqual([])
    })

    test('waits without being told again for what', () => {
      const { world, client, topicId, sessionId } = begin()
      const shape = { topicId, sessionId, sessionEpoch: 1, partitions: [], maxWaitMs: 100 }
      const asked = client.ask(fetch, version, fetchOf('t', shape))
      produceTo(world.connect(), 't', { values: ['g'] }, 1)
      expect(asked.answer && valuesOf(onlyPartition(asked.answer))).toEqual(['g'])
    })

    test('forgets partitions, and learns new ones', () => {
      const { world, next } = begin(3)
      const writer = world.connect()
      expect(next(1, { forgotten: [0, 2] }).responses).toEqual([])
      for (const partition of [0, 1, 2]) produceTo(writer, 't', {}, partition)
      expect(indexes(next(2))).toEqual([1])
      expect(indexes(next(3, { partitions: [{ partition: 2, fetchOffset: 0 }] }))).toEqual([1, 2])
    })

    test('an epoch out of turn, and a session that is not there, are errors without partitions', () => {
      const { next } = begin()
      next(1)
      for (const epoch of [1, 3]) {
        // FetchContext.SessionErrorContext: the answer names no session.
        expect(next(epoch)).toMatchObject({
          errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH,
          sessionId: 0,
          responses: [],
        })
      }
      expect(next(2).errorCode).toBe(ErrorCode.NONE)
      expect(next(1, { sessionId: 4711 })).toMatchObject({
        errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
        sessionId: 0,
        responses: [],
      })
    })

    test('begins without partitions, and learns them', () => {
      const { get } = setUp()
      const { sessionId } = get({ sessionEpoch: 0, partitions: [] }, version)
      expect(sessionId).toBeGreaterThan(0)
      const partitions = [{ fetchOffset: 6 }]
      const learned = get({ sessionId, sessionEpoch: 1, partitions }, version)
      expect([learned.sessionId, indexes(learned)]).toEqual([sessionId, [0]])
    })

    test('ends when the client says so', () => {
      const { next } = begin()
      expect(next(-1)).toMatchObject({ errorCode: 0, sessionId: 0, responses: [] })
      expect(next(1).errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
    })

    test('shows a partition once more after its error is over', () => {
      const { world, next } = begin()
      const broken = next(1, { partitions: [{ partition: 0, fetchOffset: 7 }] })
      expect(partitionsOf(broken).map(of => of.errorCode)).toEqual([ErrorCode.OFFSET_OUT_OF_RANGE])
      produceTo(world.connect(), 't', {}, 0)
      expect(partitionsOf(next(2)).map(of => [of.errorCode, of.highWatermark])).toEqual([[0, 7]])
      expect(next(3).responses).toEqual([])
    })
  })
}

describe('a fetch session', () => {
  const sessionOf = (client: SimClient, version: number, topicId: Uuid) =>
    client.call(fetch, version, fetchOf('t', { topicId, sessionEpoch: 0 })).sessionId

  test('stays with topic names or with topic ids', () => {
    const { client, topicId } = setUp()
    for (const [before, after] of [
      [12, 13],
      [13, 12],
    ] as const) {
      const sessionId = sessionOf(client, before, topicId)
      const changed = client.call(fetch, after, fetchOf('t', { topicId, sessionId, sessionEpoch: 1, partitions: [] }))
      expect(changed).toMatchObject({ errorCode: ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR, sessionId: 0, responses: [] })
    }
  })

  test('is one of as many as max.incremental.fetch.session.cache.slots says', () => {
    const { client, topicId, world } = setUp(1, { 'max.incremental.fetch.session.cache.slots': '1' })
    expect(sessionOf(client, 12, topicId)).toBeGreaterThan(0)
    expect(sessionOf(client, 12, topicId)).toBe(0)
    world.advance(120_001)
    expect(sessionOf(client, 12, topicId)).toBeGreaterThan(0)
  })

  test('names the topic of a deleted one by its id, with an error', () => {
    const { world, client, topicId } = setUp()
    const sessionId = sessionOf(client, 13, topicId)
    world.deleteTopic('t')
    const answer = client.call(fetch, 13, fetchOf('t', { topicId, sessionId, sessionEpoch: 1, partitions: [] }))
    expect(onlyPartition(answer)).toMatchObject({ topicId, errorCode: ErrorCode.UNKNOWN_TOPIC_ID })
  })

  test('is forgotten when the broker stops', () => {
    const { world, client, topicId } = setUp()
    const sessionId = sessionOf(client, 12, topicId)
    world.restart()
    const answer = world.connect().call(fetch, 12, fetchOf('t', { sessionId, sessionEpoch: 1, partitions: [] }))
    expect(answer.errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
  })
})

test('bytes of a fetch are those of the log, untouched', () => {
  const { world, getOne } = setUp()
  const file = world.disk.open('t-0/00000000000000000000.log')
  expect(bytesOf(getOne())).toEqual(file.read(0, file.size))
  expect([...batchHeaders(file.read(0, file.size))].length).toBe(3)
})
