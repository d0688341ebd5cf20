/**
 * Brings to the medium what has waited for it as long as flush.ms allows (LogManager.flushDirtyLogs). Kafka looks every
 * log.flush.scheduler.interval.ms, which is never unless it is set; so does this.
 * @module
 */
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import type { Millis } from '../core/machine.ts'
import type { PartitionLog } from '../log/partition.ts'
import type { Timer, Timers } from './timers.ts'

export interface FlusherOptions {
  readonly timers: Timers
  readonly configs: BrokerConfigs
  now(): Millis
}

/** Kafka's Long.MAX_VALUE. */
const NEVER = 2 ** 63

export class Flusher {
  /** Logs that have grown, and since when that has not been flushed. */
  private readonly waiting = new Map<PartitionLog, Millis>()
  private readonly intervalMs: number
  private timer: Timer | null = null

  constructor(private readonly options: FlusherOptions) {
    this.intervalMs = options.configs.number('log.flush.scheduler.interval.ms')
  }

  /** `log` has grown. */
  watch(log: PartitionLog): void {
    if (this.intervalMs === NEVER || this.waiting.has(log)) return
    this.waiting.set(log, this.options.now())
    this.checkLater()
  }

  private checkLater(): void {
    const { timers, now } = this.options
    this.timer ??= timers.schedule(now() + this.intervalMs, () => this.check())
  }

  private check(): void {
    this.timer = null
    const now = this.options.now()
    for (const [log, sinceMs] of this.waiting) {
      // Where the clock was set back, nobody knows any more since when: now is not too early.
      if (Math.abs(now - sinceMs) < log.config.flushMs) continue
      this.waiting.delete(log)
      log.flush()
    }
    if (this.waiting.size > 0) this.checkLater()
  }
}
