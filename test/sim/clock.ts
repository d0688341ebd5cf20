/** A clock that stands still until a test moves it. @module */
import type { Clock } from '../../src/base/clock.ts'

export class SimClock implements Clock {
  /** How often an alarm was set or taken back. */
  settingsCount = 0
  private alarm: { readonly atMs: number; readonly ring: () => void } | null = null

  /** By how much somebody has set the clock forward, all in all. */
  private shiftMs = 0

  constructor(private elapsedMs: number) {}

  /** When the alarm rings, or null. */
  get alarmAtMs(): number | null {
    return this.alarm?.atMs ?? null
  }

  now(): number {
    return this.elapsedMs + this.shiftMs
  }

  elapsed(): number {
    return this.elapsedMs
  }

  setAlarm(atMs: number | null, ring: () => void): void {
    this.settingsCount++
    this.alarm = atMs === null ? null : { atMs, ring }
  }

  /** Somebody sets the clock, forwards or backwards: no time has passed, and nothing rings for it. */
  set(ms: number): void {
    this.shiftMs += ms
  }

  /** Whoever is at work needs `ms` for it: what rings in between rings late. */
  take(ms: number): void {
    this.elapsedMs += ms
  }

  /** Lets `ms` pass: alarms ring on the way, each at its own moment, those too that are set by one that rings. */
  advance(ms: number): void {
    const endMs = this.elapsedMs + ms
    for (let { alarm } = this; alarm && alarm.atMs <= endMs; { alarm } = this) {
      this.alarm = null
      this.elapsedMs = Math.max(this.elapsedMs, alarm.atMs)
      alarm.ring()
    }
    this.elapsedMs = Math.max(this.elapsedMs, endMs)
  }
}
