import { describe, expect, test } from 'bun:test'
import { PendingRecords } from '../../src/core/pending-records.ts'
import { SeededRandom } from '../sim/random.ts'

describe('what open transactions have written', () => {
  test('counts once they are committed', () => {
    const pending = new PendingRecords<string>()
    pending.hold(1, 'a', 'first')
    pending.hold(1, 'a', 'second')
    pending.hold(1, 'b', 'of 1')
    pending.hold(2, 'c', 'of 2')
    expect(pending.end(1, true)).toEqual([
      ['a', 'second'],
      ['b', 'of 1'],
    ])
    expect([pending.has('a'), pending.has('c')]).toEqual([false, true])
    expect(pending.end(2, false)).toEqual([])
    expect(pending.isEmpty).toBe(true)
    expect(pending.end(3, true)).toEqual([])
  })

  test('does not count more than what was written after it', () => {
    const pending = new PendingRecords<string>()
    pending.hold(1, 'a', 'of 1')
    pending.supersede('a')
    pending.hold(2, 'a', 'of 2')
    expect(pending.has('a')).toBe(true)
    expect(pending.end(1, true)).toEqual([])
    expect(pending.end(2, true)).toEqual([['a', 'of 2']])
  })

  test('is in the order of the records, whichever transaction ends first', () => {
    const pending = new PendingRecords<string>()
    pending.hold(1, 'a', 'early')
    pending.hold(2, 'a', 'late')
    expect(pending.end(2, true)).toEqual([['a', 'late']])
    expect(pending.end(1, true)).toEqual([])
    pending.hold(1, 'a', 'early')
    pending.hold(2, 'a', 'between')
    pending.hold(1, 'a', 'late')
    expect(pending.end(1, true)).toEqual([['a', 'late']])
    expect(pending.end(2, true)).toEqual([])
    pending.hold(1, 'a', 'early')
    pending.hold(2, 'a', 'late')
    expect(pending.end(2, false)).toEqual([])
    expect(pending.end(1, true)).toEqual([['a', 'early']])
  })

  test('is gone with its key', () => {
    const pending = new PendingRecords<string>()
    pending.hold(1, 'a', 'v')
    pending.forget('a')
    pending.forget('b')
    expect(pending.isEmpty).toBe(true)
    expect(pending.end(1, true)).toEqual([])
  })

  test('amounts to what the offsets of the records say, in any order of events', () => {
    const random = new SeededRandom(5)
    const pending = new PendingRecords<number>()
    /** As Kafka keeps it: offsets of records, of those that count and of those of each producer. */
    const counting = new Map<string, number>()
    const open = new Map<number, Map<string, number>>()
    const ours = new Map<string, number>()
    for (let offset = 0; offset < 20_000; offset++) {
      const key = `k${random.below(3)}`
      const producerId = random.below(4)
      const dice = random.below(10)
      if (dice < 5) {
        open.set(producerId, (open.get(producerId) ?? new Map()).set(key, offset))
        pending.hold(producerId, key, offset)
      } else if (dice < 6) {
        counting.set(key, offset)
        ours.set(key, offset)
        pending.supersede(key)
      } else if (dice < 7) {
        counting.delete(key)
        ours.delete(key)
        for (const of of open.values()) of.delete(key)
        pending.forget(key)
      } else {
        const isCommit = random.below(3) > 0
        for (const [of, at] of open.get(producerId) ?? [])
          if (isCommit && at > (counting.get(of) ?? -1)) counting.set(of, at)
        open.delete(producerId)
        for (const [of, at] of pending.end(producerId, isCommit)) ours.set(of, at)
      }
      expect(ours).toEqual(counting)
      expect(pending.has(key)).toBe([...open.values()].some(of => of.has(key)))
    }
  })
})
