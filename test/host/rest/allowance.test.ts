import { expect, test } from 'bun:test'
import { Allowance } from '../../../src/host/rest/allowance.ts'
import { Problem } from '../../../src/host/rest/problem.ts'

/** Who has been let through, by name. */
function queueOf(allowance: Allowance) {
  const through: string[] = []
  const take = async (name: string, bytes: number) => {
    await allowance.take(bytes)
    through.push(name)
  }
  return { through, take }
}

test('who needs more than is left waits, and those behind him too', async () => {
  const allowance = new Allowance(10)
  const { through, take } = queueOf(allowance)
  const all = Promise.all([take('a', 6), take('b', 6), take('c', 1), take('d', 1)])
  await Bun.sleep(1)
  expect(through).toEqual(['a'])
  allowance.give(6)
  await all
  expect(through).toEqual(['a', 'b', 'c', 'd'])
  await take('e', 2)
})

test('nobody waits for long', async () => {
  const allowance = new Allowance(10, { waitMs: 5 })
  const { through, take } = queueOf(allowance)
  await take('a', 10)
  expect(await take('b', 10).catch((error: unknown) => error instanceof Problem && error.status)).toBe(503)
  const c = take('c', 4)
  allowance.give(10)
  await c
  await take('d', 6)
  expect(through).toEqual(['a', 'c', 'd'])
})

test('garbage is collected as more and more is used', async () => {
  let count = 0
  const allowance = new Allowance(10_000_000, { collectGarbage: () => count++ })
  for (let times = 0; times < 20; times++) {
    await allowance.take(10_000_000)
    allowance.give(10_000_000)
  }
  expect(count).toBe(2)
})
