/** Worlds of transactions, each from a seed of its own. `SEEDS=1000` makes so many; `SEED=123` makes that one again, with `SEEDS` so many from there on. @module */
import { expect, test } from 'bun:test'
import { seed } from '../../seed.ts'
import { TransactionsWorld } from './simulation/world.ts'

const worldCount = Number(process.env.SEEDS ?? (process.env.SEED === undefined ? 10 : 1))
const LIMIT_MS = 10_000 + 2000 * worldCount

test(
  `nothing is half committed, in ${worldCount} worlds from seed ${seed} on`,
  () => {
    const told = { nothing: 0, committed: 0, aborted: 0 }
    for (let world = seed; world < seed + worldCount; world++) {
      try {
        const transactions = new TransactionsWorld(world)
        transactions.run()
        for (const entry of transactions.ledger.entries) told[entry.told]++
      } catch (error) {
        throw new Error(`${error}; SEED=${world} bun test test/core/transactions/simulation repeats it`, {
          cause: error,
        })
      }
    }
    if (worldCount < 10) return
    for (const count of Object.values(told)) expect(count).toBeGreaterThan(worldCount)
  },
  LIMIT_MS,
)
