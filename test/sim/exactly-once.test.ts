/** Worlds with transactions; `SEEDS` and `SEED` choose them. @module */
import { test } from 'bun:test'
import { seed } from '../seed.ts'
import { ExactlyOnceWorld } from './exactly-once/world.ts'
import { runWorlds, worldCountOf } from './worlds.ts'

const worldCount = worldCountOf(150)

test(
  `${worldCount} worlds with transactions from seed ${seed} on`,
  () => runWorlds(worldCount, 'test/sim/exactly-once', world => new ExactlyOnceWorld(world).run()),
  10_000 + 100 * worldCount,
)
