import { describe, expect, test } from 'bun:test'
import { listOffsets } from '../../src/api/02-list-offsets.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { electAgain } from '../sim/epochs.ts'
import { initProducer, writeIn } from '../sim/transactions.ts'
import { produceTo, World } from '../sim/world.ts'

const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3
const EARLIEST_LOCAL = -4
const LATEST_TIERED = -5
const EARLIEST_PENDING_UPLOAD = -6

interface Asked {
  readonly partitionIndex?: number
  readonly timestamp?: number
  readonly currentLeaderEpoch?: number
  readonly maxNumOffsets?: number
}

/** Three batches whose records have the timestamps 100, 200 · 300, 500, 400 · 600; partition 1 is empty. */
function setUp(settings: Record<string, string> = {}) {
  const world = new World({ settings })
  const topicId = world.createTopic('t', 2)
  const client = world.connect()
  produceTo(client, 't', { timestamps: [100, 200] })
  produceTo(client, 't', { timestamps: [300, 500, 400] })
  produceTo(client, 't', { timestamps: [600] })
  const ask = (version: number, asked: readonly Asked[], { isolationLevel = 0, topic = 't', replicaId = -1 } = {}) => {
    const partitions = asked.map(of => ({ partitionIndex: 0, timestamp: LATEST, ...of }))
    const answer = world
      .connect()
      .call(listOffsets, version, { replicaId, isolationLevel, timeoutMs: 1000, topics: [{ name: topic, partitions }] })
    return answer.topics[0]?.partitions ?? []
  }
  const askOne = (version: number, asked: Asked, shape: Parameters<typeof ask>[2] = {}) =>
    ask(version, [asked], shape)[0]
  return { world, topicId, ask, askOne }
}

const notFound = { errorCode: 0, offset: -1, timestamp: -1, leaderEpoch: -1 }
const versions = Array.from({ length: 11 }, (_, index) => index + 1)

describe('ListOffsets', () => {
  const { ask, askOne } = setUp()

  test.each(versions)('version %i: the ends of the log', version => {
    const leaderEpoch = version >= 4 ? 0 : -1
    for (const [partitionIndex, end] of [
      [0, 6],
      [1, 0],
    ] as const) {
      const found = { partitionIndex, errorCode: 0, timestamp: -1 }
      expect(askOne(version, { partitionIndex, timestamp: LATEST })).toMatchObject({
        ...found,
        offset: end,
        leaderEpoch,
      })
      expect(askOne(version, { partitionIndex, timestamp: EARLIEST })).toMatchObject({ ...found, offset: 0 })
    }
    expect(askOne(version, { timestamp: EARLIEST })).toMatchObject({ leaderEpoch })
  })

  test.each(versions)('version %i: the first record that is not older', version => {
    const offsetAt = (timestamp: number) => {
      const found = askOne(version, { timestamp })
      return [found?.errorCode, found?.offset, found?.timestamp]
    }
    expect([0, 100, 101, 300, 400, 500, 600].map(offsetAt)).toEqual([
      [0, 0, 100],
      [0, 0, 100],
      [0, 1, 200],
      [0, 2, 300],
      [0, 3, 500],
      [0, 3, 500],
      [0, 5, 600],
    ])
    expect(askOne(version, { timestamp: 601 })).toMatchObject(notFound)
    expect(askOne(version, { partitionIndex: 1, timestamp: 0 })).toMatchObject(notFound)
  })

  test.each([
    [MAX_TIMESTAMP, 7, { offset: 5, timestamp: 600 }],
    [EARLIEST_LOCAL, 8, { offset: 0, timestamp: -1 }],
    [LATEST_TIERED, 9, notFound],
    [EARLIEST_PENDING_UPLOAD, 11, notFound],
  ])('timestamp %i is known from version %i on', (timestamp, firstVersion, found) => {
    for (const version of versions) {
      const refused = { ...notFound, errorCode: ErrorCode.UNSUPPORTED_VERSION }
      expect(askOne(version, { timestamp })).toMatchObject(version < firstVersion ? refused : found)
    }
  })

  test('the greatest timestamp is that of the first record that has it; an empty log has none', () => {
    const { world, askOne: askAnew } = setUp()
    produceTo(world.connect(), 't', { timestamps: [600, 600] })
    expect(askAnew(7, { timestamp: MAX_TIMESTAMP })).toMatchObject({ offset: 5, timestamp: 600 })
    expect(askAnew(7, { partitionIndex: 1, timestamp: MAX_TIMESTAMP })).toMatchObject(notFound)
  })

  test('other negative timestamps mean nothing in any version', () => {
    for (const version of versions) {
      expect(askOne(version, { timestamp: -7 })?.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION)
    }
  })

  test('partitions that are asked for twice are refused, the others are not', () => {
    for (const version of [1, 11]) {
      const codes = ask(version, [{}, { timestamp: EARLIEST }, { partitionIndex: 1 }]).map(of => of.errorCode)
      expect(codes).toEqual([ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_REQUEST, 0])
    }
  })

  test('unknown topics and partitions', () => {
    const unknown = { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, offset: -1 }
    expect(askOne(5, {}, { topic: 'none' })).toMatchObject(unknown)
    for (const partitionIndex of [2, -1]) expect(askOne(5, { partitionIndex })).toMatchObject(unknown)
  })

  test('isolation levels: there are two', () => {
    expect(askOne(2, {}, { isolationLevel: 1 })).toMatchObject({ errorCode: 0, offset: 6 })
    expect(askOne(2, {}, { isolationLevel: 2 })).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_SERVER_ERROR,
      offset: -1,
    })
  })

  test('an isolation level holds for consumers alone', () => {
    const { world, askOne: askAnew } = setUp()
    const client = world.connect()
    writeIn(client, initProducer(client, 'x'), 't', ['a', 'b'])
    const offsets = [-1, -2, 5].map(replicaId => askAnew(2, {}, { isolationLevel: 1, replicaId })?.offset)
    expect(offsets).toEqual([6, 8, 8])
  })

  test('leader epochs: of the answer, and of a client that has another', () => {
    const { world, topicId, askOne: askAnew } = setUp()
    electAgain(world, topicId)
    produceTo(world.connect(), 't', { timestamps: [700] })
    expect(askAnew(4, { timestamp: 300 })).toMatchObject({ offset: 2, leaderEpoch: 0 })
    expect(askAnew(4, { timestamp: 700 })).toMatchObject({ offset: 6, leaderEpoch: 1 })
    expect(askAnew(4, { timestamp: LATEST })).toMatchObject({ offset: 7, leaderEpoch: 1 })
    expect(askAnew(4, { timestamp: EARLIEST })).toMatchObject({ offset: 0, leaderEpoch: 0 })
    const codes = [-2, -1, 0, 1, 2].map(currentLeaderEpoch => askAnew(4, { currentLeaderEpoch })?.errorCode)
    const { FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH } = ErrorCode
    expect(codes).toEqual([FENCED_LEADER_EPOCH, 0, FENCED_LEADER_EPOCH, 0, UNKNOWN_LEADER_EPOCH])
  })

  test('a disk that cannot be read is an error of its partition', () => {
    const { world, ask: askAnew } = setUp()
    world.disk.fault = (operation, path) => (operation === 'read' && path.startsWith('t-0/') ? 'EIO' : null)
    const codes = askAnew(5, [{ timestamp: 300 }, { partitionIndex: 1, timestamp: 300 }]).map(of => of.errorCode)
    expect(codes).toEqual([ErrorCode.KAFKA_STORAGE_ERROR, 0])
  })
})

