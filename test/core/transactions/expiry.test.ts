/** Transactional ids that nobody has used for long. */
import { describe, expect, test } from 'bun:test'
import { TransactionStatus } from '../../../src/core/transactions/status.ts'
import { ID, Transactions, World } from './fixture.ts'

const DAY_MS = 24 * 60 * 60_000
const HOUR_MS = 60 * 60_000
const { EMPTY, ONGOING, PREPARE_COMMIT, PREPARE_ABORT, COMPLETE_COMMIT, COMPLETE_ABORT } = TransactionStatus

describe('a transactional id', () => {
  test('is forgotten a week after it was used last', () => {
    const transactions = new Transactions()
    const producer = transactions.newProducer()
    transactions.advance(DAY_MS)
    transactions.end(producer, false)
    transactions.advance(7 * DAY_MS - 1)
    expect(transactions.status()).toBe('CompleteAbort')
    transactions.advance(HOUR_MS)
    expect(transactions.state.transactions.size).toBe(0)
    expect(transactions.records().at(-1)).toEqual({ transactionalId: ID, value: null, lastProducerEpoch: -1 })
    expect(transactions.restarted().state.transactions.size).toBe(0)
  })

  test('is forgotten when the broker says so', () => {
    const settings = {
      'transactional.id.expiration.ms': '1000',
      'transaction.remove.expired.transaction.cleanup.interval.ms': '100',
    }
    const transactions = new Transactions(2, new World(), settings)
    transactions.initialize()
    transactions.advance(999)
    expect(transactions.state.transactions.size).toBe(1)
    transactions.advance(1)
    expect(transactions.state.transactions.size).toBe(0)
  })

  test('begins anew, with another producer id and without what it knew', () => {
    const transactions = new Transactions()
    const old = transactions.newProducer()
    transactions.initialize(old)
    transactions.advance(8 * DAY_MS)
    expect(transactions.state.volatile.lastProducerEpochs.size).toBe(0)
    expect(transactions.add(old)).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect(transactions.initialize(old)).toMatchObject({ producerId: old.producerId + 1, producerEpoch: 0 })
  })

  test.each([
    ['Empty', EMPTY, true],
    ['Ongoing', ONGOING, false],
    ['PrepareCommit', PREPARE_COMMIT, false],
    ['PrepareAbort', PREPARE_ABORT, false],
    ['CompleteCommit', COMPLETE_COMMIT, true],
    ['CompleteAbort', COMPLETE_ABORT, true],
  ])('in state %s, an old one', (_, transactionStatus, isForgotten) => {
    const transactions = new Transactions()
    transactions.put({ transactionStatus, transactionPartitions: [] })
    transactions.world.now += 8 * DAY_MS
    transactions.execute({ type: 'expireTransactionalIds' })
    expect(transactions.state.transactions.has(ID)).toBe(!isForgotten)
  })
})

test('many are looked at a few at a time, and none is left out', () => {
  const transactions = new Transactions()
  for (let at = 0; at < 4500; at++) transactions.put({}, `id-${at}`)
  transactions.world.now += 8 * DAY_MS
  const left: number[] = []
  for (let slice = 0; slice < 3; slice++) {
    transactions.execute({ type: 'expireTransactionalIds' })
    left.push(transactions.state.transactions.size)
  }
  expect(left).toEqual([2500, 500, 0])
  expect(transactions.timers.get('expire')?.at).toBe(transactions.world.now + HOUR_MS)
})

test('what the journal refuses to forget is looked for again', () => {
  const transactions = new Transactions()
  transactions.initialize()
  transactions.world.isJournalFull = true
  transactions.advance(8 * DAY_MS)
  expect(transactions.state.transactions.size).toBe(1)
  transactions.world.isJournalFull = false
  transactions.advance(HOUR_MS)
  expect(transactions.state.transactions.size).toBe(0)
})
