/** The Clock port on the system's clock. @module */
import type { Clock } from '../base/clock.ts'

/** A timer of 2^31 ms or more would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1

export class SystemClock implements Clock {
  private alarm: { readonly atMs: number; readonly ring: () => void } | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  /** When the timer ends. */
  private endMs = Number.POSITIVE_INFINITY

  now(): number {
    return Date.now()
  }

  elapsed(): number {
    return performance.now()
  }

  /** Most alarms are taken back or moved long before they ring: a timer that ends early enough is left to find that out. */
  setAlarm(atMs: number | null, ring: () => void): void {
    this.alarm = atMs === null ? null : { atMs, ring }
    if (atMs !== null) this.wait(atMs)
  }

  private wait(atMs: number): void {
    const nowMs = this.elapsed()
    const delayMs = Math.min(Math.max(atMs - nowMs, 0), MAX_DELAY_MS)
    const endMs = nowMs + delayMs
    if (endMs >= this.endMs) return
    clearTimeout(this.timer)
    this.endMs = endMs
    this.timer = setTimeout(this.look, delayMs)
  }

  private readonly look = (): void => {
    this.endMs = Number.POSITIVE_INFINITY
    const { alarm } = this
    if (alarm === null) return
    // The alarm was moved, or the delay was clamped.
    if (this.elapsed() < alarm.atMs) {
      this.wait(alarm.atMs)
    } else {
      this.alarm = null
      alarm.ring()
    }
  }
}
