/**
 * Many worlds, each from a seed of its own. `SEEDS=1000` makes so many; `SEED=123` makes that one again, with `SEEDS` so many
 * from there on.
 * @module
 */
import { seed } from '../seed.ts'

/** How many there are to be: `usualCount` where the environment does not say. */
export function worldCountOf(usualCount: number): number {
  return Number(process.env.SEEDS ?? (process.env.SEED === undefined ? usualCount : 1))
}

/** Runs a world for each seed; the first that fails says how the tests at `path` repeat it. */
export function runWorlds(count: number, path: string, run: (seed: number) => void): void {
  for (let world = seed; world < seed + count; world++) {
    try {
      run(world)
    } catch (error) {
      throw new Error(`${error}; SEED=${world} bun test ${path} repeats it`, { cause: error })
    }
  }
}
