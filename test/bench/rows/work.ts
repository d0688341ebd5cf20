/** The work that one broker does in a round, from the first request on; then what it keeps of it. @module */
import type { Family } from '../turn.ts'
import { fetchMany, fetchOne } from './fetch.ts'
import { coldLatency, commit, latency, tail } from './latency.ts'
import { memoryAfterWork } from './memory.ts'
import { produceWorks } from './produce.ts'
import { rawbenchWorks } from './rawbench.ts'

/**
 * The cold latency wants a broker that has done nothing yet; the memory is what its own work left. From the commits on there
 * are internal topics.
 */
const works = [
  coldLatency,
  latency,
  commit,
  ...produceWorks,
  fetchOne,
  fetchMany,
  tail,
  memoryAfterWork,
  ...rawbenchWorks,
]

export const work: Family = {
  rows: works.flatMap(({ rows }) => rows),
  async measure(turn) {
    await using broker = await turn.start()
    await Bun.sleep(turn.contender.settleMs)
    for (const { rows, measure } of works) await turn.attempt({ rows }, () => measure(turn, broker))
  },
}
