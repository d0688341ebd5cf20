import { expect, test } from 'bun:test'
import { produceTo, World } from '../sim/world.ts'

/** How often the log was flushed in so many ms after three records were written. */
function flushesAfter(ms: number, settings: Record<string, string>, configs: Record<string, string>): number {
  const world = new World({ settings })
  world.createTopic('t', 1, configs)
  world.disk.sync()
  produceTo(world.connect(), 't', { values: ['a', 'b', 'c'] })
  for (let passed = 0; passed < ms; passed += 100) world.advance(100)
  const flushes: string[] = []
  world.disk.fault = (operation, path) => {
    if (operation === 'flush' && path === 't-0/00000000000000000000.log') flushes.push(path)
    return null
  }
  world.disk.settle()
  return flushes.length
}

const often = { 'log.flush.scheduler.interval.ms': '500' }

test('a log is flushed at the first look after flush.ms', () => {
  expect(flushesAfter(900, often, { 'flush.ms': '800' })).toBe(0)
  expect(flushesAfter(1000, often, { 'flush.ms': '800' })).toBe(1)
})

test('nobody looks unless log.flush.scheduler.interval.ms says how often', () => {
  expect(flushesAfter(5000, {}, { 'flush.ms': '100' })).toBe(0)
})

test('a log that grows again is flushed again, and one that does not is left alone', () => {
  const world = new World({ settings: often })
  world.createTopic('t', 1, { 'flush.ms': '100' })
  for (let round = 0; round < 2; round++) {
    produceTo(world.connect(), 't', { values: ['a'] })
    world.advance(500)
    world.disk.settle()
    expect(world.clock.alarmAtMs).toBeNull()
  }
})
