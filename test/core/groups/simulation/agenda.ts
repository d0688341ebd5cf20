/** What is to happen when, on a clock that jumps from one to the next. @module */
import { Heap } from '../../../../src/base/heap.ts'
import type { Millis } from '../../../../src/core/machine.ts'

interface Entry {
  readonly at: Millis
  /** Entries of the same moment happen in the order in which they were made. */
  readonly place: number
  readonly happen: () => void
}

export class Agenda {
  private readonly entries = new Heap<Entry>((a, b) => a.at < b.at || (a.at === b.at && a.place < b.place))
  private entryCount = 0

  constructor(public now: Millis) {}

  at(at: Millis, happen: () => void): void {
    this.entries.push({ at: Math.max(at, this.now), place: this.entryCount++, happen })
  }
  after(delayMs: Millis, happen: () => void): void {
    this.at(this.now + delayMs, happen)
  }

  /** Lets everything happen that is due until `end`. */
  runUntil(end: Millis): void {
    for (let next = this.entries.least; next && next.at <= end; next = this.entries.least) {
      this.entries.pop()
      this.now = next.at
      next.happen()
    }
    this.now = end
  }
}
