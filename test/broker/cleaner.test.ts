import { describe, expect, test } from 'bun:test'
import { fetch } from '../../src/api/01-fetch.ts'
import { CLEANER_CHECKPOINT } from '../../src/log/file-names.ts'
import { batchOf, fetchOf, headersOf, onlyPartition, produceTo, START_MS, World } from '../sim/world.ts'

const text = new TextDecoder()
const SEGMENT_BYTES = 2000
const compact = { 'cleanup.policy': 'compact', 'internal.segment.bytes': String(SEGMENT_BYTES) }

function setUp(configs: Record<string, string> = {}, settings: Record<string, string> = {}): World {
  const world = new World({ settings })
  world.createTopic('t', 1, { ...compact, ...configs })
  return world
}

/** Writes `count` batches of one record each: in all of them the same four keys, again and again. */
function write(world: World, count: number, from = 0): void {
  const client = world.connect()
  for (let number = from; number < from + count; number++) {
    const timestamp = world.clock.now()
    produceTo(client, 't', { key: `key ${number % 4}`, values: [`${number}`.padEnd(100)], timestamp })
  }
}

/** The medium takes what it was given, and whoever waits for his turn gets it. */
function rest(world: World, ms = 100): void {
  for (let passed = 0; passed < ms; passed += 5) {
    world.disk.settle()
    world.advance(5)
  }
}

/** The batches that are left of the topic. */
function batchCount(world: World): number {
  let count = 0
  for (let fetchOffset = 0; ; ) {
    const fetched = onlyPartition(world.connect().call(fetch, 12, fetchOf('t', { partitions: [{ fetchOffset }] })))
    const headers = headersOf(fetched)
    const last = headers.at(-1)
    if (last === undefined) return count
    count += headers.length
    fetchOffset = last.baseOffset + last.lastOffsetDelta + 1
  }
}

/** What the checkpoint says of the topic. */
function cleanedOffset(world: World): number | null {
  const bytes = world.disk.readFile(CLEANER_CHECKPOINT)
  const offset = bytes && /^t 0 (\d+)$/m.exec(text.decode(bytes))?.[1]
  return offset ? Number(offset) : null
}

/** The first offset of each segment. */
function segments(world: World): number[] {
  const names = world.disk.list('t-0').filter(name => name.endsWith('.log'))
  return names.map(name => Number(name.slice(0, 20))).sort((a, b) => a - b)
}

describe('a compacted topic', () => {
  test('is cleaned as it is written, up to the active segment', () => {
    const world = setUp()
    write(world, 60)
    rest(world)
    const active = segments(world).at(-1) ?? 0
    expect(cleanedOffset(world)).toBe(active)
    expect(batchCount(world)).toBe(4 + 60 - active)
  })

  test('is cleaned again when enough is new, and not before', () => {
    const world = setUp({ 'min.cleanable.dirty.ratio': '0.9' })
    write(world, 60)
    rest(world)
    const first = cleanedOffset(world) ?? 0
    const segmentCount = Math.floor((first * 180) / SEGMENT_BYTES)
    expect(segmentCount).toBeGreaterThan(2)
    write(world, 15, 60)
    rest(world)
    expect(cleanedOffset(world)).toBe(first)
  })

  test('that is not, is not', () => {
    const world = setUp({ 'cleanup.policy': 'delete' })
    write(world, 60)
    rest(world)
    expect([cleanedOffset(world), batchCount(world)]).toEqual([null, 60])
  })

  test('is not where log.cleaner.enable says so', () => {
    const world = setUp({}, { 'log.cleaner.enable': 'false' })
    write(world, 60)
    rest(world)
    expect([cleanedOffset(world), batchCount(world)]).toEqual([null, 60])
  })

  test('with more keys than log.cleaner.dedupe.buffer.size holds is cleaned in several rounds', () => {
    const world = setUp({}, { 'log.cleaner.dedupe.buffer.size': '1' })
    write(world, 60)
    rest(world, 500)
    const active = segments(world).at(-1) ?? 0
    // The last rounds are not worth it: less than half is dirty.
    expect(cleanedOffset(world)).toBeGreaterThan(active / 3)
    expect(batchCount(world)).toBeLessThan(60)
  })
})

