/** Producers of transactional ids: new ones, those that go on, and those that are fenced. */
import { describe, expect, test } from 'bun:test'
import { TransactionStatus } from '../../../src/core/transactions/status.ts'
import { ErrorCode, errorName } from '../../../src/wire/errors.ts'
import { FIRST_PRODUCER_ID, ID, type Named, START_MS, Transactions, topic } from './fixture.ts'

const { EMPTY, PREPARE_COMMIT, PREPARE_ABORT, COMPLETE_COMMIT, COMPLETE_ABORT } = TransactionStatus

describe('a producer that begins', () => {
  test('gets an id and epoch 0, and then the next epoch', () => {
    const transactions = new Transactions()
    const producer = { errorCode: ErrorCode.NONE, producerId: FIRST_PRODUCER_ID }
    expect(transactions.initialize()).toEqual({ ...producer, producerEpoch: 0 })
    expect(transactions.initialize()).toEqual({ ...producer, producerEpoch: 1 })
    expect(transactions.initialize({ transactionalId: 'other' }).producerId).toBe(FIRST_PRODUCER_ID + 1)
  })

  test('is in the log as Kafka has it', () => {
    const transactions = new Transactions()
    transactions.initialize()
    expect(transactions.transaction()).toEqual({
      producerId: FIRST_PRODUCER_ID,
      producerEpoch: 0,
      transactionTimeoutMs: 60_000,
      transactionStatus: EMPTY,
      transactionPartitions: null,
      transactionLastUpdateTimestampMs: START_MS,
      transactionStartTimestampMs: -1,
      previousProducerId: FIRST_PRODUCER_ID,
      nextProducerId: -1,
      clientTransactionVersion: 0,
      nextProducerEpoch: -1,
    })
  })

  test('takes no producer id where it needs none', () => {
    const transactions = new Transactions()
    transactions.initialize()
    transactions.initialize()
    expect(transactions.world.nextProducerId).toBe(FIRST_PRODUCER_ID + 1)
  })

  test.each([
    ['an empty id', { transactionalId: '' }, 'INVALID_REQUEST'],
    ['an empty id, whatever else is wrong', { transactionalId: '', transactionTimeoutMs: 0 }, 'INVALID_REQUEST'],
    ['no timeout', { transactionTimeoutMs: 0 }, 'INVALID_TRANSACTION_TIMEOUT'],
    ['a negative timeout', { transactionTimeoutMs: -1 }, 'INVALID_TRANSACTION_TIMEOUT'],
    ['too long a timeout', { transactionTimeoutMs: 900_001 }, 'INVALID_TRANSACTION_TIMEOUT'],
  ])('is refused %s', (_, request, error) => {
    const transactions = new Transactions()
    const { errorCode, ...producer } = transactions.initialize(request)
    expect(errorName(errorCode)).toBe(error)
    expect(producer).toEqual({ producerId: -1, producerEpoch: -1 })
    expect(transactions.records()).toEqual([])
  })

  test('may have the longest timeout that the broker allows', () => {
    const transactions = new Transactions(2, undefined, { 'transaction.max.timeout.ms': '900001' })
    expect(transactions.initialize({ transactionTimeoutMs: 900_001 }).errorCode).toBe(ErrorCode.NONE)
  })
})

