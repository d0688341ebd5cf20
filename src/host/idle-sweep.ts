/** Closes connections that nothing has gone over for too long (connections.max.idle.ms). @module */

/** A connection as the sweep sees it. */
export interface Sweepable {
  /** When bytes last went either way, on the monotonic clock. */
  readonly activeAtMs: number
  /** Closes it. */
  finish(): void
}

/** A timer of 2^31 ms or more would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1
/** Sweeps look at every connection, so they keep a distance. */
const MIN_DELAY_MS = 100

/** One timer, for the connection that is due first, and none while there is no connection. */
export class IdleSweep {
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly connections: Iterable<Sweepable>,
    /** Negative for no limit. */
    private readonly maxIdleMs: number,
  ) {}

  /** There are connections. */
  start(): void {
    if (this.timer === undefined && this.maxIdleMs >= 0) this.wait(this.maxIdleMs)
  }

  /** There are none. */
  stop(): void {
    clearTimeout(this.timer)
    this.timer = undefined
  }

  private wait(delayMs: number): void {
    this.timer = setTimeout(() => this.sweep(), Math.min(Math.max(delayMs, MIN_DELAY_MS), MAX_DELAY_MS))
  }

  private sweep(): void {
    this.timer = undefined
    const now = performance.now()
    let leastMs = Number.POSITIVE_INFINITY
    for (const connection of this.connections) {
      const leftMs = connection.activeAtMs + this.maxIdleMs - now
      if (leftMs <= 0) connection.finish()
      else leastMs = Math.min(leastMs, leftMs)
    }
    if (leastMs < Number.POSITIVE_INFINITY) this.wait(leastMs)
  }
}
