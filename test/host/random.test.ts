import { expect, test } from 'bun:test'
import type { Random } from '../../src/base/random.ts'
import { SystemRandom } from '../../src/host/random.ts'
import { SeededRandom } from '../sim/random.ts'

const sources: readonly [string, Random][] = [
  ['system', new SystemRandom()],
  ['seeded', new SeededRandom(1)],
]

for (const [name, random] of sources) {
  test(`${name}: numbers stay below their limit and reach all of it`, () => {
    for (const limit of [1, 2, 3, 10]) {
      const seen = new Set(Array.from({ length: 500 }, () => random.below(limit)))
      expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: limit }, (_, i) => i))
    }
    expect(random.below(2 ** 32)).toBeLessThan(2 ** 32)
  })

  test(`${name}: bytes come in the number asked for and differ`, () => {
    expect(random.bytes(0)).toHaveLength(0)
    expect(random.bytes(16)).toHaveLength(16)
    expect(random.bytes(16)).not.toEqual(random.bytes(16))
  })
}

test('a seed repeats itself, another seed does not', () => {
  const numbers = (seed: number) => {
    const random = new SeededRandom(seed)
    return Array.from({ length: 20 }, () => random.below(1000))
  }
  expect(numbers(5)).toEqual(numbers(5))
  expect(numbers(5)).not.toEqual(numbers(6))
})
