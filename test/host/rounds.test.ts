import { expect, test } from 'bun:test'
import { Rounds } from '../../src/host/rounds.ts'

const nextRound = () => new Promise<void>(resolve => setImmediate(resolve))

test('one goes on in each round, in the order in which they came, and comes in again behind the others', async () => {
  const rounds = new Rounds()
  const order: string[] = []
  const goOn = (name: string, times: number) => {
    order.push(name)
    if (times > 1) rounds.wait(() => goOn(name, times - 1))
  }
  rounds.wait(() => goOn('a', 3))
  rounds.wait(() => goOn('b', 1))
  expect(order).toEqual([])
  const lengths: number[] = []
  for (let round = 0; round < 5; round++) {
    await nextRound()
    lengths.push(order.length)
  }
  expect(order).toEqual(['a', 'b', 'a', 'a'])
  expect(lengths).toEqual([1, 2, 3, 4, 4])
})

test('who comes when nobody waits goes on as well', async () => {
  const rounds = new Rounds()
  const order: string[] = []
  for (const name of ['a', 'b']) {
    rounds.wait(() => order.push(name))
    await nextRound()
  }
  expect(order).toEqual(['a', 'b'])
})
