/** What a transaction writes to. */
import { describe, expect, test } from 'bun:test'
import { TransactionStatus } from '../../../src/core/transactions/status.ts'
import { START_MS, Transactions, topic } from './fixture.ts'

const { EMPTY, ONGOING, PREPARE_COMMIT, PREPARE_ABORT, COMPLETE_COMMIT, COMPLETE_ABORT } = TransactionStatus

/** Answers to adding, and to verifying, t-0 for the producer 999 with epoch 5. */
const answers: readonly {
  readonly what: string
  readonly status: number
  readonly asker?: { readonly producerId?: number; readonly producerEpoch?: number }
  readonly added: string
  readonly verified: string
}[] = [
  { what: 'nothing', status: EMPTY, added: 'NONE', verified: 'TRANSACTION_ABORTABLE' },
  { what: 'an aborted transaction', status: COMPLETE_ABORT, added: 'NONE', verified: 'TRANSACTION_ABORTABLE' },
  { what: 'a committed transaction', status: COMPLETE_COMMIT, added: 'NONE', verified: 'TRANSACTION_ABORTABLE' },
  { what: 'a transaction without it', status: ONGOING, added: 'NONE', verified: 'TRANSACTION_ABORTABLE' },
  ...[PREPARE_COMMIT, PREPARE_ABORT].flatMap(status => [
    { what: 'a decided one', status, added: 'CONCURRENT_TRANSACTIONS', verified: 'CONCURRENT_TRANSACTIONS' },
    {
      what: "another's decided one",
      status,
      asker: { producerId: 7 },
      added: 'CONCURRENT_TRANSACTIONS',
      verified: 'INVALID_PRODUCER_ID_MAPPING',
    },
    {
      what: 'a decided one, with an old epoch',
      status,
      asker: { producerEpoch: 4 },
      added: 'CONCURRENT_TRANSACTIONS',
      verified: 'PRODUCER_FENCED',
    },
  ]),
  ...[EMPTY, ONGOING, COMPLETE_COMMIT, COMPLETE_ABORT].flatMap(status => [
    {
      what: "another's",
      status,
      asker: { producerId: 7 },
      added: 'INVALID_PRODUCER_ID_MAPPING',
      verified: 'INVALID_PRODUCER_ID_MAPPING',
    },
    {
      what: 'an old epoch',
      status,
      asker: { producerEpoch: 4 },
      added: 'PRODUCER_FENCED',
      verified: 'PRODUCER_FENCED',
    },
    { what: 'a new epoch', status, asker: { producerEpoch: 6 }, added: 'PRODUCER_FENCED', verified: 'PRODUCER_FENCED' },
  ]),
]

describe('a partition', () => {
  for (const { what, status, asker, added, verified } of answers)
    test(`meets ${what} in state ${status}: ${added}, ${verified}`, () => {
      const transactions = new Transactions()
      const transactionPartitions =
        status === EMPTY ? null : status === ONGOING ? [{ topic: 't', partitionIds: [9] }] : []
      const producer = transactions.put({ transactionStatus: status, transactionPartitions })
      expect(transactions.verify({ ...producer, ...asker })).toEqual([verified])
      expect(transactions.records()).toHaveLength(1)
      expect(transactions.add({ ...producer, ...asker })).toBe(added)
      expect(transactions.records()).toHaveLength(added === 'NONE' ? 2 : 1)
    })

  test('of an id that is not known, or that is none', () => {
    const transactions = new Transactions()
    const stranger = { transactionalId: 'stranger', producerId: 1, producerEpoch: 0 }
    expect(transactions.add(stranger)).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect(transactions.verify(stranger)).toEqual(['INVALID_PRODUCER_ID_MAPPING'])
    expect(transactions.add({ ...stranger, transactionalId: '' })).toBe('INVALID_REQUEST')
    expect(transactions.verify({ ...stranger, transactionalId: '' })).toEqual(['INVALID_REQUEST'])
    expect(transactions.records()).toEqual([])
  })
})

describe('a transaction', () => {
  test('begins with its first partition, and gathers more', () => {
    const transactions = new Transactions()
    const producer = transactions.newProducer()
    transactions.world.now = START_MS + 5
    expect(transactions.add(producer, [topic('t', 0)], 0)).toBe('NONE')
    transactions.world.now = START_MS + 9
    expect(transactions.add(producer, [topic('u', 3), topic('t', 1, 1, 0)], 2)).toBe('NONE')
    expect(transactions.transaction()).toMatchObject({
      transactionStatus: ONGOING,
      transactionPartitions: [
        { topic: 't', partitionIds: [0, 1] },
        { topic: 'u', partitionIds: [3] },
      ],
      transactionStartTimestampMs: START_MS + 5,
      transactionLastUpdateTimestampMs: START_MS + 9,
      clientTransactionVersion: 2,
    })
  })

  test('is not written again for what it has', () => {
    const transactions = new Transactions()
    const producer = transactions.newProducer()
    transactions.add(producer, [topic('t', 0, 1)])
    expect(transactions.add(producer, [topic('t', 1)])).toBe('NONE')
    expect(transactions.add(producer, [])).toBe('NONE')
    expect(transactions.records()).toHaveLength(2)
  })

  test('says of each partition whether it has it', () => {
    const transactions = new Transactions()
    const producer = transactions.newProducer()
    transactions.add(producer, [topic('t', 0, 2)])
    const [has, hasNot] = ['NONE', 'TRANSACTION_ABORTABLE']
    expect(transactions.verify(producer, [topic('t', 0, 1, 2), topic('u', 0)])).toEqual([has, hasNot, has, hasNot])
  })

  test('keeps the epoch with which its producer may come again', () => {
    const transactions = new Transactions()
    const { producerId } = transactions.newProducer()
    const before = { producerId, producerEpoch: 0 }
    const { producerEpoch } = transactions.initialize(before)
    const producer = { transactionalId: 'payments', producerId, producerEpoch }
    transactions.add(producer)
    transactions.end(producer, true, 0)
    expect(transactions.initialize(before)).toMatchObject({ producerId, producerEpoch })
  })
})
