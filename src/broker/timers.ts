/** All that is to happen later, in one heap on one alarm of the clock: idle means idle. @module */
import type { Clock } from '../base/clock.ts'
import { Heap } from '../base/heap.ts'
import type { Millis } from '../core/machine.ts'

export interface Timer {
  /** On the clock's even count: who waits for ten seconds waits no hour because somebody has set the clock back by one. */
  readonly atMs: Millis
  /** What to do; null once it was cancelled or done. */
  run: (() => void) | null
}

/** Dead timers that are not worth a sweep. */
const DEAD_COUNT = 256

export class Timers {
  private readonly heap = new Heap<Timer>((a, b) => a.atMs < b.atMs)
  /** Cancelled timers that are still in the heap. */
  private deadCount = 0
  private armedAtMs: Millis | null = null

  constructor(private readonly clock: Clock) {}

  /** `atMs` is a moment since 1970, as the clock has it now. */
  schedule(atMs: Millis, run: () => void): Timer {
    // In this order it does not ring before the clock has got there.
    const leftMs = atMs - this.clock.now()
    const timer: Timer = { atMs: this.clock.elapsed() + leftMs, run }
    this.heap.push(timer)
    this.arm()
    return timer
  }

  cancel(timer: Timer): void {
    if (!timer.run) return
    timer.run = null
    if (++this.deadCount > DEAD_COUNT && this.deadCount > this.heap.size / 2) this.sweep()
    this.arm()
  }

  /** Forgets everything. */
  clear(): void {
    while (this.heap.size > 0) this.heap.pop()
    this.deadCount = 0
    this.arm()
  }

  /** Most waits end long before their deadline: their timers must not fill the heap until then. */
  private sweep(): void {
    const alive: Timer[] = []
    for (let timer = this.heap.pop(); timer; timer = this.heap.pop()) if (timer.run) alive.push(timer)
    for (const timer of alive) this.heap.push(timer)
    this.deadCount = 0
  }

  private arm(): void {
    while (this.heap.least && !this.heap.least.run) {
      this.heap.pop()
      this.deadCount--
    }
    const atMs = this.heap.least?.atMs ?? null
    if (atMs === this.armedAtMs) return
    this.armedAtMs = atMs
    this.clock.setAlarm(atMs, this.ring)
  }

  private readonly ring = (): void => {
    this.armedAtMs = null
    const now = this.clock.elapsed()
    for (let timer = this.heap.least; timer && timer.atMs <= now; timer = this.heap.least) {
      this.heap.pop()
      const { run } = timer
      timer.run = null
      if (run) run()
      else this.deadCount--
    }
    this.arm()
  }
}
