/** Worlds of groups, each from a seed of its own. `SEEDS=1000` makes so many; `SEED=123` makes that one again, with `SEEDS` so many from there on. @module */
import { test } from 'bun:test'
import { seed } from '../../seed.ts'
import { World } from './simulation/world.ts'

const worldCount = Number(process.env.SEEDS ?? (process.env.SEED === undefined ? 6 : 1))

/** The larger ones take their time. */
const largeWorldCount = Math.ceil(worldCount / 3)

function run(count: number, groupCount: number, memberCount: number): void {
  for (let world = seed; world < seed + count; world++) {
    try {
      new World(world, groupCount, memberCount).run()
    } catch (error) {
      throw new Error(`${error}; SEED=${world} bun test test/core/groups/simulation repeats it`, { cause: error })
    }
  }
}

const LIMIT_MS = 10_000 + 5000 * worldCount
const name = (what: string, count: number): string => `${what}, in ${count} worlds from seed ${seed} on`

test(name('many in few groups', worldCount), () => run(worldCount, 3, 40), LIMIT_MS)
test(name('few in many groups', largeWorldCount), () => run(largeWorldCount, 40, 200), LIMIT_MS)
