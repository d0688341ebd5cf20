import { expect, test } from 'bun:test'
import { RecentBatches } from '../../src/log/recent-batches.ts'

test('finds the batch that holds an offset, as long as it is remembered', () => {
  const recent = new RecentBatches()
  for (let index = 0; index < 200; index++) recent.add(index * 10, index * 1000)
  expect(recent.positionOf(1999)).toBe(199_000)
  expect(recent.positionOf(1990)).toBe(199_000)
  expect(recent.positionOf(1989)).toBe(198_000)
  expect(recent.positionOf(1360)).toBe(136_000)
  expect(recent.positionOf(1359)).toBeNull()
})

test('knows nothing at first', () => {
  const recent = new RecentBatches()
  expect(recent.positionOf(0)).toBeNull()
  recent.add(5, 0)
  expect([recent.positionOf(4), recent.positionOf(5)]).toEqual([null, 0])
})
