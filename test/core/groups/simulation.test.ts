/** Worlds of groups; `SEEDS` and `SEED` choose them. @module */
import { test } from 'bun:test'
import { seed } from '../../seed.ts'
import { runWorlds, worldCountOf } from '../../sim/worlds.ts'
import { World } from './simulation/world.ts'

const worldCount = worldCountOf(6)

/** The larger ones take their time. */
const largeWorldCount = Math.ceil(worldCount / 3)

function run(count: number, groupCount: number, memberCount: number): void {
  runWorlds(count, 'test/core/groups/simulation', world => new World(world, groupCount, memberCount).run())
}

const LIMIT_MS = 10_000 + 5000 * worldCount
const name = (what: string, count: number): string => `${what}, in ${count} worlds from seed ${seed} on`

test(name('many in few groups', worldCount), () => run(worldCount, 3, 40), LIMIT_MS)
test(name('few in many groups', largeWorldCount), () => run(largeWorldCount, 40, 200), LIMIT_MS)
