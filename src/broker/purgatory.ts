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
  private readonly stirred: Waiter[] = []
  private readonly everybody: Place[] = []
  private isSettling = false

  constructor(private readonly timers: Timers) {}

  park<T>(logs: readonly PartitionLog[], deadlineMs: Millis, attempt: (isLast: boolean) => T | null): Parked<T> {
    const waiting = new Waiting(this.timers, attempt)
    waiting.timer = this.timers.schedule(deadlineMs, () => waiting.finish(true))
    enlist(waiting, this.everybody)
    for (const log of logs) enlist(waiting, this.watchersOf(log))
    return waiting
  }

  /** Waits until `answer` is called: then the answer goes out at the end of the turn, unless nobody waits any more. */
  parkUntilAnswered<T>(): { readonly parked: Parked<T>; answer(answer: T): void } {
    let given: T | null = null
    const parked = new Waiting(this.timers, () => given)
    enlist(parked, this.everybody)
    return {
      parked,
      answer: answer => {
        given = answer
        if (parked.isWaiting) this.stirUp(parked)
      },
    }
  }

  /** `log` has more to read, or is gone: those who wait for it are asked at the turn's end. */
  stir(log: PartitionLog): void {
    const watchers = this.watchers.get(log)
    if (watchers) for (const { waiting } of watchers) this.stirUp(waiting)
  }

  private stirUp(waiting: Waiter): void {
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
}

/** What the purgatory does with one who waits, whatever for. */
type Waiter = Pick<Waiting<unknown>, 'places' | 'isWaiting' | 'isStirred' | 'finish'>

/** A class: with closures for its methods every long poll would leave more behind. */
class Waiting<T> implements Parked<T> {
  readonly places: Place[] = []
  isWaiting = true
  isStirred = false
  timer: Timer | null = null
  private answered: ((answer: T) => void) | null = null
  private failed: ((error: unknown) => void) | null = null

  constructor(
    private readonly timers: Timers,
    private readonly attempt: (isLast: boolean) => T | null,
  ) {}

  onAnswer(answered: (answer: T) => void, failed: (error: unknown) => void): void {
    this.answered = answered
    this.failed = failed
  }

  finish(isLast: boolean): void {
    let answer: T | null
    try {
      answer = this.attempt(isLast)
    } catch (error) {
      this.cancel()
      this.failed?.(error)
      return
    }
    if (answer === null) return
    this.cancel()
    this.answered?.(answer)
  }

  cancel(): void {
    if (!this.isWaiting) return
    this.isWaiting = false
    if (this.timer) this.timers.cancel(this.timer)
    for (const place of this.places) leave(place)
  }
}

/** Where one who waits stands in a list. Maps and sets that change with every wait would leave a table behind each time. */
interface Place {
  readonly waiting: Waiter
  readonly list: Place[]
  index: number
}

function enlist(waiting: Waiter, list: Place[]): void {
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
