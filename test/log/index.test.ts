import { describe, expect, test } from 'bun:test'
import { isRelative, OffsetIndex, TimeIndex } from '../../src/log/index.ts'

describe('offset index', () => {
  const filled = (): OffsetIndex => {
    const index = new OffsetIndex(100)
    for (let step = 1; step <= 40; step++) index.append(100 + step * 10, step * 4096)
    return index
  }

  test('finds the last entry at or below an offset', () => {
    const index = filled()
    expect(index.lookup(109)).toBe(0)
    expect(index.lookup(110)).toBe(4096)
    expect(index.lookup(119)).toBe(4096)
    expect(index.lookup(120)).toBe(2 * 4096)
    expect(index.lookup(9999)).toBe(40 * 4096)
  })

  test('an empty index points to the start', () => {
    const index = new OffsetIndex(100)
    expect(index.lookup(500)).toBe(0)
    expect(index.lastOffset).toBe(100)
    expect(index.lastPosition).toBe(0)
  })

  test("is Kafka's eight bytes an entry", () => {
    const index = new OffsetIndex(100)
    index.append(102, 4200)
    expect(Buffer.from(index.toBytes()).toString('hex')).toBe('0000000200001068')
  })

  test('reads what it wrote and goes on', () => {
    const index = new OffsetIndex(100, filled().toBytes().slice())
    expect([index.entryCount, index.lastOffset, index.lastPosition]).toEqual([40, 500, 40 * 4096])
    index.append(501, 1_000_000)
    expect(index.lookup(501)).toBe(1_000_000)
    expect(index.lookup(500)).toBe(40 * 4096)
  })

  test('refuses offsets that do not ascend', () => {
    expect(() => filled().append(500, 5)).toThrow('ascend')
  })

  test('is not sound when cut, preallocated or of another log', () => {
    const index = filled()
    expect(index.isSound(40 * 4096 + 100)).toBe(true)
    expect(index.isSound(40 * 4096)).toBe(false)
    const preallocated = new Uint8Array(index.toBytes().length + 80)
    preallocated.set(index.toBytes())
    expect(new OffsetIndex(100, preallocated).isSound(1e9)).toBe(false)
    expect(new OffsetIndex(100).isSound(0)).toBe(true)
  })
})

describe('time index', () => {
  const filled = (): TimeIndex => {
    const index = new TimeIndex(100)
    for (let step = 1; step <= 40; step++) index.append(step * 1000, 100 + step * 10)
    return index
  }

  test('finds the last entry that is not later', () => {
    const index = filled()
    expect(index.lookup(999)).toBe(100)
    expect(index.lookup(1000)).toBe(110)
    expect(index.lookup(1999)).toBe(110)
    expect(index.lookup(1e9)).toBe(500)
  })

  test('takes no entry whose timestamp does not grow, nor "no timestamp"', () => {
    const index = filled()
    index.append(40_000, 900)
    index.append(3, 900)
    expect(index.entryCount).toBe(40)
    const empty = new TimeIndex(100)
    empty.append(-1, 101)
    expect(empty.entryCount).toBe(0)
  })

  test("is Kafka's twelve bytes an entry", () => {
    const index = new TimeIndex(100)
    index.append(1_700_000_000_000, 103)
    expect(Buffer.from(index.toBytes()).toString('hex')).toBe('0000018bcfe5680000000003')
  })

  test('reads what it wrote', () => {
    const index = new TimeIndex(100, filled().toBytes().slice())
    expect([index.entryCount, index.lastTimestamp, index.lastOffset]).toEqual([40, 40_000, 500])
    expect(index.isSound(1)).toBe(true)
  })

  test('is not sound when preallocated, or empty beside a log', () => {
    const bytes = new Uint8Array(filled().toBytes().length + 24)
    bytes.set(filled().toBytes())
    expect(new TimeIndex(100, bytes).isSound(1)).toBe(false)
    expect(new TimeIndex(100).isSound(1)).toBe(false)
    expect(new TimeIndex(100).isSound(0)).toBe(true)
  })
})

test('offsets of a segment fit in an int32 above its base', () => {
  expect(isRelative(5, 5)).toBe(true)
  expect(isRelative(5 + 0x7fffffff, 5)).toBe(true)
  expect(isRelative(6 + 0x7fffffff, 5)).toBe(false)
  expect(isRelative(4, 5)).toBe(false)
})
