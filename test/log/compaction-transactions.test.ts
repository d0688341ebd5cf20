import { describe, expect, test } from 'bun:test'
import { CleanedTransactions } from '../../src/log/compaction-transactions.ts'
import type { AbortedTransaction } from '../../src/log/transaction-index.ts'
import { type BatchHeader, batchHeaders } from '../../src/wire/records/batch.ts'
import { keyedBatch } from './compaction-fixture.ts'

function header(baseOffset: number, producerId: number, isTransactional = true): BatchHeader {
  const [found] = batchHeaders(keyedBatch([['k', 'v']], { baseOffset, producerId, producerEpoch: 0, isTransactional }))
  if (!found) throw new Error('no batch')
  return found
}

function aborted(producerId: number, firstOffset: number, lastOffset: number): AbortedTransaction {
  return { producerId, firstOffset, lastOffset, lastStableOffset: lastOffset + 1 }
}

const commit = { isCommit: true, coordinatorEpoch: 0, timestamp: 0 }
const abort = { ...commit, isCommit: false }
const other = { ...commit, isCommit: null }

test('batches outside of transactions stay', () => {
  expect(new CleanedTransactions().canDiscardBatch(header(5, 1, false))).toBe(false)
})

describe('a commit marker', () => {
  test('stays while something of its transaction was there, once', () => {
    const transactions = new CleanedTransactions()
    expect(transactions.canDiscardBatch(header(5, 1))).toBe(false)
    expect(transactions.canDiscardMarker(header(6, 1), commit)).toBe(false)
    expect(transactions.canDiscardMarker(header(7, 1), commit)).toBe(true)
  })
  test('is not needed for what another producer wrote', () => {
    const transactions = new CleanedTransactions()
    transactions.canDiscardBatch(header(5, 1))
    expect(transactions.canDiscardMarker(header(6, 2), commit)).toBe(true)
  })
})

describe('an aborted transaction', () => {
  test('loses its batches, and its marker once none was there', () => {
    const transactions = new CleanedTransactions()
    transactions.add([aborted(1, 5, 8), aborted(1, 20, 22)])
    expect(transactions.canDiscardBatch(header(5, 1))).toBe(true)
    expect(transactions.canDiscardBatch(header(6, 2))).toBe(false)
    expect(transactions.canDiscardMarker(header(8, 1), abort)).toBe(false)
    expect(transactions.canDiscardMarker(header(22, 1), abort)).toBe(true)
    expect(transactions.takeRetained()).toEqual([aborted(1, 5, 8)])
    expect(transactions.takeRetained()).toEqual([])
  })
  test('is over with its marker: what comes then may be committed', () => {
    const transactions = new CleanedTransactions()
    transactions.add([aborted(1, 5, 8)])
    transactions.canDiscardMarker(header(8, 1), abort)
    expect(transactions.canDiscardBatch(header(9, 1))).toBe(false)
  })
  test('does not begin before its first offset', () => {
    const transactions = new CleanedTransactions()
    transactions.add([aborted(1, 7, 9)])
    expect(transactions.canDiscardBatch(header(6, 1))).toBe(false)
    expect(transactions.canDiscardBatch(header(7, 1))).toBe(true)
  })
  test('may be told of in any order, stretch by stretch', () => {
    const transactions = new CleanedTransactions()
    transactions.add([aborted(2, 30, 31)])
    transactions.add([aborted(1, 5, 8)])
    expect([transactions.canDiscardBatch(header(5, 1)), transactions.canDiscardBatch(header(30, 2))]).toEqual([
      true,
      true,
    ])
  })
})

test('a control batch that was emptied before is of no more use; one of another kind stays', () => {
  const transactions = new CleanedTransactions()
  expect(transactions.canDiscardMarker(header(5, 1), null)).toBe(true)
  expect(transactions.canDiscardMarker(header(5, 1), other)).toBe(false)
})