/** What a producer of id 999 and epoch 5 is given that begins, or asks with an id and an epoch (KIP-360). */
const resumptions: readonly {
  readonly what: string
  readonly asks: readonly [producerId: number, producerEpoch: number]
  readonly has?: { readonly producerEpoch?: number; readonly previousProducerId?: number }
  readonly last?: number
  readonly gets: readonly [producerId: number, producerEpoch: number] | string
  readonly lastAfter?: number
}[] = [
  { what: 'no epoch', asks: [-1, -1], gets: [999, 6] },
  { what: 'no epoch, and one to come back with', asks: [-1, -1], last: 4, gets: [999, 6] },
  { what: 'its epoch', asks: [999, 5], gets: [999, 6], lastAfter: 5 },
  { what: 'its last epoch', asks: [999, 4], last: 4, gets: [999, 5], lastAfter: 4 },
  { what: 'its last epoch, which is not known', asks: [999, 4], gets: 'PRODUCER_FENCED' },
  { what: 'an older epoch', asks: [999, 3], last: 4, gets: 'PRODUCER_FENCED' },
  { what: 'a newer epoch', asks: [999, 6], last: 4, gets: 'PRODUCER_FENCED' },
  { what: 'another id', asks: [998, 5], gets: 'PRODUCER_FENCED' },
  { what: 'the id before', asks: [998, 5], has: { previousProducerId: 998 }, gets: 'PRODUCER_FENCED' },
  {
    what: 'the last epoch of the id before',
    asks: [998, 32_766],
    has: { producerEpoch: 0, previousProducerId: 998 },
    last: 32_766,
    gets: [999, 0],
    lastAfter: 32_766,
  },
  {
    what: 'the last epoch of the id before, which is not known',
    asks: [998, 32_766],
    has: { producerEpoch: 0, previousProducerId: 998 },
    gets: 'PRODUCER_FENCED',
  },
  { what: 'no epoch, before the last one', asks: [-1, -1], has: { producerEpoch: 32_765 }, gets: [999, 32_766] },
  { what: 'no epoch, and none is left', asks: [-1, -1], has: { producerEpoch: 32_766 }, gets: [1000, 0] },
  { what: 'no epoch, and more than all are used', asks: [-1, -1], has: { producerEpoch: 32_767 }, gets: [1000, 0] },
  { what: 'the last epoch', asks: [999, 32_766], has: { producerEpoch: 32_766 }, gets: [1000, 0], lastAfter: 32_766 },
  {
    what: 'the one before the last epoch',
    asks: [999, 32_765],
    has: { producerEpoch: 32_766 },
    last: 32_765,
    gets: 'UNKNOWN_SERVER_ERROR',
  },
]

describe.each([
  ['Empty', EMPTY],
  ['CompleteCommit', COMPLETE_COMMIT],
  ['CompleteAbort', COMPLETE_ABORT],
] as const)('a producer that asks in the state %s with', (_, transactionStatus) => {
  for (const { what, asks, has, last = -1, gets, lastAfter = -1 } of resumptions)
    test(what, () => {
      const transactions = new Transactions()
      const transactionPartitions = transactionStatus === EMPTY ? null : []
      const before = { producerEpoch: 5, ...has, transactionStatus, transactionPartitions, clientTransactionVersion: 2 }
      transactions.put(before, ID, last)
      transactions.world.now += 1000
      const [producerId, producerEpoch] = asks
      const response = transactions.initialize({ producerId, producerEpoch, transactionTimeoutMs: 7000 })
      if (typeof gets === 'string') {
        expect(errorName(response.errorCode)).toBe(gets)
        expect(transactions.records()).toHaveLength(1)
        return
      }
      const [id, epoch] = gets
      expect(response).toEqual({ errorCode: ErrorCode.NONE, producerId: id, producerEpoch: epoch })
      expect(transactions.transaction()).toMatchObject({
        producerId: id,
        producerEpoch: epoch,
        previousProducerId: 999,
        transactionTimeoutMs: 7000,
        transactionStatus: EMPTY,
        transactionPartitions: null,
        transactionStartTimestampMs: -1,
        transactionLastUpdateTimestampMs: START_MS + 1000,
        clientTransactionVersion: 2,
      })
      expect(transactions.state.volatile.lastProducerEpochs.get(ID) ?? -1).toBe(lastAfter)
    })
})

test('the same answer comes to a repetition as often as it is asked, but not after a restart', () => {
  const transactions = new Transactions()
  const { producerId } = transactions.initialize()
  const request = { producerId, producerEpoch: 0 }
  for (const _ of [1, 2, 3]) expect(transactions.initialize(request)).toMatchObject({ producerId, producerEpoch: 1 })
  expect(errorName(transactions.restarted().initialize(request).errorCode)).toBe('PRODUCER_FENCED')
})

describe('an id that nobody has used', () => {
  test('may be asked for with any producer id and epoch', () => {
    const transactions = new Transactions()
    const response = transactions.initialize({ producerId: 5, producerEpoch: 9 })
    expect(response).toEqual({ errorCode: ErrorCode.NONE, producerId: FIRST_PRODUCER_ID, producerEpoch: 0 })
  })
})

