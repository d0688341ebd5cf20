import { describe, expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { TRANSACTION_STATE } from '../../src/core/catalog/topic.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { BATCH } from '../../src/wire/records/batch.ts'
import type { SimClient } from '../sim/client.ts'
import { addPartitions, describeTransaction, endTransaction, initProducer, readCommitted } from '../sim/transactions.ts'
import { batchOf, produceOf, World, type WorldShape } from '../sim/world.ts'

function setUp(shape: WorldShape = {}) {
  const world = new World(shape)
  const topicId = world.createTopic('t', 2)
  const client = world.connect()
  const producer = initProducer(client, 'x')
  /** Writes batches by partition, and returns their outcomes. */
  const write = (version: number, batches: Readonly<Record<number, Uint8Array>>, transactionalId = 'x') => {
    const answer = client.call(produce, version, produceOf('t', batches, { transactionalId, topicId }))
    return answer.responses[0]?.partitionResponses ?? []
  }
  const codes = (...args: Parameters<typeof write>) => write(...args).map(({ errorCode }) => errorCode)
  return { world, client, producer, write, codes }
}

function batch({ producerId, producerEpoch }: TransactionalProducer, baseSequence = 0): Uint8Array {
  return batchOf({ producerId, producerEpoch, baseSequence, isTransactional: true })
}

function topicsOf(client: SimClient) {
  return describeTransaction(client, 'x').topics
}

/** The oldest version that carries transactional ids, and the newest that a partition has to be added before. */
const VERIFYING = [3, 4, 5, 6, 7, 8, 9, 10, 11]
const ADDING = [12, 13]
const ALL = [...VERIFYING, ...ADDING]
const { NONE, CORRUPT_MESSAGE, INVALID_RECORD, INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH } = ErrorCode
const { NOT_ENOUGH_REPLICAS } = ErrorCode

/** A batch, one byte of which is another. */
function damaged(producer: TransactionalProducer, position: number, byte: number): Uint8Array {
  const bytes = batch(producer).slice()
  bytes[position] = byte
  return bytes
}

describe('a transactional Produce', () => {
  test.each(VERIFYING)('of version %i: only what was added is taken', version => {
    const { client, codes, producer } = setUp()
    const notAdded = version < 11 ? ErrorCode.INVALID_TXN_STATE : ErrorCode.TRANSACTION_ABORTABLE
    addPartitions(client, producer, 't', [1])
    expect(codes(version, { 0: batch(producer), 1: batch(producer) })).toEqual([notAdded, NONE])
    expect(readCommitted(client, 't', 0).highWatermark).toBe(0)
    expect(readCommitted(client, 't', 1)).toMatchObject({ highWatermark: 1, lastStableOffset: 0 })
  })

  test.each(ADDING)('of version %i: what it writes to is added, in one record', version => {
    const { client, codes, producer, world } = setUp()
    const calls = world.callsDuring(() => {
      expect(codes(version, { 0: batch(producer), 1: batch(producer) })).toEqual([NONE, NONE])
    })
    const writes = calls.filter(({ operation, path }) => operation === 'write' && path.startsWith(TRANSACTION_STATE))
    expect(writes.length).toBe(1)
    expect(topicsOf(client)).toEqual([{ topic: 't', partitions: [0, 1] }])
  })

  test.each(ALL)('of version %i: who is not the producer is refused, and the transaction as it was', version => {
    const { client, codes, producer } = setUp()
    const { producerId, producerEpoch } = producer
    expect(codes(version, { 0: batch(producer) }, '')).toEqual([ErrorCode.INVALID_REQUEST])
    expect(codes(version, { 0: batch(producer) }, 'y')).toEqual([INVALID_PRODUCER_ID_MAPPING])
    expect(codes(version, { 0: batch({ ...producer, producerId: producerId + 1 }) })).toEqual([
      INVALID_PRODUCER_ID_MAPPING,
    ])
    expect(codes(version, { 0: batch({ ...producer, producerEpoch: producerEpoch + 1 }) })).toEqual([
      INVALID_PRODUCER_EPOCH,
    ])
    expect(topicsOf(client)).toEqual([])
  })

  test.each(ALL)('of version %i: of two producers nothing is taken', version => {
    const { client, codes, producer } = setUp()
    addPartitions(client, producer, 't', [0, 1])
    const other = batch({ ...producer, producerEpoch: producer.producerEpoch + 1 })
    const both = [INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_ID_MAPPING]
    expect(codes(version, { 0: batch(producer), 1: other })).toEqual(both)
    expect(readCommitted(client, 't').highWatermark).toBe(0)
  })

  test.each([
    ['of an unknown magic', CORRUPT_MESSAGE, (of: TransactionalProducer) => damaged(of, BATCH.magic, 3)],
    ['of a negative magic', CORRUPT_MESSAGE, (of: TransactionalProducer) => damaged(of, BATCH.magic, 0xff)],
    ['of an old magic', INVALID_RECORD, (of: TransactionalProducer) => damaged(of, BATCH.magic, 1)],
    ['that is too short', CORRUPT_MESSAGE, (of: TransactionalProducer) => damaged(of, BATCH.length + 3, 13)],
    ['that is cut', INVALID_RECORD, (of: TransactionalProducer) => batch(of).subarray(0, 65)],
    ['with another behind it', INVALID_RECORD, (of: TransactionalProducer) => concatBytes([batch(of), batch(of, 1)])],
    [
      'with garbage behind it',
      CORRUPT_MESSAGE,
      (of: TransactionalProducer) => concatBytes([batch(of), new Uint8Array(80)]),
    ],
  ])('with a batch %s: that alone is refused, and not part of the transaction', (_, errorCode, broken) => {
    for (const version of [9, 13]) {
      const { client, producer, write } = setUp()
      addPartitions(client, producer, 't', [0])
      const outcomes = write(version, { 0: batch(producer), 1: broken(producer) })
      expect(outcomes).toMatchObject([
        { errorCode: NONE, baseOffset: 0 },
        { errorCode, errorMessage: null, logStartOffset: -1 },
      ])
      expect(topicsOf(client)).toEqual([{ topic: 't', partitions: [0] }])
    }
  })

  test('goes on in a log without a question', () => {
    const { client, codes, producer, world } = setUp()
    codes(12, { 0: batch(producer) })
    world.disk.fault = (operation, path) => (operation === 'write' && path.startsWith(TRANSACTION_STATE) ? 'EIO' : null)
    expect(codes(12, { 0: batch(producer, 1), 1: batch(producer) })).toEqual([NONE, NOT_ENOUGH_REPLICAS])
    expect(readCommitted(client, 't').highWatermark).toBe(2)
  })

  test('that was refused does not let through what was in flight behind it', () => {
    const { client, codes, producer } = setUp()
    expect(codes(11, { 0: batch(producer) })).toEqual([ErrorCode.TRANSACTION_ABORTABLE])
    addPartitions(client, producer, 't', [0])
    expect(codes(11, { 0: batch(producer, 1) })).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER])
    expect(codes(11, { 0: batch(producer) })).toEqual([NONE])
  })

  test.each(ALL)(
    'of version %i: that was refused for what is in it does not let through what was behind it',
    version => {
      const { client, codes, producer } = setUp()
      addPartitions(client, producer, 't', [0])
      expect(codes(version, { 0: damaged(producer, BATCH.crc, 1) })).toEqual([CORRUPT_MESSAGE])
      expect(codes(version, { 0: batch(producer, 1) })).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER])
      expect([0, 1].map(sequence => codes(version, { 0: batch(producer, sequence) }))).toEqual([[NONE], [NONE]])
    },
  )

  test('that was refused lets through what comes before it, and then no longer itself', () => {
    const { client, codes, producer } = setUp()
    const refused = [ErrorCode.TRANSACTION_ABORTABLE]
    expect([codes(11, { 0: batch(producer, 2) }), codes(11, { 0: batch(producer, 1) })]).toEqual([refused, refused])
    addPartitions(client, producer, 't', [0])
    expect(codes(11, { 0: batch(producer, 2) })).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER])
    expect([0, 1, 2].map(sequence => codes(11, { 0: batch(producer, sequence) }))).toEqual([[NONE], [NONE], [NONE]])
  })

  test('of an epoch that the log knows to be over is refused', () => {
    const { client, codes, producer } = setUp()
    codes(12, { 0: batch(producer) })
    endTransaction(client, producer, true)
    for (const version of [10, 11, 12])
      expect(codes(version, { 0: batch(producer, 1) })).toEqual([INVALID_PRODUCER_EPOCH])
  })

  test('may bring what is not transactional', () => {
    const { client, codes, producer } = setUp()
    expect(codes(12, { 0: batch(producer), 1: batchOf() })).toEqual([NONE, NONE])
    expect(topicsOf(client)).toEqual([{ topic: 't', partitions: [0] }])
    expect(readCommitted(client, 't', 1).lastStableOffset).toBe(1)
  })

  test('before an earlier transaction is complete comes again later', () => {
    const { client, producer, write, world } = setUp()
    write(12, { 0: batch(producer) })
    world.disk.fault = (operation, path) => (operation === 'write' && path.startsWith('t-0') ? 'EIO' : null)
    endTransaction(client, producer, true)
    const next = { ...producer, producerEpoch: producer.producerEpoch + 1 }
    expect(write(12, { 1: batch(next) })).toMatchObject([
      { errorCode: ErrorCode.CONCURRENT_TRANSACTIONS, errorMessage: null },
    ])
    const [later] = write(11, { 1: batch(next) })
    expect(later?.errorCode).toBe(NOT_ENOUGH_REPLICAS)
    expect(later?.errorMessage).toContain('CONCURRENT_TRANSACTIONS')
  })

  test('is not verified where transaction.partition.verification.enable says so, and adds all the same', () => {
    const { client, codes, producer } = setUp({ settings: { 'transaction.partition.verification.enable': 'false' } })
    expect(codes(11, { 0: batch(producer) })).toEqual([NONE])
    expect(topicsOf(client)).toEqual([])
    expect(codes(12, { 1: batch(producer) })).toEqual([NONE])
    expect(topicsOf(client)).toEqual([{ topic: 't', partitions: [1] }])
  })
})
