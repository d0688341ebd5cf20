/** Worlds of transactions; `SEEDS` and `SEED` choose them. @module */
import { expect, test } from 'bun:test'
import { seed } from '../../seed.ts'
import { runWorlds, worldCountOf } from '../../sim/worlds.ts'
import { TransactionsWorld } from './simulation/world.ts'

const worldCount = worldCountOf(10)
const LIMIT_MS = 10_000 + 2000 * worldCount

test(
  `nothing is half committed, in ${worldCount} worlds from seed ${seed} on`,
  () => {
    const told = { nothing: 0, committed: 0, aborted: 0 }
    runWorlds(worldCount, 'test/core/transactions/simulation', world => {
      const transactions = new TransactionsWorld(world)
      transactions.run()
      for (const entry of transactions.ledger.entries) told[entry.told]++
    })
    if (worldCount < 10) return
    for (const count of Object.values(told)) expect(count).toBeGreaterThan(worldCount)
  },
  LIMIT_MS,
)
