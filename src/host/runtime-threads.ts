/** The threads that the runtime has beside ours: compilers of hot code and helpers of the collector. @module */
import { dlopen } from 'bun:ffi'
import { readdirSync } from 'node:fs'

/** Threads come and go with the work, and stay for ten seconds without any. */
const LOOK_EVERY_MS = 100
/** Linux has no wrapper for it that every libc knows: sched_setattr(2) by its number. */
const SCHED_SETATTR: Partial<Record<string, number>> = { x64: 314, arm64: 274 }
const SCHED_BATCH = 3n
/** The longest that Linux takes. */
const SLICE_NS = 100_000_000n
/** struct sched_attr of 48 bytes: size and policy, flags, nice and priority, runtime, deadline, period. */
const attributes = new BigUint64Array([48n | (SCHED_BATCH << 32n), 0n, 0n, SLICE_NS, 0n, 0n])

/**
 * Lets a client, and our own thread, run at once where a thread of the runtime has the CPU. A scheduler that hands out
 * slices lets a thread that has just begun finish its own, and a client with an answer would wait until then, for
 * milliseconds: it gives way only where the slice of who wakes is the shorter (sched(7), Linux 6.12). Elsewhere nothing
 * is changed.
 */
export class RuntimeThreads {
  private setAttributes: ((threadId: number) => void) | null = null
  private known: ReadonlySet<string> = new Set([String(process.pid)])
  private dueMs = 0

  constructor(private readonly threadIds = () => readdirSync('/proc/self/task')) {}

  /** There is work at `nowMs`, on the monotonic clock, and its answers are on their way. */
  noteWork(nowMs: number): void {
    if (nowMs < this.dueMs) return
    this.dueMs = nowMs + LOOK_EVERY_MS
    try {
      this.setAttributes ??= attributesSetter()
      this.look(this.setAttributes)
    } catch {
      // No Linux, or one without procfs: everybody waits as the scheduler has it.
      this.dueMs = Number.POSITIVE_INFINITY
    }
  }

  private look(setAttributes: (threadId: number) => void): void {
    const threads = this.threadIds()
    for (const thread of threads) if (!this.known.has(thread)) setAttributes(Number(thread))
    this.known = new Set(threads)
  }
}

/** What the kernel refuses stays as it is. Throws where the system has no such thing. */
function attributesSetter(): (threadId: number) => void {
  const number = SCHED_SETATTR[process.arch]
  if (process.platform !== 'linux' || number === undefined) throw new Error('no sched_setattr')
  const { symbols } = dlopen('libc.so.6', { syscall: { args: ['i64', 'i64', 'ptr', 'i64'], returns: 'i64' } })
  return threadId => symbols.syscall(number, threadId, attributes, 0)
}