describe('time', () => {
  test('passes for others too: a slice reads a megabyte, and what the last batch has beyond it', () => {
    const world = setUp({ 'internal.segment.bytes': '3000000' })
    const client = world.connect()
    const value = 'x'.repeat(300_000)
    for (let number = 0; number < 30; number++) produceTo(client, 't', { key: `key ${number % 4}`, values: [value] })
    world.disk.settle()
    let sliceCount = 0
    while (cleanedOffset(world) === null) {
      const reads = world.callsDuring(() => world.advance(1)).filter(({ operation }) => operation === 'read')
      if (reads.length > 0) sliceCount++
      world.disk.settle()
    }
    const dirtyBytes = 300_000 * (cleanedOffset(world) ?? 0)
    expect(dirtyBytes).toBeGreaterThan(7_000_000)
    // All of it is read twice: for its keys, and to be cleaned.
    expect(sliceCount).toBeGreaterThan((2 * dirtyBytes) / 1_400_000)
    expect(sliceCount).toBeLessThan((2 * dirtyBytes) / 800_000)
  })

  test('passes before more is read than log.cleaner.io.max.bytes.per.second', () => {
    const took = (bytesPerSecond: string): number => {
      const world = setUp({}, { 'log.cleaner.io.max.bytes.per.second': bytesPerSecond })
      write(world, 200)
      const beganMs = world.clock.now()
      const end = segments(world).at(-1) ?? 0
      while (cleanedOffset(world) !== end) rest(world, 50)
      return world.clock.now() - beganMs
    }
    const unbounded = took('1e9')
    // Some thirty kilobytes are read.
    expect(took('10000')).toBeGreaterThan(unbounded + 2500)
  })

  test('is not asked for when there is nothing to do', () => {
    const world = setUp()
    write(world, 60)
    rest(world)
    expect(world.clock.alarmAtMs).toBeNull()
    const settings = world.clock.settingsCount
    write(world, 5, 60)
    rest(world)
    expect([world.clock.alarmAtMs, world.clock.settingsCount]).toEqual([null, settings])
  })

  test('is waited for where records have to stay for a while', () => {
    const world = setUp({ 'min.compaction.lag.ms': '60000' })
    write(world, 60)
    rest(world)
    expect([cleanedOffset(world), world.clock.alarmAtMs]).toEqual([null, START_MS + 60_000])
    world.advance(60_000)
    rest(world)
    expect([cleanedOffset(world), world.clock.alarmAtMs]).toEqual([segments(world).at(-1) ?? -1, null])
  })

  test('is waited for where records must not wait for longer', () => {
    const world = setUp({ 'min.cleanable.dirty.ratio': '1', 'max.compaction.lag.ms': '60000' })
    write(world, 60)
    rest(world)
    expect([cleanedOffset(world), world.clock.alarmAtMs]).toEqual([null, START_MS + 60_001])
    world.advance(60_001)
    rest(world)
    expect(cleanedOffset(world)).toBe(segments(world).at(-1) ?? -1)
  })
})

describe('a restart', () => {
  test('does not forget up to where it was cleaned', () => {
    const world = setUp()
    write(world, 60)
    rest(world)
    const before = [cleanedOffset(world), batchCount(world)]
    world.restart()
    expect([cleanedOffset(world), batchCount(world)]).toEqual(before)
    world.crash()
    rest(world)
    expect([cleanedOffset(world), batchCount(world)]).toEqual(before)
    expect(world.disk.list('t-0').filter(name => /cleaned|swap/.test(name))).toEqual([])
  })

  test('goes on with what was not cleaned, once the log is used', () => {
    const world = setUp()
    write(world, 60)
    world.restart()
    rest(world)
    expect(cleanedOffset(world)).toBeNull()
    batchCount(world)
    rest(world)
    expect(cleanedOffset(world)).toBe(segments(world).at(-1) ?? -1)
  })

  test('in the middle of a round leaves nothing of it', () => {
    const world = setUp({ 'internal.segment.bytes': '3000000' })
    const client = world.connect()
    const value = 'x'.repeat(300_000)
    for (let number = 0; number < 30; number++) produceTo(client, 't', { key: 'key', values: [value] })
    world.disk.settle()
    while (!world.disk.list('t-0').some(name => name.endsWith('.cleaned'))) world.advance(1)
    world.broker.close()
    expect(world.disk.list('t-0').filter(name => name.endsWith('.cleaned'))).toEqual([])
    world.disk.settle()
    world.advance(100)
    expect(world.clock.alarmAtMs).toBeNull()
  })
})

test('a topic that is deleted is not cleaned any more, and the next one of its name begins dirty', () => {
  const world = setUp({ 'min.compaction.lag.ms': '60000' })
  write(world, 60)
  rest(world)
  world.deleteTopic('t')
  expect(world.clock.alarmAtMs).toBeNull()
  world.createTopic('t', 1, compact)
  write(world, 60)
  rest(world)
  expect(cleanedOffset(world)).toBeGreaterThan(0)
  world.deleteTopic('t')
  expect(cleanedOffset(world)).toBeNull()
})

test('a disk that refuses is told of, and the next closed segment is the next try', () => {
  const world = setUp()
  write(world, 60)
  world.disk.fault = (_, path) => (path.endsWith('.cleaned') ? 'EIO' : null)
  rest(world)
  expect(world.warnings.filter(warning => warning.includes('t-0 is not cleaned'))).toHaveLength(1)
  expect(batchCount(world)).toBe(60)
  world.disk.fault = () => null
  write(world, 20, 60)
  rest(world)
  expect(cleanedOffset(world)).toBe(segments(world).at(-1) ?? -1)
})

test('a log with a broken batch is told of once, and left alone', () => {
  const world = setUp()
  write(world, 60)
  // The record count of the first batch.
  world.disk.open('t-0/00000000000000000000.log').write([Uint8Array.of(7)], 60)
  rest(world)
  write(world, 60, 60)
  rest(world)
  expect(world.warnings.filter(warning => warning.includes('t-0 is not cleaned'))).toHaveLength(1)
  expect(cleanedOffset(world)).toBeNull()
})

test('logs are cleaned one after the other', () => {
  const world = setUp()
  world.createTopic('u', 1, compact)
  const client = world.connect()
  for (let number = 0; number < 60; number++) {
    produceTo(client, 't', { key: 'key', values: ['v'.repeat(100)] })
    produceTo(client, 'u', { key: 'key', values: ['v'.repeat(100)] })
  }
  rest(world)
  const lines = text.decode(world.disk.readFile(CLEANER_CHECKPOINT) ?? undefined).split('\n')
  expect(lines.slice(2).map(line => line.split(' ')[0])).toEqual(['t', 'u', ''])
  expect(batchOf().length).toBeGreaterThan(0)
})
