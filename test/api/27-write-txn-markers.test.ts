import { describe, expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { listOffsets } from '../../src/api/02-list-offsets.ts'
import { writeTxnMarkers } from '../../src/api/27-write-txn-markers.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { isControl } from '../../src/wire/records/batch.ts'
import type { Draft } from '../../src/wire/schema.ts'
import { batchOf, fetchOf, headersOf, onlyPartition, outcomeOf, produceOf, produceTo, World } from '../sim/world.ts'

const { NONE, UNKNOWN_TOPIC_OR_PARTITION, INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED } = ErrorCode
const { UNKNOWN_SERVER_ERROR } = ErrorCode
const READ_COMMITTED = 1
const PRODUCER = 7

type Marker = Draft<typeof writeTxnMarkers.request>['markers'][number]

function setUp(): World {
  const world = new World({ settings: { 'transaction.partition.verification.enable': 'false' } })
  world.createTopic('t', 2)
  return world
}

function marker(partitions: Readonly<Record<string, readonly number[]>>, more: Partial<Marker> = {}): Marker {
  const topics = Object.entries(partitions).map(([name, partitionIndexes]) => ({ name, partitionIndexes }))
  return {
    ...{ producerId: PRODUCER, producerEpoch: 0, coordinatorEpoch: 0, transactionResult: true, transactionVersion: 0 },
    ...{ topics, ...more },
  }
}

/** The codes by producer, topic and partition. */
function send(world: World, markers: readonly Marker[], version = 2): Record<string, number> {
  const answer = world.connect().call(writeTxnMarkers, version, { markers })
  return Object.fromEntries(
    answer.markers.flatMap(({ producerId, topics }) =>
      topics.flatMap(({ name, partitions }) =>
        partitions.map(of => [`${producerId} ${name}-${of.partitionIndex}`, of.errorCode]),
      ),
    ),
  )
}

function produceInTransaction(world: World, baseSequence = 0): number {
  const batch = batchOf({ producerId: PRODUCER, producerEpoch: 0, baseSequence, isTransactional: true })
  const answer = world.connect().call(produce, 9, produceOf('t', { 0: batch }, { transactionalId: 'tx' }))
  return outcomeOf(answer).errorCode
}

function latest(world: World, isolationLevel: number): number | undefined {
  const partitions = [{ partitionIndex: 0, timestamp: -1 }]
  const request = { replicaId: -1, isolationLevel, timeoutMs: 1000, topics: [{ name: 't', partitions }] }
  return world.connect().call(listOffsets, 7, request).topics[0]?.partitions[0]?.offset
}

function readCommitted(world: World, fetchOffset = 0) {
  const request = fetchOf('t', { isolationLevel: READ_COMMITTED, partitions: [{ fetchOffset }] })
  return onlyPartition(world.connect().call(fetch, 12, request))
}

describe('WriteTxnMarkers', () => {
  test.each([1, 2])('v%i ends a transaction: what was written in it becomes stable', version => {
    const world = setUp()
    expect(produceInTransaction(world)).toBe(NONE)
    expect([latest(world, 0), latest(world, READ_COMMITTED)]).toEqual([1, 0])
    expect(readCommitted(world)).toMatchObject({ lastStableOffset: 0, highWatermark: 1, abortedTransactions: [] })
    expect(send(world, [marker({ t: [0] }, { transactionResult: false })], version)).toEqual({ '7 t-0': NONE })
    expect(latest(world, READ_COMMITTED)).toBe(2)
    const fetched = readCommitted(world)
    expect(fetched.abortedTransactions).toEqual([{ producerId: PRODUCER, firstOffset: 0 }])
    expect(headersOf(fetched).map(of => isControl(of.attributes))).toEqual([false, true])
    expect(readCommitted(world, 2).abortedTransactions).toEqual([])
  })

  test('answers for each partition', () => {
    const partitions = { t: [0, 1, 7], none: [0] }
    expect(send(setUp(), [marker(partitions)])).toEqual({
      '7 t-0': NONE,
      '7 t-1': NONE,
      '7 t-7': UNKNOWN_TOPIC_OR_PARTITION,
      '7 none-0': UNKNOWN_TOPIC_OR_PARTITION,
    })
  })
  test('answers for all markers of a producer together, the last one of a partition counts', () => {
    const [first, late] = [marker({ t: [0] }, { producerEpoch: 1 }), marker({ t: [0, 1] })]
    expect(send(setUp(), [first, late])).toEqual({ '7 t-0': INVALID_PRODUCER_EPOCH, '7 t-1': NONE })
    expect(send(setUp(), [])).toEqual({})
    expect(send(setUp(), [marker({})])).toEqual({})
  })
  test.each<[string, Partial<Marker>, ErrorCode]>([
    ['of a lower epoch', { producerEpoch: 4 }, INVALID_PRODUCER_EPOCH],
    ['by an earlier coordinator', { coordinatorEpoch: 2 }, TRANSACTION_COORDINATOR_FENCED],
    ['that comes again', { transactionVersion: 2 }, NONE],
    ['of no producer', { producerId: -1 }, UNKNOWN_SERVER_ERROR],
    ['of no epoch', { producerEpoch: -1 }, UNKNOWN_SERVER_ERROR],
    ['in no known way', { transactionVersion: -1 }, UNKNOWN_SERVER_ERROR],
  ])('%s', (_, more, expected) => {
    const world = setUp()
    const before = { producerEpoch: 5, coordinatorEpoch: 3 }
    send(world, [marker({ t: [0] }, before)])
    expect(Object.values(send(world, [marker({ t: [0] }, { ...before, ...more })]))).toEqual([expected])
    expect(latest(world, 0)).toBe(expected === NONE ? 2 : 1)
  })
  test('reaches the partitions of groups through their coordinator', () => {
    const world = setUp()
    expect(send(world, [marker({ __consumer_offsets: [0] })])).toEqual({
      '7 __consumer_offsets-0': UNKNOWN_TOPIC_OR_PARTITION,
    })
  })
})

describe('a reader of what is committed', () => {
  test('is woken by the marker, and not before', () => {
    const world = setUp()
    produceInTransaction(world)
    const client = world.connect()
    const waiting = client.ask(fetch, 12, fetchOf('t', { isolationLevel: READ_COMMITTED, maxWaitMs: 60_000 }))
    produceInTransaction(world, 1)
    produceTo(world.connect(), 't')
    expect(waiting.answer).toBeNull()
    send(world, [marker({ t: [0] })])
    expect(waiting.answer).not.toBeNull()
  })
  test('finds no record by its time before it is stable', () => {
    const world = setUp()
    produceInTransaction(world)
    const partitions = [{ partitionIndex: 0, timestamp: 1 }]
    const find = () => {
      const request = {
        replicaId: -1,
        isolationLevel: READ_COMMITTED,
        timeoutMs: 1,
        topics: [{ name: 't', partitions }],
      }
      return world.connect().call(listOffsets, 7, request).topics[0]?.partitions[0]?.offset
    }
    expect(find()).toBe(-1)
    send(world, [marker({ t: [0] })])
    expect(find()).toBe(0)
  })
  test('finds the same after kill -9', () => {
    const world = setUp()
    produceInTransaction(world)
    send(world, [marker({ t: [0] }, { transactionResult: false })])
    produceInTransaction(world, 1)
    const before = readCommitted(world)
    world.crash()
    expect(readCommitted(world)).toEqual(before)
    expect(before).toMatchObject({
      lastStableOffset: 2,
      abortedTransactions: [{ producerId: PRODUCER, firstOffset: 0 }],
    })
  })
})
