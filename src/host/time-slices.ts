/** How long the system lets our thread, and those that the runtime has beside it, go on at a time. @module */
import { dlopen } from 'bun:ffi'
import { readdirSync } from 'node:fs'

/** Threads come and go with the work, and stay for ten seconds without any. */
const LOOK_EVERY_MS = 100
/** Pieces of work between two looks from which on it counts how many are done and no more how soon each is. */
const BUSY_COUNT = 3000
const OWN_THREAD = String(process.pid)
const PRIO_PROCESS = 0
/** Linux has no wrapper for it that every libc knows: sched_setattr(2) by its number. */
const SCHED_SETATTR: Partial<Record<string, number>> = { x64: 314, arm64: 274 }

/** What sched_setattr(2) is told of a thread. */
interface Scheduling {
  readonly policy: number
  readonly flags: number
  /** 0: as the system has it. Since Linux 6.12. */
  readonly sliceNs: number
}

/** SCHED_BATCH, and the longest slice that Linux takes: compilers of hot code and helpers of the collector. */
const GIVES_WAY: Scheduling = { policy: 3, flags: 0, sliceNs: 100_000_000 }
const SCHED_FLAG_KEEP_POLICY = 0x08
const AS_OTHERS: Scheduling = { policy: 0, flags: SCHED_FLAG_KEEP_POLICY, sliceNs: 0 }
/** Shorter than what a client has on any number of CPUs. */
const SOON: Scheduling = { policy: 0, flags: SCHED_FLAG_KEEP_POLICY, sliceNs: 650_000 }

export type Schedule = (threadId: string, scheduling: Scheduling) => void

/**
 * Where a thread wakes on a CPU that another has, Linux 6.12 and later lets it run at once only if its slice is the
 * shorter (sched(7)).
 *
 * A thread of the runtime that has just begun would otherwise keep a client with an answer waiting, and us, until its
 * slice is over: for milliseconds. So its slice is the longest.
 *
 * A client that wakes by our answer would take the CPU from us in the middle of our turn, and a compiler that we have
 * woken in that turn be next, before us. So ours is short while there is little to do. Where there is much, clients
 * that go on asking give us more to do in a turn.
 *
 * Elsewhere nothing is changed.
 */
export class TimeSlices {
  private schedule: Schedule | null = null
  private known: ReadonlySet<string> = new Set([OWN_THREAD])
  private own = AS_OTHERS
  private workCount = 0
  private dueMs = 0

  constructor(
    private readonly threadIds: () => readonly string[] = () => readdirSync('/proc/self/task'),
    private readonly openSchedule: () => Schedule = openSystemSchedule,
  ) {}

  /** There is work at `nowMs`, on the monotonic clock, and its answers are on their way. */
  noteWork(nowMs: number): void {
    this.workCount++
    if (nowMs < this.dueMs) return
    this.dueMs = nowMs + LOOK_EVERY_MS
    try {
      this.look()
    } catch {
      // No Linux, or one without procfs: everybody waits as the scheduler has it.
      this.dueMs = Number.POSITIVE_INFINITY
    }
  }

  private look(): void {
    this.schedule ??= this.openSchedule()
    const threads = this.threadIds()
    for (const thread of threads) if (!this.known.has(thread)) this.schedule(thread, GIVES_WAY)
    this.known = new Set(threads)
    const own = this.workCount < BUSY_COUNT ? SOON : AS_OTHERS
    this.workCount = 0
    if (own === this.own) return
    this.own = own
    this.schedule(OWN_THREAD, own)
  }
}

/** What the kernel refuses stays as it is. Throws where the system has no such thing. */
function openSystemSchedule(): Schedule {
  const number = SCHED_SETATTR[process.arch]
  if (process.platform !== 'linux' || number === undefined) throw new Error('no sched_setattr')
  const { symbols } = dlopen('libc.so.6', {
    getpriority: { args: ['i32', 'i32'], returns: 'i32' },
    syscall: { args: ['i64', 'i64', 'ptr', 'i64'], returns: 'i64' },
  })
  return (threadId, { policy, flags, sliceNs }) => {
    const id = Number(threadId)
    const nice = BigInt.asUintN(32, BigInt(symbols.getpriority(PRIO_PROCESS, id)))
    // struct sched_attr of 48 bytes: size and policy, flags, nice and priority, runtime, deadline, period.
    const sizeAndPolicy = 48n | (BigInt(policy) << 32n)
    symbols.syscall(number, id, new BigUint64Array([sizeAndPolicy, BigInt(flags), nice, BigInt(sliceNs), 0n, 0n]), 0)
  }
}
