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
  private readonly watchers = new WeakMap<PartitionLog, Place[]>()
  /** Those whose logs have grown in this turn. */
  private readonly stirred: Waiting[] = []
  private readonly everybody: Place[] = []
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
        if (waiting.isWaiting) this.stirUp(waiting)
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
    const waiting: Waiting = { places: [], timer, finish, isWaiting: true, isStirred: false }
    enlist(waiting, this.everybody)
    for (const log of logs) enlist(waiting, this.watchersOf(log))
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
    const watchers = this.watchers.get(log)
    if (watchers) for (const { waiting } of watchers) this.stirUp(waiting)
  }

  private stirUp(waiting: Waiting): void {
    if (waiting.isStirred) return
    waiting.isStirred = true
    this.stirred.push(waiting)
  }

  /** Asks those who were stirred, and those whom their answers stir. Called between turns. */
  settle(): void {
    if (this.isSettling || this.stirred.length === 0) return
    this.isSettling = true
    let askedCount = 0
    try {
      for (const waiting of this.stirred) {
        askedCount++
        waiting.isStirred = false
        if (waiting.isWaiting) waiting.finish(false)
      }
    } finally {
      this.stirred.splice(0, askedCount)
      this.isSettling = false
    }
  }

  /** Everybody gets the last answer there is: the broker stops. */
  answerAll(): void {
    for (let index = 0; index < this.everybody.length; ) {
      const place = this.everybody[index]
      place?.waiting.finish(true)
      // Who was answered has left, and another stands there.
      if (place === this.everybody[index]) index++
    }
  }

  private watchersOf(log: PartitionLog): Place[] {
    const there = this.watchers.get(log)
    if (there) return there
    const watchers: Place[] = []
    this.watchers.set(log, watchers)
    return watchers
  }

  private forget(waiting: Waiting): void {
    if (!waiting.isWaiting) return
    waiting.isWaiting = false
    if (waiting.timer) this.timers.cancel(waiting.timer)
    for (const place of waiting.places) leave(place)
  }
}

interface Waiting {
  readonly places: Place[]
  readonly timer: Timer | null
  finish(isLast: boolean): void
  isWaiting: boolean
  isStirred: boolean
}

/** Where one who waits stands in a list. Maps and sets that change with every wait would leave a table behind each time. */
interface Place {
  readonly waiting: Waiting
  readonly list: Place[]
  index: number
}

function enlist(waiting: Waiting, list: Place[]): void {
  const place: Place = { waiting, list, index: list.length }
  list.push(place)
  waiting.places.push(place)
}

/** The last of the list comes to stand there. */
function leave({ list, index }: Place): void {
  const last = list.pop()
  if (last === undefined || last.index === index) return
  list[index] = last
  last.index = index
}