describe('ListOffsets version 0', () => {
  /** A log of three segments, which begin at 0, 1 and 2. */
  function segmented() {
    const world = new World()
    world.createTopic('t', 1, { 'segment.bytes': '1048576' })
    const client = world.connect()
    for (let count = 0; count < 3; count++) produceTo(client, 't', { values: ['x'.repeat(900_000)] })
    return (timestamp: number, maxNumOffsets: number) => {
      const partitions = [{ partitionIndex: 0, timestamp, maxNumOffsets }]
      const request = { replicaId: -1, isolationLevel: 0, timeoutMs: 0, topics: [{ name: 't', partitions }] }
      return client.call(listOffsets, 0, request).topics[0]?.partitions[0]?.oldStyleOffsets
    }
  }

  test('lists where segments begin, the newest first, and the log end before them', () => {
    const offsets = segmented()
    expect(offsets(LATEST, 10)).toEqual([3, 2, 1, 0])
    expect(offsets(LATEST, 2)).toEqual([3, 2])
    expect(offsets(LATEST, 1)).toEqual([3])
    expect(offsets(EARLIEST, 10)).toEqual([0])
    expect(offsets(2 ** 50, 10)).toEqual([3, 2, 1, 0])
  })

  test('lists no more than it may: none at all, of both ends', () => {
    const offsets = segmented()
    expect([offsets(LATEST, 0), offsets(EARLIEST, 0)]).toEqual([[], []])
  })

  test('lists nothing before the first segment', () => {
    expect(segmented()(1, 10)).toEqual([])
  })

  test('an empty log begins and ends at one offset', () => {
    const { ask } = setUp()
    for (const timestamp of [LATEST, EARLIEST]) {
      expect(ask(0, [{ partitionIndex: 1, timestamp, maxNumOffsets: 10 }])[0]?.oldStyleOffsets).toEqual([0])
    }
  })

  test('has errors too', () => {
    const { askOne } = setUp()
    expect(askOne(0, { partitionIndex: 9 })).toMatchObject({ errorCode: 3, oldStyleOffsets: [] })
  })
})
