/** Measures. @module */
import type { Effort, Percentiles, Target } from '../jobs.ts'
import { cpuTicks, TICK_MS } from '../linux.ts'
import { waitUntil } from './connection.ts'

const NS_PER_SECOND = 1e9

/** Does `work` and says what it took. */
export function measured({ pid }: Target, work: () => void): Effort {
  const ticks = cpuTicks(pid)
  const started = Bun.nanoseconds()
  work()
  const seconds = (Bun.nanoseconds() - started) / NS_PER_SECOND
  return { seconds, cpuMs: (cpuTicks(pid) - ticks) * TICK_MS }
}

/** Of `samples`, which it sorts. */
export function percentilesOf(samples: Float64Array): Percentiles {
  samples.sort()
  const at = (share: number) => samples[Math.min(Math.floor(samples.length * share), samples.length - 1)] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) }
}

/** Calls `trial` `count` times, `ratePerSecond` a second at most, and gives back what it returns. */
export function atRate(count: number, ratePerSecond: number, trial: () => number): Float64Array {
  const samples = new Float64Array(count)
  const started = Bun.nanoseconds()
  for (let index = 0; index < count; index++) {
    waitUntil(started + (index * NS_PER_SECOND) / ratePerSecond)
    samples[index] = trial()
  }
  return samples
}
