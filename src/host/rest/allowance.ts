/** What requests may hold all together: who needs more than is left waits until others are done. @module */
import { Problem } from './problem.ts'

/** No longer than this: the client may as well come again. */
const WAIT_MS = 5000
/** The collector lets garbage grow to a multiple of what is alive, which here is what clients want it to be. */
const GARBAGE_BYTES = 64 * 1024 * 1024

export interface AllowanceOptions {
  readonly waitMs?: number
  readonly collectGarbage?: () => void
}

export class Allowance {
  private readonly waitMs: number
  private readonly collectGarbage: () => void
  private readonly waiting = new Map<object, { readonly bytes: number; goOn(): void }>()
  private usedBytes = 0

  constructor(
    private leftBytes: number,
    options: AllowanceOptions = {},
  ) {
    this.waitMs = options.waitMs ?? WAIT_MS
    this.collectGarbage = options.collectGarbage ?? (() => Bun.gc(true))
  }

  /** Takes `bytes`, no more than there are in all, until `give` returns them. @throws Problem 503 */
  take(bytes: number): Promise<void> {
    if (this.waiting.size === 0 && bytes <= this.leftBytes) {
      this.leftBytes -= bytes
      return Promise.resolve()
    }
    return new Promise((goOn, refuse) => {
      const timer = setTimeout(() => {
        this.waiting.delete(timer)
        refuse(new Problem(503, 'too many large requests come at once'))
      }, this.waitMs)
      this.waiting.set(timer, {
        bytes,
        goOn: () => {
          clearTimeout(timer)
          goOn()
        },
      })
    })
  }

  /** Returns what was taken: those who have waited longest are next. */
  give(bytes: number): void {
    this.leftBytes += bytes
    this.usedBytes += bytes
    if (this.usedBytes > GARBAGE_BYTES) {
      this.usedBytes = 0
      this.collectGarbage()
    }
    for (const [key, waiting] of this.waiting) {
      if (waiting.bytes > this.leftBytes) return
      this.leftBytes -= waiting.bytes
      this.waiting.delete(key)
      waiting.goOn()
    }
  }
}
