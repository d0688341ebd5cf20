/** Transactions that go on for too long. */
import { describe, expect, test } from 'bun:test'
import { FIRST_PRODUCER_ID, ID, START_MS, TIMEOUT_MS, Transactions, topic, World } from './fixture.ts'

const INTERVAL_MS = 10_000

describe('a transaction', () => {
  test('is aborted at the first look after its timeout', () => {
    const transactions = new Transactions()
    transactions.add(transactions.newProducer(), [topic('t', 0)])
    transactions.advance(TIMEOUT_MS + INTERVAL_MS - 1)
    expect(transactions.status()).toBe('Ongoing')
    transactions.advance(1)
    expect(transactions.status()).toBe('CompleteAbort')
    expect(transactions.world.markers).toEqual([
      { partition: 't-0', producerId: FIRST_PRODUCER_ID, producerEpoch: 1, isCommit: false },
    ])
  })

  test('is aborted at a moment that the broker may set', () => {
    const settings = { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '100' }
    const transactions = new Transactions(2, new World(), settings)
    transactions.add(transactions.newProducer())
    transactions.advance(TIMEOUT_MS)
    expect(transactions.status()).toBe('Ongoing')
    transactions.advance(100)
    expect(transactions.status()).toBe('CompleteAbort')
  })

  test('that has ended in time is left alone, and nothing is looked for any more', () => {
    const transactions = new Transactions()
    const producer = transactions.newProducer()
    transactions.add(producer)
    transactions.end(producer, true)
    transactions.advance(2 * TIMEOUT_MS)
    expect(transactions.status()).toBe('CompleteCommit')
    expect([...transactions.timers.keys()]).toEqual(['expire'])
  })

  test('times out by itself, not with those before it', () => {
    const transactions = new Transactions()
    const [early, late] = ['early', 'late'].map(id => transactions.newProducer(id))
    if (early) transactions.add(early)
    transactions.advance(30_000)
    if (late) transactions.add(late)
    transactions.advance(TIMEOUT_MS)
    expect(['early', 'late'].map(id => transactions.status(id))).toEqual(['CompleteAbort', 'Ongoing'])
    transactions.advance(30_000)
    expect(transactions.status('late')).toBe('CompleteAbort')
  })

  test('that is prepared elsewhere never times out', () => {
    const transactions = new Transactions()
    const producer = transactions.put({ transactionTimeoutMs: 2 ** 31 - 1 })
    transactions.add(producer)
    transactions.advance(2 ** 32)
    expect(transactions.status()).toBe('Ongoing')
  })

  test.each([
    [2, 5, { producerId: 999, producerEpoch: 6 }],
    [2, 32_766, { producerId: 1000, producerEpoch: 0 }],
    [1, 5, { producerId: 999, producerEpoch: 6 }],
    [1, 32_766, { producerId: 999, producerEpoch: 32_767 }],
  ])('at transaction.version %i of epoch %i is fenced', (version, producerEpoch, after) => {
    const transactions = new Transactions(version)
    const producer = transactions.put({ producerEpoch })
    transactions.add(producer)
    transactions.advance(TIMEOUT_MS + INTERVAL_MS)
    expect(transactions.transaction()).toMatchObject(after)
    expect(transactions.add(producer)).not.toBe('NONE')
  })

  test('is told apart from one that began with the same producer since', () => {
    const transactions = new Transactions()
    const producer = transactions.newProducer()
    transactions.add(producer)
    transactions.execute({ type: 'abortTimedOut', ...producer, producerEpoch: 7 })
    transactions.execute({ type: 'abortTimedOut', ...producer, producerId: 7 })
    expect(transactions.status()).toBe('Ongoing')
    transactions.execute({ type: 'abortTimedOut', ...producer })
    expect(transactions.status()).toBe('CompleteAbort')
    transactions.execute({ type: 'abortTimedOut', ...producer, producerEpoch: 1 })
    expect(transactions.records()).toHaveLength(4)
  })
})

test('after a restart a producer has a while to end what has timed out', () => {
  const transactions = new Transactions()
  const producer = transactions.newProducer()
  transactions.add(producer)
  transactions.world.now = START_MS + 10 * TIMEOUT_MS
  const restarted = transactions.restarted()
  restarted.advance(INTERVAL_MS - 1)
  expect(restarted.status()).toBe('Ongoing')
  restarted.advance(1)
  expect(restarted.status()).toBe('CompleteAbort')
})

test('an abort that the journal refuses is tried again', () => {
  const transactions = new Transactions()
  transactions.add(transactions.newProducer())
  transactions.world.isJournalFull = true
  transactions.advance(3 * TIMEOUT_MS)
  expect(transactions.status()).toBe('Ongoing')
  transactions.world.isJournalFull = false
  transactions.advance(INTERVAL_MS)
  expect(transactions.status()).toBe('CompleteAbort')
  expect(transactions.describe(ID)).toMatchObject({ producerEpoch: 1 })
})
