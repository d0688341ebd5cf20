/** The Clock port on the system's clock. @module */
import type { Clock } from '../base/clock.ts'

/** A timer of 2^31 ms or more would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1

export class SystemClock implements Clock {
  private timer: ReturnType<typeof setTimeout> | undefined

  now(): number {
    return Date.now()
  }

  setAlarm(atMs: number | null, ring: () => void): void {
    clearTimeout(this.timer)
    if (atMs === null) return
    const delayMs = Math.min(Math.max(atMs - this.now(), 0), MAX_DELAY_MS)
    // The timer may end early: it was clamped, or the system's clock was set back.
    this.timer = setTimeout(() => (this.now() < atMs ? this.setAlarm(atMs, ring) : ring()), delayMs)
  }
}
