import { expect, test } from 'bun:test'
import { jsonList } from '../../../src/host/rest/json-list.ts'

interface Shape {
  readonly failsAt?: number
  /** Of the text beside each number. */
  readonly length?: number
}

/** Each number as an object; `taken` counts the steps. */
function stepsOf(lists: readonly (readonly number[])[], { failsAt, length = 0 }: Shape = {}) {
  const seen = { taken: 0 }
  async function* steps() {
    for (const list of lists) {
      if (seen.taken++ === failsAt) throw new Error('midway')
      yield list.map(n => ({ n, text: 'x'.repeat(length) }))
    }
  }
  return { seen, steps: steps() }
}

const never = (error: unknown) => {
  throw error
}

test.each([[[]], [[[]]], [[[1]]], [[[1, 2], [], [3]]], [[[], [1], [2], [3], []]], [[[1], [2], [3], [4], [5, 6]]]])(
  '%j is one list',
  async lists => {
    const response = await jsonList(stepsOf(lists).steps, never)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual(lists.flat().map(n => ({ n, text: '' })))
  },
)

test('a long one is made as it is read', async () => {
  const { seen, steps } = stepsOf(
    Array.from({ length: 100 }, (_, index) => [index]),
    { length: 40_000 },
  )
  const response = await jsonList(steps, never)
  await Bun.sleep(5)
  expect(seen.taken).toBe(2)
  const reader = response.body?.getReader()
  await reader?.read()
  await reader?.read()
  expect(seen.taken).toBeLessThan(5)
  await reader?.cancel()
  await Bun.sleep(5)
  expect(seen.taken).toBeLessThan(6)
})

test('what goes wrong at once is thrown, what goes wrong later breaks the answer off and is told', async () => {
  const told: unknown[] = []
  const broken = (error: unknown) => void told.push(error)
  expect(jsonList(stepsOf([[1]], { failsAt: 0 }).steps, broken)).rejects.toThrow('midway')
  const response = await jsonList(stepsOf([[1], [2], [3]], { failsAt: 2, length: 40_000 }).steps, broken)
  expect(response.status).toBe(200)
  expect(response.text()).rejects.toThrow('midway')
  await Bun.sleep(5)
  expect(told).toEqual([new Error('midway')])
})
