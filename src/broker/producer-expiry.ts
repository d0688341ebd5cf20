/**
 * Forgets idempotent producers that have been silent for producer.id.expiration.ms, while the broker runs (UnifiedLog's
 * PeriodicProducerExpirationCheck). Kafka looks at every log every ten minutes; here nobody looks where there is no producer,
 * nor, while nothing is written, before the first may be forgotten.
 * @module
 */
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import type { Millis } from '../core/machine.ts'
import type { PartitionLog } from '../log/partition.ts'
import type { Timer, Timers } from './timers.ts'

export interface ProducerExpiryOptions {
  readonly timers: Timers
  readonly configs: BrokerConfigs
  now(): Millis
}

export class ProducerExpiry {
  /** Logs with producers that can be forgotten some day: not those whose transactions are open. */
  private readonly watched = new Set<PartitionLog>()
  private timer: Timer | null = null
  /** Whether the timer rings later than the check that is due by producer.id.expiration.check.interval.ms. */
  private isLate = false

  constructor(private readonly options: ProducerExpiryOptions) {}

  /** A producer has written to `log`, which is open. */
  watch(log: PartitionLog): void {
    this.watched.add(log)
    if (this.timer === null || this.isLate) this.checkSoon()
  }

  /** The log is gone. */
  forget(log: PartitionLog): void {
    this.watched.delete(log)
  }

  /** The time that producers may be silent has changed. */
  reconsider(): void {
    if (this.isLate) this.checkSoon()
  }

  private checkSoon(): void {
    this.checkAt(this.options.now() + this.intervalMs)
    this.isLate = false
  }

  private get intervalMs(): number {
    return this.options.configs.number('producer.id.expiration.check.interval.ms')
  }

  private checkAt(atMs: Millis): void {
    const { timers } = this.options
    if (this.timer) timers.cancel(this.timer)
    this.timer = timers.schedule(atMs, () => this.check())
  }

  private check(): void {
    this.timer = null
    const now = this.options.now()
    let nextMs = Number.POSITIVE_INFINITY
    for (const log of this.watched) {
      const dueMs = log.expireProducers(now)
      if (dueMs === null) this.watched.delete(log)
      else nextMs = Math.min(nextMs, dueMs)
    }
    if (this.watched.size === 0) return
    this.isLate = nextMs > now + this.intervalMs
    this.checkAt(Math.max(nextMs, now + this.intervalMs))
  }
}
