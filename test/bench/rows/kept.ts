/** What one more of each takes of a broker's memory. @module */
import type { Kept } from '../jobs.ts'
import type { Family, Row, Turn } from '../turn.ts'

interface Measure {
  readonly kept: Kept
  readonly count: number
  readonly row: Row
}

const measures: readonly Measure[] = [
  measureOf('partitions', 10_000, 'partition'),
  measureOf('writtenPartitions', 10_000, 'partition, written to'),
  measureOf('producers', 100_000, 'idempotent producer'),
  measureOf('transactions', 20_000, 'open transaction'),
]

function measureOf(kept: Kept, count: number, name: string): Measure {
  return { kept, count, row: { name: `memory: ${name}`, unit: 'bytes each', better: 'less' } }
}

export const kept: Family = {
  rows: measures.map(({ row }) => row),
  async measure(turn) {
    // Of a Java machine one sees how much it was given.
    if (!turn.contender.isBroker || turn.contender.command === null) return
    for (const each of measures) await turn.attempt({ rows: [each.row] }, () => measure(turn, each))
  },
}

/** A broker of its own for each. */
async function measure(turn: Turn, { kept, count, row }: Measure): Promise<void> {
  await using broker = await turn.start()
  await Bun.sleep(turn.contender.settleMs)
  const { bytesEach } = await turn.load('keep', { target: broker.target, kept, count: turn.scaled(count) })
  turn.record(row, bytesEach)
}
