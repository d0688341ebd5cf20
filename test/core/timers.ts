/** The timers of a machine whose clock is moved by hand. @module */
import type { Millis } from '../../src/core/machine.ts'

interface Timer<Command> {
  readonly at: Millis
  readonly command: Command
}

/** By key. */
export class Timers<Command> extends Map<string, Timer<Command>> {
  /** Sets a timer anew, or cancels it where `at` is null. */
  put(key: string, at: Millis | null, command: Command | null): void {
    this.delete(key)
    if (at !== null && command !== null) this.set(key, { at, command })
  }

  /** Takes out the first that is due by `end`, if any is. */
  takeDue(end: Millis): Timer<Command> | null {
    const [due] = [...this].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)
    if (!due) return null
    const [key, timer] = due
    this.delete(key)
    return timer
  }
}
