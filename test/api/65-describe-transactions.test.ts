import { describe, expect, test } from 'bun:test'
import { describeTransactions } from '../../src/api/65-describe-transactions.ts'
import { TRANSACTION_STATE } from '../../src/core/catalog/topic.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { initProducer, writeIn } from '../sim/transactions.ts'
import { START_MS, World } from '../sim/world.ts'

describe('DescribeTransactions', () => {
  test('tells of each what it is, or that there is none', () => {
    const world = new World()
    world.createTopic('t', 3)
    const client = world.connect()
    const producer = initProducer(client, 'x', 1234)
    world.advance(5)
    writeIn(client, producer, 't', ['a'], { partition: 2 })
    initProducer(client, 'y')
    const { transactionStates } = client.call(describeTransactions, 0, { transactionalIds: ['x', 'y', 'z', ''] })
    const unknown = {
      transactionState: '',
      transactionTimeoutMs: 0,
      transactionStartTimeMs: 0,
      producerId: 0,
      producerEpoch: 0,
      topics: [],
    }
    expect(transactionStates).toMatchObject([
      {
        errorCode: ErrorCode.NONE,
        transactionalId: 'x',
        transactionState: 'Ongoing',
        transactionTimeoutMs: 1234,
        transactionStartTimeMs: START_MS + 5,
        producerId: producer.producerId,
        producerEpoch: 0,
        topics: [{ topic: 't', partitions: [2] }],
      },
      {
        errorCode: ErrorCode.NONE,
        transactionalId: 'y',
        transactionState: 'Empty',
        transactionStartTimeMs: -1,
        topics: [],
      },
      { errorCode: ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, transactionalId: 'z', ...unknown },
      { errorCode: ErrorCode.INVALID_REQUEST, transactionalId: '', ...unknown },
    ])
  })

  test('before the first transaction there is no coordinator, and none comes to be', () => {
    const world = new World()
    const { transactionStates } = world.connect().call(describeTransactions, 0, { transactionalIds: ['x'] })
    expect(transactionStates).toMatchObject([{ errorCode: ErrorCode.NOT_COORDINATOR, transactionalId: 'x' }])
    expect(world.broker.catalog.topicByName(TRANSACTION_STATE)).toBeNull()
  })
})
