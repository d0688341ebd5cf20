/** What a transaction owes once it is decided: markers, and its completion. */
import { describe, expect, test } from 'bun:test'
import { JournalError } from '../../../src/core/machine.ts'
import { TransactionStatus } from '../../../src/core/transactions/status.ts'
import { ID, type Named, START_MS, Transactions, topic } from './fixture.ts'

/** A transaction in the topics `t` and `u`, of which `u` refuses markers. */
function refused(): [Transactions, Named] {
  const transactions = new Transactions()
  const producer = transactions.newProducer()
  transactions.add(producer, [topic('t', 0, 1), topic('u', 0)])
  transactions.world.deafTopics.add('u')
  return [transactions, producer]
}

const partitionsOf = ({ world }: Transactions): string[] => world.markers.map(({ partition }) => partition)

describe('a log that refuses a marker', () => {
  test('changes nothing of the answer', () => {
    const [transactions, producer] = refused()
    expect(transactions.end(producer, true)).toEqual({ producerId: producer.producerId, producerEpoch: 1 })
    expect(transactions.status()).toBe('PrepareCommit')
  })

  test('is asked again after a while, and it alone', () => {
    const [transactions, producer] = refused()
    transactions.end(producer, true)
    transactions.advance(499)
    expect(partitionsOf(transactions)).toEqual(['t-0', 't-1'])
    transactions.world.deafTopics.clear()
    transactions.advance(1)
    expect(partitionsOf(transactions)).toEqual(['t-0', 't-1', 'u-0'])
    expect(transactions.status()).toBe('CompleteCommit')
    expect(transactions.transaction().transactionLastUpdateTimestampMs).toBe(START_MS + 500)
  })

  test('is asked for as long as it refuses', () => {
    const [transactions, producer] = refused()
    transactions.end(producer, false)
    transactions.advance(60_000)
    expect(transactions.status()).toBe('PrepareAbort')
    transactions.world.deafTopics.clear()
    transactions.advance(500)
    expect(transactions.status()).toBe('CompleteAbort')
    expect(transactions.timers.has(`markers ${ID}`)).toBe(false)
  })

  test('has everybody wait', () => {
    const [transactions, producer] = refused()
    transactions.end(producer, true)
    const next = { ...producer, producerEpoch: 1 }
    for (const asker of [producer, next]) {
      expect(transactions.add(asker)).toBe('CONCURRENT_TRANSACTIONS')
      expect(transactions.end(asker, true)).toBe('CONCURRENT_TRANSACTIONS')
      expect(transactions.end(asker, false)).toBe('CONCURRENT_TRANSACTIONS')
    }
    expect(transactions.verify(next)).toEqual(['CONCURRENT_TRANSACTIONS'])
    transactions.world.deafTopics.clear()
    transactions.advance(500)
    expect(transactions.add(next)).toBe('NONE')
  })

  test('is what the transaction is still in', () => {
    const [transactions, producer] = refused()
    transactions.end(producer, true)
    expect(transactions.describe()).toMatchObject({
      transactionState: 'PrepareCommit',
      topics: [{ topic: 'u', partitions: [0] }],
    })
  })

  test('is not asked for a transaction that is complete', () => {
    const [transactions, producer] = refused()
    transactions.end(producer, true)
    const late = { type: 'markersWritten', ...producer, missing: [] } as const
    transactions.execute(late)
    expect(transactions.status()).toBe('PrepareCommit')
    transactions.execute({ ...late, producerEpoch: 1 })
    expect(transactions.status()).toBe('CompleteCommit')
    transactions.advance(1000)
    expect(partitionsOf(transactions)).toEqual(['t-0', 't-1'])
    transactions.execute({ ...late, producerEpoch: 1 })
    expect(transactions.records()).toHaveLength(4)
  })
})

describe('after a restart', () => {
  test('all markers are written again, and the transaction is complete', () => {
    const [transactions, producer] = refused()
    transactions.end(producer, true)
    transactions.world.deafTopics.clear()
    const restarted = transactions.restarted()
    expect(restarted.status()).toBe('CompleteCommit')
    expect(partitionsOf(restarted)).toEqual(['t-0', 't-1', 't-0', 't-1', 'u-0'])
    expect(restarted.add({ ...producer, producerEpoch: 1 })).toBe('NONE')
  })

  test("another producer's id is not forgotten", () => {
    const [transactions] = refused()
    const producer = transactions.put({ producerEpoch: 32_766 }, 'last')
    transactions.add(producer, [topic('u', 0)])
    expect(transactions.end(producer, true)).toEqual({ producerId: 1001, producerEpoch: 0 })
    transactions.world.deafTopics.clear()
    const restarted = transactions.restarted()
    expect(restarted.transaction('last')).toMatchObject({ producerId: 1001, producerEpoch: 0, nextProducerId: -1 })
    expect(restarted.end(producer, true)).toEqual({ producerId: 1001, producerEpoch: 0 })
  })

  test.each([
    [TransactionStatus.EMPTY, null],
    [TransactionStatus.ONGOING, [{ topic: 't', partitionIds: [0] }]],
    [TransactionStatus.COMPLETE_COMMIT, []],
    [TransactionStatus.COMPLETE_ABORT, []],
  ])('nothing is owed in state %i', (transactionStatus, transactionPartitions) => {
    const transactions = new Transactions()
    transactions.put({ transactionStatus, transactionPartitions })
    expect(transactions.restarted().world.markers).toEqual([])
    expect(transactions.records()).toHaveLength(1)
  })
})

describe('a journal that refuses', () => {
  test('a decision leaves the transaction as it was', () => {
    const transactions = new Transactions()
    const producer = transactions.newProducer()
    const before = structuredClone(transactions.state)
    transactions.world.isJournalFull = true
    expect(() => transactions.initialize()).toThrow(JournalError)
    expect(() => transactions.add(producer)).toThrow(JournalError)
    expect(() => transactions.end(producer, false)).toThrow(JournalError)
    expect(transactions.state).toEqual(before)
    expect(transactions.world.markers).toEqual([])
    transactions.world.isJournalFull = false
    expect(transactions.add(producer)).toBe('NONE')
    expect(transactions.timers.has('find timed out')).toBe(true)
  })

  test('a completion is asked again, without any marker', () => {
    const transactions = new Transactions()
    const producer = transactions.newProducer()
    transactions.add(producer)
    transactions.world.deafTopics.add('t')
    transactions.end(producer, true)
    transactions.world.deafTopics.clear()
    transactions.world.isJournalFull = true
    transactions.advance(5000)
    expect(transactions.status()).toBe('PrepareCommit')
    expect(partitionsOf(transactions)).toEqual(['t-0'])
    expect(transactions.describe().topics).toEqual([])
    transactions.world.isJournalFull = false
    transactions.advance(500)
    expect(transactions.status()).toBe('CompleteCommit')
    expect(partitionsOf(transactions)).toEqual(['t-0'])
  })

  test('what would repeat a request keeps the epoch for that', () => {
    const transactions = new Transactions()
    const { producerId } = transactions.newProducer()
    const first = { producerId, producerEpoch: 0 }
    transactions.initialize(first)
    transactions.world.isJournalFull = true
    expect(() => transactions.initialize()).toThrow(JournalError)
    transactions.world.isJournalFull = false
    expect(transactions.initialize(first)).toMatchObject({ producerId, producerEpoch: 1 })
  })
})
