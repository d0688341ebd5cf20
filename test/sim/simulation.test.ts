/** Worlds of topics and records; `SEEDS` and `SEED` choose them. @module */
import { test } from 'bun:test'
import { seed } from '../seed.ts'
import { Simulation } from './simulation.ts'
import { runWorlds, worldCountOf } from './worlds.ts'

const worldCount = worldCountOf(300)

test(
  `${worldCount} worlds from seed ${seed} on`,
  () => runWorlds(worldCount, 'test/sim', world => new Simulation(world).run()),
  10_000 + 100 * worldCount,
)
