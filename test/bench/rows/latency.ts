/** How long one small record takes: to be acknowledged, and to reach a consumer; and how long one offset takes. @module */
import type { Jobs, Percentiles, Shape } from '../jobs.ts'
import type { Row, Turn, Work } from '../turn.ts'

const RATE_PER_SECOND = 1000
const COLD_COUNT = 1000
const WARM_UP_COUNT = 5000
const WARM_COUNT = 5000
const TAIL_COUNT = 3000
/** Fewer have no tail to speak of. */
const LEAST_COUNT = 100

/** The rows of one distribution, in the order of `Percentiles`. */
function rowsOf(name: string): readonly [p50: Row, p99: Row, p999: Row] {
  const row = (percentile: string): Row => ({ name: `${name}, ${percentile}`, unit: 'µs', better: 'less' })
  return [row('p50'), row('p99'), row('p99.9')]
}

const coldRows = rowsOf('latency 100 B, cold')
const warmRows = rowsOf('latency 100 B')
const tailRows = rowsOf('latency at the tail')
const commitRows = rowsOf('latency of OffsetCommit')
const commitBackToBackRows = rowsOf('latency of OffsetCommit, back to back')

/** The first requests that a broker gets. */
export const coldLatency: Work = {
  rows: coldRows,
  async measure(turn, { target }) {
    record(
      turn,
      coldRows,
      await turn.load('latency', { target, shape: smallRecord('cold'), ...counts(turn, 0, COLD_COUNT) }),
    )
  },
}

export const latency: Work = {
  rows: warmRows,
  async measure(turn, { target }) {
    const shape = smallRecord('latency')
    record(turn, warmRows, await turn.load('latency', { target, shape, ...counts(turn, WARM_UP_COUNT, WARM_COUNT) }))
  },
}

/** By the only member of one group. The bare sink has no groups. */
export const commit: Work = {
  rows: [...commitRows, ...commitBackToBackRows],
  async measure(turn, { target }) {
    if (!target.isBroker) return
    const { atRate, backToBack } = await turn.load('commit', { target, ...counts(turn, WARM_UP_COUNT, WARM_COUNT) })
    record(turn, commitRows, atRate)
    record(turn, commitBackToBackRows, backToBack)
  },
}

/** From the producer's send to the end of a long poll on another connection. */
export const tail: Work = {
  rows: tailRows,
  async measure(turn, { target }) {
    const shape = smallRecord('tail')
    record(turn, tailRows, await turn.load('tail', { target, shape, ...counts(turn, WARM_UP_COUNT, TAIL_COUNT) }))
  },
}

function smallRecord(topic: string): Shape {
  return { topic, partitionCount: 1, recordBytes: 100, recordCount: 1, codec: 'none' }
}

function counts(turn: Turn, warmUpCount: number, count: number): Omit<Jobs['latency']['job'], 'target' | 'shape'> {
  return {
    warmUpCount: turn.scaled(warmUpCount, 0),
    requestCount: turn.scaled(count, LEAST_COUNT),
    ratePerSecond: RATE_PER_SECOND,
  }
}

function record(turn: Turn, [p50, p99, p999]: ReturnType<typeof rowsOf>, percentiles: Percentiles): void {
  turn.record(p50, percentiles.p50)
  turn.record(p99, percentiles.p99)
  turn.record(p999, percentiles.p999)
}
