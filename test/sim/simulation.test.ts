/** Worlds, each from a seed of its own. `SEEDS=10000` makes so many; `SEED=123` makes that one again, with `SEEDS` so many from there on. @module */
import { test } from 'bun:test'
import { seed } from '../seed.ts'
import { Simulation } from './simulation.ts'

const worldCount = Number(process.env.SEEDS ?? (process.env.SEED === undefined ? 300 : 1))

test(
  `${worldCount} worlds from seed ${seed} on`,
  () => {
    for (let world = seed; world < seed + worldCount; world++) {
      try {
        new Simulation(world).run()
      } catch (error) {
        throw new Error(`${error}; SEED=${world} bun test test/sim repeats it`, { cause: error })
      }
    }
  },
  10_000 + 100 * worldCount,
)
