import { expect, test } from 'bun:test'
import { hashOf, OffsetMap } from '../../src/log/offset-map.ts'
import { seed, withSeed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'

const utf8 = new TextEncoder()

function put(map: OffsetMap, key: string, offset: number): void {
  const bytes = utf8.encode(key)
  map.put(bytes, 0, bytes.length, offset)
}
function get(map: OffsetMap, key: string): number {
  const bytes = utf8.encode(key)
  return map.get(bytes, 0, bytes.length)
}

test('knows nothing at first', () => {
  const map = new OffsetMap(1, 0)
  expect([get(map, 'a'), get(map, ''), map.size, map.latestOffset, map.isFull]).toEqual([-1, -1, 0, -1, false])
})

test('keeps the last offset of each key, beyond 32 bits too', () => {
  const map = new OffsetMap(1 << 20, 0)
  const offsets = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]
  for (const offset of offsets) {
    put(map, 'same', offset)
    put(map, `own ${offset}`, offset)
    expect(get(map, 'same')).toBe(offset)
  }
  expect(offsets.map(offset => get(map, `own ${offset}`))).toEqual(offsets)
  expect(map.size).toBe(offsets.length + 1)
})

test('takes a key from the middle of bytes, whatever stands around it', () => {
  const map = new OffsetMap(1 << 20, 0)
  map.put(utf8.encode('xxkeyyy'), 2, 3, 5)
  expect(map.get(utf8.encode('key'), 0, 3)).toBe(5)
  expect(map.get(utf8.encode('aaakey'), 3, 3)).toBe(5)
  expect(map.get(utf8.encode('key'), 0, 2)).toBe(-1)
})

test('no two keys are one, though they have the same hash', () => {
  const map = new OffsetMap(1 << 20, 0)
  const [first, second] = collision()
  put(map, first, 1)
  put(map, second, 2)
  expect([get(map, first), get(map, second), map.size]).toEqual([1, 2, 2])
})

/** Two keys with one hash: among a hundred thousand there are nearly always some. */
function collision(): [string, string] {
  const byHash = new Map<number, string>()
  for (let number = 0; ; number++) {
    const key = `key ${number}`
    const hash = hashOf(utf8.encode(key), 0, key.length, 0)
    const other = byHash.get(hash)
    if (other !== undefined) return [other, key]
    byHash.set(hash, key)
  }
}

test.each([
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['a', 0, 0x3c2569b2],
  ['aaaa', 0x9747b28c, 0x5a97808a],
  ['hello', 0, 0x248bfa47],
  ['hello, world', 0, 0x149bbb7f],
])('the hash of %p with the seed %d is the known one', (key, seed, hash) => {
  expect(hashOf(utf8.encode(`--${key}`), 2, key.length, seed) >>> 0).toBe(hash)
})

test('says the same as a map of strings', () => {
  withSeed('offset map', () => {
    const random = new SeededRandom(seed)
    const map = new OffsetMap(1 << 30, random.below(2 ** 32))
    const model = new Map<string, number>()
    for (let offset = 0; offset < 20_000; offset++) {
      const key = 'k'.repeat(random.below(30)) + random.below(5000)
      put(map, key, offset)
      model.set(key, offset)
    }
    expect(map.size).toBe(model.size)
    for (const [key, offset] of model) expect(get(map, key)).toBe(offset)
    expect(get(map, 'unknown')).toBe(-1)
  })
})

test('keys longer than a chunk are keys like others', () => {
  const map = new OffsetMap(1 << 20, 0)
  const long = 'x'.repeat(700_000)
  for (const [offset, key] of ['a', long, `${long}y`, 'b'].entries()) put(map, key, offset)
  expect(['a', long, `${long}y`, 'b', 'x'].map(key => get(map, key))).toEqual([0, 1, 2, 3, -1])
})

test('is full when what it has allocated reaches the bound, and takes what comes all the same', () => {
  const map = new OffsetMap(600_000, 0)
  let count = 0
  while (!map.isFull) put(map, `key ${count++}`, count)
  expect(map.allocatedBytes).toBeGreaterThanOrEqual(600_000)
  expect(map.allocatedBytes).toBeLessThan(600_000 + 300_000)
  put(map, 'one more', 77)
  expect(get(map, 'one more')).toBe(77)
})
