/**
 * A machine of a coordinator, on the partition of an internal topic that is its journal: loaded once, then told what to do
 * by requests and by its own timers.
 *
 * Kafka's CoordinatorRuntime has an event queue, threads and snapshots for this. Here a command is executed where it comes
 * from, and its records are written before it returns.
 * @module
 */
import type { Parked } from '../api/api.ts'
import { JournalError, type Machine, type Millis, Runtime } from '../core/machine.ts'
import type { PartitionLog } from '../log/partition.ts'
import { PartitionJournal, type RecordFormat } from './partition-journal.ts'
import type { Purgatory } from './purgatory.ts'
import type { Timer, Timers } from './timers.ts'

/** What machines need of the broker. */
export interface Hall {
  readonly purgatory: Purgatory
  readonly timers: Timers
  now(): Millis
  /** Appends whole batches to a log, and says whether the disk took them. */
  append(log: PartitionLog, batches: Uint8Array): boolean
  /** Runs what a timer brings: those whom it answers are written to when it is done. */
  turn(work: () => void): void
  warn(message: string): void
}

/** One kind of machine. */
export interface MachineKind<State, Command, Record, Reply extends object, Effect> {
  readonly machine: Machine<State, Command, Record, Reply, Effect>
  readonly format: RecordFormat<Record>
  /** What the machine is told when the journal has refused what `command` came to: its timers among them begin again. */
  journalRefused(command: Command): Command
  /** Does what a machine wants done, and tells it with a command where it wants to know. Throws no JournalError. */
  perform(effect: Effect, machine: JournaledMachine<State, Command, Record, Reply, Effect>): void
}

interface Waiter<Reply> {
  answer(reply: Reply): void
  readonly abandoned: Reply
}

export class JournaledMachine<State, Command, Record, Reply extends object, Effect> {
  private readonly runtime: Runtime<State, Command, Record, Reply, Effect>
  private readonly timers = new Map<string, Timer>()
  private readonly waiters = new Map<string, Waiter<Reply>>()

  /** Loads all that the log holds. Throws DiskError, RecordError and MalformedError. */
  constructor(
    private readonly kind: MachineKind<State, Command, Record, Reply, Effect>,
    readonly log: PartitionLog,
    private readonly hall: Hall,
  ) {
    const journal = new PartitionJournal(log, kind.format, hall.append, hall.now)
    this.runtime = new Runtime(kind.machine, journal, {
      perform: effect => kind.perform(effect, this),
      setTimer: (key, at, command) => this.setTimer(key, at, command),
      answer: (waiter, reply) => this.answer(waiter, reply),
    })
    for (const record of journal.records()) this.runtime.recover(record)
  }

  get state(): State {
    return this.runtime.state
  }

  /** Does again what the log says is still to be done. */
  resume(): void {
    this.runtime.resume()
  }

  /** Executes one command and returns the caller's reply, null where there is none. Throws JournalError. */
  execute(command: Command): Reply | null {
    try {
      return this.runtime.execute(command, this.hall.now())
    } catch (error) {
      if (error instanceof JournalError) this.runtime.execute(this.kind.journalRefused(command), this.hall.now())
      throw error
    }
  }

  /**
   * Executes a command that may be answered later, under the name of a new `waiter`; by `abandoned` where the machine is
   * closed before. Throws JournalError.
   */
  executeOrWait(command: Command, waiter: string, abandoned: Reply): Reply | Parked<Reply> {
    const { parked, answer } = this.hall.purgatory.parkUntilAnswered<Reply>()
    this.waiters.set(waiter, { answer, abandoned })
    let isWaiting = false
    try {
      const reply = this.execute(command)
      isWaiting = reply === null
      return reply ?? parked
    } finally {
      if (!isWaiting) {
        this.waiters.delete(waiter)
        parked.cancel()
      }
    }
  }

  private answer(waiter: string, reply: Reply): void {
    this.waiters.get(waiter)?.answer(reply)
    this.waiters.delete(waiter)
  }

  private setTimer(key: string, at: Millis | null, command: Command | null): void {
    const { timers } = this.hall
    const earlier = this.timers.get(key)
    this.timers.delete(key)
    if (at !== null && command !== null) {
      const timer = timers.schedule(at, () => this.ring(key, command))
      this.timers.set(key, timer)
    }
    if (earlier) timers.cancel(earlier)
  }

  private ring(key: string, command: Command): void {
    this.timers.delete(key)
    this.hall.turn(() => {
      try {
        this.execute(command)
      } catch (error) {
        if (!(error instanceof JournalError)) throw error
        this.hall.warn(error.message)
      }
    })
  }

  /** The machine is not to do anything any more: those who wait are told so at the end of the turn. */
  close(): void {
    for (const { answer, abandoned } of this.waiters.values()) answer(abandoned)
    this.waiters.clear()
    for (const timer of this.timers.values()) this.hall.timers.cancel(timer)
    this.timers.clear()
  }
}
