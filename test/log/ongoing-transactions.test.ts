import { describe, expect, test } from 'bun:test'
import { OngoingTransactions } from '../../src/log/ongoing-transactions.ts'

/** Those of producers 1, 2 and 3, which begin at 10, 20 and 30. */
function three(): OngoingTransactions {
  return new OngoingTransactions([
    [3, 30],
    [1, 10],
    [2, 20],
  ])
}

describe('the first open transaction', () => {
  test('is the one that begins first, wherever it comes from', () => {
    expect(new OngoingTransactions().firstOffset).toBeNull()
    expect(three().firstOffset).toBe(10)
  })
  test('does not change before what is staged is written', () => {
    const ongoing = three()
    ongoing.stageEnd(1, 40, true)
    expect(ongoing.firstOffset).toBe(10)
    ongoing.promote()
    expect(ongoing.firstOffset).toBe(20)
  })
  test('is what it was when nothing is written', () => {
    const ongoing = new OngoingTransactions()
    ongoing.stageBegin(1, 5)
    ongoing.drop()
    ongoing.promote()
    expect(ongoing.firstOffset).toBeNull()
  })
  test('of a producer that begins again is the new one', () => {
    const ongoing = three()
    ongoing.stageEnd(1, 40, true)
    ongoing.stageBegin(1, 41)
    ongoing.promote()
    expect(ongoing.firstOffset).toBe(20)
    for (const producer of [2, 3]) ongoing.stageEnd(producer, 50 + producer, true)
    ongoing.promote()
    expect(ongoing.firstOffset).toBe(41)
  })
})

describe('aborted transactions', () => {
  test('are told with what was stable then (ProducerStateManager.lastStableOffset)', () => {
    const ongoing = three()
    ongoing.stageEnd(2, 40, false)
    ongoing.stageEnd(1, 41, false)
    ongoing.stageEnd(3, 42, false)
    expect(ongoing.promote()).toEqual([
      { producerId: 2, firstOffset: 20, lastOffset: 40, lastStableOffset: 10 },
      { producerId: 1, firstOffset: 10, lastOffset: 41, lastStableOffset: 30 },
      { producerId: 3, firstOffset: 30, lastOffset: 42, lastStableOffset: 43 },
    ])
    expect(ongoing.promote()).toEqual([])
  })
  test('that begin and end in one turn are told too, committed ones are not', () => {
    const ongoing = new OngoingTransactions()
    ongoing.stageBegin(1, 5)
    ongoing.stageBegin(2, 6)
    ongoing.stageEnd(1, 7, false)
    ongoing.stageEnd(2, 8, true)
    expect(ongoing.promote()).toEqual([{ producerId: 1, firstOffset: 5, lastOffset: 7, lastStableOffset: 6 }])
  })
})