describe.each([
  ['PrepareCommit', PREPARE_COMMIT],
  ['PrepareAbort', PREPARE_ABORT],
] as const)('in the state %s', (_, transactionStatus) => {
  test.each([
    [-1, -1],
    [999, 5],
    [1, 1],
  ])('a producer with id %i and epoch %i has to wait', (producerId, producerEpoch) => {
    const transactions = new Transactions()
    transactions.put({ transactionStatus, transactionPartitions: [] })
    const { errorCode } = transactions.initialize({ producerId, producerEpoch })
    expect(errorName(errorCode)).toBe('CONCURRENT_TRANSACTIONS')
    expect(transactions.records()).toHaveLength(1)
  })
})

describe('a producer with an ongoing transaction', () => {
  function ongoing(transactionVersion: number, producerEpoch: number): [Transactions, Named] {
    const transactions = new Transactions(transactionVersion)
    const producer = transactions.put({ producerEpoch })
    expect(transactions.add(producer, [topic('t', 0, 1)], 0)).toBe('NONE')
    return [transactions, producer]
  }
  const fencings: readonly {
    readonly version: number
    readonly epoch: number
    readonly marker: number
    readonly after: readonly [producerId: number, producerEpoch: number]
    readonly next: readonly [producerId: number, producerEpoch: number]
  }[] = [
    { version: 2, epoch: 5, marker: 6, after: [999, 6], next: [999, 7] },
    { version: 2, epoch: 32_765, marker: 32_766, after: [999, 32_766], next: [1000, 0] },
    { version: 2, epoch: 32_766, marker: 32_767, after: [1000, 0], next: [1000, 1] },
    { version: 2, epoch: 32_767, marker: 32_767, after: [1000, 0], next: [1000, 1] },
    { version: 1, epoch: 5, marker: 6, after: [999, 6], next: [999, 7] },
    { version: 1, epoch: 32_766, marker: 32_767, after: [999, 32_767], next: [1000, 0] },
    { version: 0, epoch: 32_767, marker: 32_767, after: [999, 32_767], next: [1000, 0] },
  ]
  for (const { version, epoch, marker, after, next } of fencings)
    test(`of epoch ${epoch} is fenced at transaction.version ${version}`, () => {
      const [transactions] = ongoing(version, epoch)
      expect(errorName(transactions.initialize().errorCode)).toBe('CONCURRENT_TRANSACTIONS')
      const { producerId, producerEpoch } = transactions.transaction()
      expect(transactions.status()).toBe('CompleteAbort')
      expect([producerId, producerEpoch]).toEqual([...after])
      expect(transactions.world.markers).toEqual(
        ['t-0', 't-1'].map(partition => ({ partition, producerId: 999, producerEpoch: marker, isCommit: false })),
      )
      const [nextId, nextEpoch] = next
      expect(transactions.initialize()).toEqual({
        errorCode: ErrorCode.NONE,
        producerId: nextId,
        producerEpoch: nextEpoch,
      })
    })

  test('is fenced by itself too', () => {
    const [transactions, { producerId, producerEpoch }] = ongoing(2, 5)
    const { errorCode } = transactions.initialize({ producerId, producerEpoch })
    expect(errorName(errorCode)).toBe('CONCURRENT_TRANSACTIONS')
    expect(transactions.status()).toBe('CompleteAbort')
    // By version 2 the epoch that was ended is the last one: asking again is a repetition.
    expect(transactions.initialize({ producerId, producerEpoch })).toMatchObject({ producerId, producerEpoch: 6 })
  })

  test('is not fenced by one that has never had the id', () => {
    const [transactions] = ongoing(2, 5)
    expect(errorName(transactions.initialize({ producerId: 4, producerEpoch: 5 }).errorCode)).toBe('PRODUCER_FENCED')
    expect(transactions.status()).toBe('Ongoing')
  })

  test('is not heard again', () => {
    const [transactions, zombie] = ongoing(1, 5)
    transactions.initialize()
    transactions.initialize()
    expect(transactions.add(zombie)).toBe('PRODUCER_FENCED')
    expect(transactions.verify(zombie)).toEqual(['PRODUCER_FENCED'])
    for (const version of [0, 2] as const) expect(transactions.end(zombie, true, version)).toBe('PRODUCER_FENCED')
    expect(errorName(transactions.initialize(zombie).errorCode)).toBe('PRODUCER_FENCED')
  })
})
