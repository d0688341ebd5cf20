import { expect, test } from 'bun:test'
import { Heap } from '../../src/base/heap.ts'

test('a heap gives its elements in order, whatever order they came in', () => {
  const heap = new Heap<number>((a, b) => a < b)
  const numbers = Array.from({ length: 500 }, (_, i) => (i * 7919) % 263)
  for (const [index, number] of numbers.entries()) {
    heap.push(number)
    if (index % 5 === 4) {
      const least = heap.pop()
      expect(heap.size === 0 || (least ?? 0) <= (heap.least ?? 0)).toBe(true)
    }
  }
  const rest: number[] = []
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) rest.push(next)
  expect(rest).toEqual(rest.toSorted((a, b) => a - b))
  expect(rest.length).toBe(400)
})
