import { expect, test } from 'bun:test'
import { coordinatorPartition } from '../../src/core/coordinator-partition.ts'

// As Java counts: Utils.abs(key.hashCode()) % 50. The last but one has the hash code -2^31, whose absolute value is 0.
test.each([
  ['', 0],
  ['a', 47],
  ['test-group', 12],
  ['größe', 7],
  ['😀', 49],
  ['polygenelubricants', 0],
  ['console-consumer-12345', 6],
])('%p is kept in partition %i of 50', (key, partition) => {
  expect(coordinatorPartition(key, 50)).toBe(partition)
})

test('every key is in partition 0 of one', () => {
  expect(coordinatorPartition('a', 1)).toBe(0)
})
