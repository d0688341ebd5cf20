import { describe, expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { createTopics } from '../../src/api/19-create-topics.ts'
import { type Uuid, zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { batchHeaders } from '../../src/wire/records/batch.ts'
import { CompressionCodec } from '../../src/wire/records/compression/index.ts'
import { encodeMessageSet } from '../../src/wire/records/legacy.ts'
import type { SimClient } from '../sim/client.ts'
import {
  type BatchShape,
  batchOf,
  bytesOf,
  fetchOf,
  headersOf,
  onlyPartition,
  outcomeOf,
  produceOf,
  produceTo,
  START_MS,
  valuesOf,
  World,
} from '../sim/world.ts'

const stranger = 'Kfj7w9vRQ_mQyjUxsGqXwA' as Uuid

function setUp(configs: Record<string, string> = {}, numPartitions = 1) {
  const world = new World()
  const topicId = world.createTopic('t', numPartitions, configs)
  const client = world.connect()
  return { world, topicId, client }
}

function stored(client: SimClient, partition = 0) {
  return onlyPartition(client.call(fetch, 12, fetchOf('t', { partitions: [{ partition }] })))
}

/** A produce of `records` as they are. */
function send(client: SimClient, records: Uint8Array | null, version = 9) {
  return outcomeOf(client.call(produce, version, produceOf('t', { 0: records })))
}

describe('Produce', () => {
  test('every version appends and answers', () => {
    const { client, topicId } = setUp()
    for (let version = 0; version <= 13; version++) {
      const magic = version < 2 ? 0 : 1
      const message = { offset: 0, timestamp: START_MS, key: null, value: new TextEncoder().encode('v') }
      const options = { magic, codec: CompressionCodec.NONE, timestampType: 'CreateTime' } as const
      const records = version < 3 ? encodeMessageSet(options, [message]) : batchOf()
      const request = produceOf('t', { 0: records }, { topicId })
      const answer = client.call(produce, version, request)
      expect(answer.responses[0]).toMatchObject(version < 13 ? { name: 't' } : { topicId })
      expect(outcomeOf(answer)).toMatchObject({ index: 0, errorCode: 0, baseOffset: version, recordErrors: [] })
    }
    expect(valuesOf(stored(client))).toEqual(Array(14).fill('v'))
  })

  test('gives each record its offset, and leaves all else of a batch as it came', () => {
    const { client } = setUp()
    const batch = batchOf({ values: ['a', 'b', 'c'] })
    expect(send(client, batch.slice()).baseOffset).toBe(0)
    expect(send(client, batch.slice()).baseOffset).toBe(3)
    const bytes = bytesOf(stored(client))
    expect([...batchHeaders(bytes)].map(of => [of.baseOffset, of.partitionLeaderEpoch])).toEqual([
      [0, 0],
      [3, 0],
    ])
    expect(bytes.subarray(batch.length + 16)).toEqual(batch.subarray(16))
  })

  test('acks 1 and -1 are answered alike', () => {
    const { client } = setUp()
    const answers = [1, -1].map(acks => client.call(produce, 9, produceOf('t', { 0: batchOf() }, { acks })))
    expect(answers.map(of => outcomeOf(of).baseOffset)).toEqual([0, 1])
  })

  test('acks 0 appends and does not answer', () => {
    const { client } = setUp()
    client.tell(produce, 9, produceOf('t', { 0: batchOf({ values: ['a'] }) }, { acks: 0 }))
    expect([client.sends.length, client.closings.length]).toEqual([0, 0])
    expect(valuesOf(stored(client))).toEqual(['a'])
  })

  test('acks 0 with an error closes the connection, so that the producer asks for metadata', () => {
    const { client } = setUp()
    client.tell(produce, 9, produceOf('none', { 0: batchOf() }, { acks: 0 }))
    expect(client.closings).toEqual([expect.stringContaining('UNKNOWN_TOPIC_OR_PARTITION')])
  })

  test('acks 0 with an error lets nothing behind it be decided', () => {
    const { world, client } = setUp()
    const topic = { name: 'u', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
    client.pipeline(() => {
      client.tell(produce, 9, produceOf('none', { 0: batchOf() }, { acks: 0 }))
      client.ask(createTopics, 7, { topics: [topic], timeoutMs: 1000, validateOnly: false })
    })
    expect([client.closings.length, client.sends.length]).toEqual([1, 0])
    expect(outcomeOf(world.connect().call(produce, 9, produceOf('u', { 0: batchOf() }))).errorCode).toBe(3)
  })

  test('acks 0 onto a full disk closes the connection too', () => {
    const { world, client } = setUp()
    world.disk.capacityBytes = world.disk.usedBytes
    client.tell(produce, 9, produceOf('t', { 0: batchOf() }, { acks: 0 }))
    expect(client.closings).toEqual([expect.stringContaining('KAFKA_STORAGE_ERROR')])
  })

  test('other acks are refused for every partition', () => {
    const { client } = setUp({}, 2)
    for (const acks of [2, -2, 32767]) {
      const answer = client.call(produce, 9, produceOf('t', { 0: batchOf(), 1: batchOf() }, { acks }))
      for (const outcome of answer.responses[0]?.partitionResponses ?? []) {
        expect(outcome).toMatchObject({
          errorCode: ErrorCode.INVALID_REQUIRED_ACKS,
          baseOffset: -1,
          logStartOffset: -1,
        })
      }
    }
    expect(stored(client).highWatermark).toBe(0)
  })

  test('one partition fails and the others do not', () => {
    const { client } = setUp({}, 2)
    const corrupt = batchOf({ values: ['broken'] })
    corrupt[corrupt.length - 1] = (corrupt[corrupt.length - 1] ?? 0) ^ 1
    const answer = client.call(produce, 9, produceOf('t', { 0: batchOf(), 1: corrupt, 5: batchOf() }))
    expect(answer.responses[0]?.partitionResponses.map(of => [of.index, of.errorCode, of.baseOffset])).toEqual([
      [0, ErrorCode.NONE, 0],
      [1, ErrorCode.CORRUPT_MESSAGE, -1],
      [5, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1],
    ])
    expect([stored(client, 0).highWatermark, stored(client, 1).highWatermark]).toEqual([1, 0])
  })

  test('unknown topics, by name and by id', () => {
    const { client, topicId } = setUp()
    const ask = (version: number, name: string, id: Uuid, partition = 0) =>
      outcomeOf(client.call(produce, version, produceOf(name, { [partition]: batchOf() }, { topicId: id }))).errorCode
    expect(ask(12, 'none', zeroUuid)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(ask(13, 't', stranger)).toBe(ErrorCode.UNKNOWN_TOPIC_ID)
    expect(ask(13, 't', zeroUuid)).toBe(ErrorCode.UNKNOWN_TOPIC_ID)
    expect(ask(13, '', topicId, 1)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(ask(12, 't', zeroUuid, -1)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(ask(13, '', topicId)).toBe(ErrorCode.NONE)
  })

  test('a topic that was deleted and made again has another id', () => {
    const { world, client, topicId } = setUp()
    world.deleteTopic('t')
    const newId = world.createTopic('t')
    const ask = (id: Uuid) =>
      outcomeOf(client.call(produce, 13, produceOf('', { 0: batchOf() }, { topicId: id }))).errorCode
    expect([ask(topicId), ask(newId)]).toEqual([ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.NONE])
  })

  test('records that are null, empty or cut short', () => {
    const { client } = setUp()
    expect(send(client, null).errorCode).toBe(ErrorCode.INVALID_RECORD)
    expect(send(client, new Uint8Array(0)).errorCode).toBe(ErrorCode.INVALID_RECORD)
    expect(send(client, batchOf().subarray(0, 40)).errorCode).toBe(ErrorCode.INVALID_RECORD)
  })

  test('transactional batches without a transactional id are refused, and all that comes with them', () => {
    const { client } = setUp({}, 2)
    const transactional = batchOf({ producerId: 1, producerEpoch: 0, baseSequence: 0, isTransactional: true })
    const answer = client.call(produce, 9, produceOf('t', { 0: transactional, 1: batchOf() }))
    const errorCode = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    expect(answer.responses[0]?.partitionResponses.map(of => of.errorCode)).toEqual([errorCode, errorCode])
    expect(stored(client, 1).highWatermark).toBe(0)
  })
})

describe('Produce and the configs of its topic', () => {
  test('each record that is refused is named, from version 8 on', () => {
    const { client } = setUp({ 'cleanup.policy': 'compact' })
    const keyless = batchOf({ values: ['a', 'b'] })
    const outcome = send(client, keyless, 8)
    expect(outcome).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD, baseOffset: -1 })
    expect(outcome.recordErrors.map(of => of.batchIndex)).toEqual([0, 1])
    expect(outcome.errorMessage).toContain('2 record errors in total')
    expect(send(client, keyless, 7)).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD, recordErrors: [] })
    expect(send(client, batchOf({ key: 'k' })).errorCode).toBe(ErrorCode.NONE)
  })

  test('timestamps out of bounds are refused', () => {
    const { client } = setUp({ 'message.timestamp.before.max.ms': '1000', 'message.timestamp.after.max.ms': '1000' })
    for (const [ageMs, errorCode] of [
      [1000, ErrorCode.NONE],
      [1001, ErrorCode.INVALID_TIMESTAMP],
      [-1000, ErrorCode.NONE],
      [-1001, ErrorCode.INVALID_TIMESTAMP],
    ] as const) {
      expect(produceTo(client, 't', { timestamp: START_MS - ageMs }).errorCode).toBe(errorCode)
    }
  })

  test("log append time is the broker's, and the answer tells it", () => {
    const { world, client } = setUp({ 'message.timestamp.type': 'LogAppendTime' })
    world.advance(77)
    expect(produceTo(client, 't', { timestamp: 5 }).logAppendTimeMs).toBe(START_MS + 77)
    expect(headersOf(stored(client)).map(of => of.maxTimestamp)).toEqual([START_MS + 77])
  })

  test('a batch that is too large, and a codec that the topic wants', () => {
    const { client } = setUp({ 'max.message.bytes': '500', 'compression.type': 'gzip' })
    expect(produceTo(client, 't', { values: ['x'.repeat(500)] }).errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE)
    expect(produceTo(client, 't', { values: ['x'.repeat(100)] }).errorCode).toBe(ErrorCode.NONE)
    expect(headersOf(stored(client)).map(of => of.attributes & 7)).toEqual([CompressionCodec.GZIP])
    expect(valuesOf(stored(client))).toEqual(['x'.repeat(100)])
  })

  test('zstd needs version 7', () => {
    const { client } = setUp()
    const zstd = () => batchOf({ codec: CompressionCodec.ZSTD })
    expect(send(client, zstd(), 6).errorCode).toBe(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE)
    expect(send(client, zstd(), 7).errorCode).toBe(ErrorCode.NONE)
  })
})

describe('idempotent Produce', () => {
  const sent = (client: SimClient, baseSequence: number, shape: BatchShape = {}) => {
    const { errorCode, baseOffset } = produceTo(client, 't', {
      producerId: 7,
      producerEpoch: 0,
      baseSequence,
      ...shape,
    })
    return errorCode === ErrorCode.NONE ? baseOffset : { errorCode }
  }
  const outOfOrder = { errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER }

  test('a repetition of one of the last five batches is answered with its offset, and not appended', () => {
    const { client } = setUp()
    for (let sequence = 0; sequence < 12; sequence += 2) {
      expect(sent(client, sequence, { values: ['a', 'b'] })).toBe(sequence)
    }
    for (const sequence of [2, 4, 6, 8, 10]) expect(sent(client, sequence, { values: ['a', 'b'] })).toBe(sequence)
    expect(sent(client, 0, { values: ['a', 'b'] })).toEqual(outOfOrder)
    expect(stored(client).highWatermark).toBe(12)
  })

  test('a gap, and a batch of another extent, are out of order', () => {
    const { client } = setUp()
    expect(sent(client, 0, { values: ['a', 'b'] })).toBe(0)
    expect(sent(client, 3)).toEqual(outOfOrder)
    expect(sent(client, 1)).toEqual(outOfOrder)
    expect(sent(client, 0, { values: ['a', 'b', 'c'] })).toEqual(outOfOrder)
    expect(sent(client, 2)).toBe(2)
  })

  test('a producer that is not known may begin anywhere', () => {
    const { client } = setUp()
    expect(sent(client, 4711)).toBe(0)
    expect(sent(client, 4712)).toBe(1)
  })

  test('a new epoch begins at 0 and fences the old one', () => {
    const { client } = setUp()
    expect(sent(client, 0)).toBe(0)
    expect(sent(client, 1, { producerEpoch: 1 })).toEqual(outOfOrder)
    expect(sent(client, 0, { producerEpoch: 1 })).toBe(1)
    expect(sent(client, 1)).toEqual({ errorCode: ErrorCode.INVALID_PRODUCER_EPOCH })
    expect(sent(client, 1, { producerEpoch: 1 })).toBe(2)
  })

  test('sequences go round after 2^31 - 1', () => {
    const { client } = setUp()
    expect(sent(client, 2 ** 31 - 1)).toBe(0)
    expect(sent(client, 0)).toBe(1)
  })

  test('producers and partitions do not mix', () => {
    const { client } = setUp({}, 2)
    expect(sent(client, 0)).toBe(0)
    expect(sent(client, 0, { producerId: 8 })).toBe(1)
    const other = produceTo(client, 't', { producerId: 7, producerEpoch: 0, baseSequence: 0 }, 1)
    expect(other).toMatchObject({ errorCode: 0, baseOffset: 0 })
    expect(sent(client, 1)).toBe(2)
  })

  test('repetitions and successors within one turn are seen', () => {
    const { client } = setUp()
    const asked = client.pipeline(() =>
      [0, 1, 0, 3].map(baseSequence => {
        const records = batchOf({ producerId: 7, producerEpoch: 0, baseSequence })
        return client.ask(produce, 9, produceOf('t', { 0: records }))
      }),
    )
    const outcomes = asked.map(({ answer }) => (answer ? outcomeOf(answer) : null))
    expect(outcomes.map(of => of?.errorCode || of?.baseOffset)).toEqual([0, 1, 0, outOfOrder.errorCode])
    expect(stored(client).highWatermark).toBe(2)
  })
})

describe('Produce onto a disk that fails', () => {
  const idempotent = (baseSequence: number, values = ['v']): BatchShape => ({
    values,
    producerId: 7,
    producerEpoch: 0,
    baseSequence,
  })
  const storageError = { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, baseOffset: -1, logAppendTimeMs: -1 }

  /** Each way in which a disk can be unable: all of them give way to `heal`. */
  const faults: Record<string, (world: World) => void> = {
    'a short write': world => {
      world.disk.capacityBytes = world.disk.usedBytes + 30
    },
    'no room at all': world => {
      world.disk.capacityBytes = world.disk.usedBytes
    },
    'an error': world => {
      world.disk.fault = operation => (operation === 'write' ? 'EIO' : null)
    },
    'a short write that cannot be cut off': world => {
      world.disk.capacityBytes = world.disk.usedBytes + 30
      world.disk.fault = operation => (operation === 'truncate' ? 'EIO' : null)
    },
  }
  const heal = (world: World) => {
    world.disk.capacityBytes = Number.POSITIVE_INFINITY
    world.disk.fault = () => null
  }

  for (const [what, fail] of Object.entries(faults)) {
    test(`${what}: nothing is acknowledged, no sequence is used up, and it goes on once there is room`, () => {
      const { world, client } = setUp()
      produceTo(client, 't', idempotent(0, ['first']))
      fail(world)
      expect(produceTo(client, 't', idempotent(1, ['second']))).toMatchObject(storageError)
      expect(produceTo(client, 't', idempotent(1, ['second']))).toMatchObject(storageError)
      expect(valuesOf(stored(client))).toEqual(['first'])
      heal(world)
      expect(produceTo(client, 't', idempotent(1, ['second']))).toMatchObject({ errorCode: 0, baseOffset: 1 })
      expect(produceTo(client, 't', idempotent(2, ['third']))).toMatchObject({ errorCode: 0, baseOffset: 2 })
      world.crash()
      expect(valuesOf(stored(world.connect()))).toEqual(['first', 'second', 'third'])
    })
  }

  test('all the produces of a turn to that partition fail together, and those to others do not', () => {
    const { world, client } = setUp({}, 2)
    for (const partition of [0, 1]) produceTo(client, 't', {}, partition)
    world.disk.fault = (operation, path) => (operation === 'write' && path.startsWith('t-0/') ? 'EIO' : null)
    const asked = client.pipeline(() =>
      [0, 1, 0].map(partition => client.ask(produce, 9, produceOf('t', { [partition]: batchOf() }))),
    )
    const outcomes = asked.map(({ answer }) => (answer ? outcomeOf(answer) : null))
    expect(outcomes.map(of => [of?.errorCode, of?.baseOffset])).toEqual([
      [ErrorCode.KAFKA_STORAGE_ERROR, -1],
      [ErrorCode.NONE, 1],
      [ErrorCode.KAFKA_STORAGE_ERROR, -1],
    ])
  })

  test('a repetition of what could not be written fails with it', () => {
    const { world, client } = setUp()
    world.disk.fault = operation => (operation === 'write' ? 'EIO' : null)
    const asked = client.pipeline(() =>
      [0, 0].map(sequence => client.ask(produce, 9, produceOf('t', { 0: batchOf(idempotent(sequence)) }))),
    )
    expect(asked.map(({ answer }) => answer && outcomeOf(answer).errorCode)).toEqual([56, 56])
  })

  test('whole batches that a failed write has left behind do not come back', () => {
    const { world, client } = setUp()
    const batch = (value: string) => batchOf({ values: [value] })
    world.disk.capacityBytes = world.disk.usedBytes + 2 * batch('x').length + 10
    world.disk.fault = operation => (operation === 'truncate' ? 'EIO' : null)
    const asked = client.pipeline(() =>
      ['a', 'b', 'c'].map(value => client.ask(produce, 9, produceOf('t', { 0: batch(value) }))),
    )
    expect(asked.map(({ answer }) => answer && outcomeOf(answer).errorCode)).toEqual([56, 56, 56])
    heal(world)
    produceTo(client, 't', { values: ['d'] })
    world.crash()
    expect(valuesOf(stored(world.connect()))).toEqual(['d'])
  })

  test('a parked fetch is not woken by what was not written', () => {
    const { world, client } = setUp()
    const asked = world.connect().ask(fetch, 12, fetchOf('t', { maxWaitMs: 100 }))
    world.disk.fault = operation => (operation === 'write' ? 'EIO' : null)
    produceTo(client, 't')
    expect(asked.answer).toBeNull()
  })

  test('a log that cannot be opened is an error of its partition, and one line', () => {
    const { world } = setUp()
    world.restart()
    world.disk.fault = (operation, path) => (operation === 'open' && path.startsWith('t-0/') ? 'EMFILE' : null)
    expect(produceTo(world.connect(), 't').errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect(world.warnings).toEqual([expect.stringMatching(/^t-0 cannot be opened: [^\n]*$/)])
    world.disk.fault = () => null
    expect(produceTo(world.connect(), 't').errorCode).toBe(ErrorCode.NONE)
  })
})
