/**
 * Where calls wait: for logs to grow until a deadline, or for somebody else to answer them. Kafka's
 * DelayedOperationPurgatory, without its threads and timer wheels: who waits is asked again at the end of the turn in which
 * one of his logs grew, and never polls.
 * @module
 */
import type { Parked } from '../api/api.ts'
import type { Purgatory as PurgatoryRoom } from '../api/rooms.ts'
import type { Millis } from '../core/machine.ts'
import type { PartitionLog } from '../log/partition.ts'
import type { Timer, Timers } from './timers.ts'

export class Purgatory implements PurgatoryRoom {
  private readonly watchers = new Map<PartitionLog, Set<Waiting>>()
  /** Those whose logs have grown in this turn. */
  private readonly stirred = new Set<Waiting>()
  private readonly waiting = new Set<Waiting>()
  private isSettling = false

  constructor(private readonly timers: Timers) {}

  park<T>(logs: readonly PartitionLog[], deadlineMs: Millis, attempt: (isLast: boolean) => T | null): Parked<T> {
    return this.enter(logs, deadlineMs, attempt).parked
  }

  /** Waits until `answer` is called: then the answer goes out at the end of the turn, unless nobody waits any more. */
  parkUntilAnswered<T>(): { readonly parked: Parked<T>; answer(answer: T): void } {
    let given: T | null = null
    const { parked, waiting } = this.enter([], null, () => given)
    return {
      parked,
      answer: answer => {
        given = answer
        if (this.waiting.has(waiting)) this.stirred.add(waiting)
      },
    }
  }

  private enter<T>(logs: readonly PartitionLog[], deadlineMs: Millis | null, attempt: (isLast: boolean) => T | null) {
    let answered: (answer: T) => void = () => {}
    let failed: (error: unknown) => void = () => {}
    const finish = (isLast: boolean) => {
      let answer: T | null
      try {
        answer = attempt(isLast)
      } catch (error) {
        this.forget(waiting)
        failed(error)
        return
      }
      if (answer === null) return
      this.forget(waiting)
      answered(answer)
    }
    const timer = deadlineMs === null ? null : this.timers.schedule(deadlineMs, () => finish(true))
    const waiting: Waiting = { logs, timer, finish }
    this.waiting.add(waiting)
    for (const log of logs) this.watchersOf(log).add(waiting)
    const parked: Parked<T> = {
      onAnswer: (whenAnswered, whenFailed) => {
        answered = whenAnswered
        failed = whenFailed
      },
      cancel: () => this.forget(waiting),
    }
    return { parked, waiting }
  }

  /** `log` has more to read, or is gone: those who wait for it are asked at the turn's end. */
  stir(log: PartitionLog): void {
    for (const waiting of this.watchers.get(log) ?? []) this.stirred.add(waiting)
  }

  /** Asks those who were stirred, and those whom their answers stir. Called between turns. */
  settle(): void {
    if (this.isSettling) return
    this.isSettling = true
    try {
      for (const waiting of this.stirred) {
        this.stirred.delete(waiting)
        waiting.finish(false)
      }
    } finally {
      this.isSettling = false
    }
  }

  /** Everybody gets the last answer there is: the broker stops. */
  answerAll(): void {
    for (const waiting of this.waiting) waiting.finish(true)
  }

  private watchersOf(log: PartitionLog): Set<Waiting> {
    const there = this.watchers.get(log)
    if (there) return there
    const watchers = new Set<Waiting>()
    this.watchers.set(log, watchers)
    return watchers
  }

  private forget(waiting: Waiting): void {
    if (waiting.timer) this.timers.cancel(waiting.timer)
    this.waiting.delete(waiting)
    this.stirred.delete(waiting)
    for (const log of waiting.logs) {
      const watchers = this.watchers.get(log)
      watchers?.delete(waiting)
      if (watchers?.size === 0) this.watchers.delete(log)
    }
  }
}

interface Waiting {
  readonly logs: readonly PartitionLog[]
  readonly timer: Timer | null
  finish(isLast: boolean): void
}
