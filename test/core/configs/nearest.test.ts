import { expect, test } from 'bun:test'
import { nearestName } from '../../../src/core/configs/nearest.ts'

const names = ['log.dir', 'log.dirs', 'listeners']

test('the fewest changes win, the first of equals', () => {
  expect(nearestName('log.dirz', names)).toBe('log.dir')
  expect(nearestName('logdirs', names)).toBe('log.dirs')
  expect(nearestName('listener', names)).toBe('listeners')
})

test('what is like none of them has none', () => {
  expect(nearestName('colour', names)).toBeNull()
  expect(nearestName('', names)).toBeNull()
})
