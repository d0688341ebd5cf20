/** Worlds with transactions, each from a seed of its own: `SEEDS` and `SEED` as for the other worlds. @module */
import { test } from 'bun:test'
import { seed } from '../seed.ts'
import { ExactlyOnceWorld } from './exactly-once/world.ts'

const worldCount = Number(process.env.SEEDS ?? (process.env.SEED === undefined ? 150 : 1))

test(
  `${worldCount} worlds with transactions from seed ${seed} on`,
  () => {
    for (let world = seed; world < seed + worldCount; world++) {
      try {
        new ExactlyOnceWorld(world).run()
      } catch (error) {
        throw new Error(`${error}; SEED=${world} bun test test/sim/exactly-once repeats it`, { cause: error })
      }
    }
  },
  10_000 + 100 * worldCount,
)
