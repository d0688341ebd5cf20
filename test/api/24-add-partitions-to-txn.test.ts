import { describe, expect, test } from 'bun:test'
import { addPartitionsToTxn } from '../../src/api/24-add-partitions-to-txn.ts'
import { CONSUMER_OFFSETS } from '../../src/core/catalog/topic.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { describeTransaction, endTransaction, initProducer, writeIn } from '../sim/transactions.ts'
import { World } from '../sim/world.ts'

/** Partitions by topic. */
type Wish = Readonly<Record<string, readonly number[]>>

function setUp() {
  const world = new World()
  world.createTopic('t', 2)
  const client = world.connect()
  const producer = initProducer(client, 'x')
  /** The codes by topic and partition, as in 't-0'. */
  const add = (version: number, wish: Wish, of: Partial<TransactionalProducer> = {}, verifyOnly = false) => {
    const { transactionalId, producerId, producerEpoch } = { ...producer, ...of }
    const topics = Object.entries(wish).map(([name, partitions]) => ({ name, partitions }))
    const answer = client.call(addPartitionsToTxn, version, {
      transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly, topics }],
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: topics,
    })
    expect(answer.errorCode).toBe(ErrorCode.NONE)
    const [result] = answer.resultsByTransaction
    const results = version < 4 ? answer.resultsByTopicV3AndBelow : (result?.topicResults ?? [])
    const codes = results.flatMap(({ name, resultsByPartition }) =>
      resultsByPartition.map(({ partitionIndex, partitionErrorCode }) => [
        `${name}-${partitionIndex}`,
        partitionErrorCode,
      ]),
    )
    return Object.fromEntries(codes)
  }
  const partitions = () => describeTransaction(client, 'x').topics
  return { client, producer, add, partitions }
}

const { NONE, UNKNOWN_TOPIC_OR_PARTITION, OPERATION_NOT_ATTEMPTED } = ErrorCode
const VERSIONS = [0, 1, 2, 3, 4, 5]

describe('AddPartitionsToTxn', () => {
  test.each(VERSIONS)('version %i: the transaction begins, and has them', version => {
    const { add, client, partitions } = setUp()
    expect(add(version, { t: [0, 1] })).toEqual({ 't-0': NONE, 't-1': NONE })
    expect(describeTransaction(client, 'x').transactionState).toBe('Ongoing')
    expect(partitions()).toEqual([{ topic: 't', partitions: [0, 1] }])
  })

  test.each(VERSIONS)('version %i: one that is not there, and none is added', version => {
    const { add, partitions } = setUp()
    expect(add(version, { t: [0, 2, -1], u: [0] })).toEqual({
      't-0': OPERATION_NOT_ATTEMPTED,
      't-2': UNKNOWN_TOPIC_OR_PARTITION,
      't--1': UNKNOWN_TOPIC_OR_PARTITION,
      'u-0': UNKNOWN_TOPIC_OR_PARTITION,
    })
    expect(partitions()).toEqual([])
  })

  test.each(VERSIONS)('version %i: who is not the producer gets an error', version => {
    const { add, producer } = setUp()
    const fenced = version < 2 ? ErrorCode.INVALID_PRODUCER_EPOCH : ErrorCode.PRODUCER_FENCED
    for (const [of, errorCode] of [
      [{ transactionalId: '' }, ErrorCode.INVALID_REQUEST],
      [{ transactionalId: 'y' }, ErrorCode.INVALID_PRODUCER_ID_MAPPING],
      [{ producerId: producer.producerId + 1 }, ErrorCode.INVALID_PRODUCER_ID_MAPPING],
      [{ producerEpoch: producer.producerEpoch + 1 }, fenced],
      [{ producerEpoch: producer.producerEpoch - 1 }, fenced],
    ] as const) {
      expect(add(version, { t: [1] }, of)).toEqual({ 't-1': errorCode })
    }
  })

  test('partitions of coordinators are not for clients, and for brokers they are', () => {
    const { add } = setUp()
    expect(add(3, { [CONSUMER_OFFSETS]: [0], t: [0] })).toEqual({
      [`${CONSUMER_OFFSETS}-0`]: ErrorCode.TOPIC_AUTHORIZATION_FAILED,
      't-0': OPERATION_NOT_ATTEMPTED,
    })
    expect(add(4, { __transaction_state: [0] })).toEqual({ '__transaction_state-0': NONE })
  })

  test.each([4, 5])('version %i: brokers may ask what is in it', version => {
    const { add, partitions } = setUp()
    add(3, { t: [0] })
    expect(add(version, { t: [0, 1] }, {}, true)).toEqual({ 't-0': NONE, 't-1': ErrorCode.TRANSACTION_ABORTABLE })
    expect(add(version, { t: [7] }, {}, true)).toEqual({ 't-7': UNKNOWN_TOPIC_OR_PARTITION })
    expect(add(version, { t: [0] }, { producerEpoch: 1 }, true)).toEqual({ 't-0': ErrorCode.PRODUCER_FENCED })
    expect(partitions()).toEqual([{ topic: 't', partitions: [0] }])
  })

  test('several transactions are answered each', () => {
    const { client, producer } = setUp()
    const topics = [{ name: 't', partitions: [0] }]
    const transaction = { producerId: producer.producerId, producerEpoch: 0, verifyOnly: false, topics }
    const request = {
      v3AndBelowTransactionalId: '',
      v3AndBelowProducerId: 0,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: [],
    }
    const transactions = ['x', 'y'].map(transactionalId => ({ transactionalId, ...transaction }))
    const { resultsByTransaction } = client.call(addPartitionsToTxn, 5, { ...request, transactions })
    expect(resultsByTransaction.map(({ topicResults }) => topicResults[0]?.resultsByPartition[0])).toMatchObject([
      { partitionErrorCode: NONE },
      { partitionErrorCode: ErrorCode.INVALID_PRODUCER_ID_MAPPING },
    ])
    expect(client.call(addPartitionsToTxn, 5, { ...request, transactions: [] }).resultsByTransaction).toEqual([])
  })

  test('by hand, and ended in the newest version: the log has what both are', () => {
    const { add, client, producer } = setUp()
    add(3, { t: [0] })
    expect(writeIn(client, producer, 't', ['a'], { version: 11 }).errorCode).toBe(NONE)
    expect(endTransaction(client, producer, true)).toMatchObject({ errorCode: NONE, producerEpoch: 1 })
  })
})
