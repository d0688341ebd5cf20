/**
 * How state changes, everywhere: decide → journal → replay → timers → effects → answer.
 *
 * Kafka's coordinators keep timeline collections to undo what was decided when replication fails
 * (CoordinatorRuntime, SnapshotRegistry). One node with a synchronous journal has nothing to undo: `decide` changes
 * nothing, and what could not be written is never replayed.
 * @module
 */

export type Millis = number

/** Everything that one command may cause, as a value. */
export interface Decision<Record, Reply, Command, Effect> {
  /** Durable changes. Each is one of Kafka's own records; they are written together or not at all. */
  readonly records?: readonly Record[]
  /** Answers, to the caller (waiter '') and to those who have been waiting. */
  readonly replies?: readonly (readonly [waiter: string, reply: Reply])[]
  /** Timers by key: set anew, or cancelled where the time is null. */
  readonly timers?: readonly (readonly [key: string, at: Millis | null, command: Command | null])[]
  /** What others must do: idempotent, and repeated by `resume` after a crash. */
  readonly effects?: readonly Effect[]
}

export interface Machine<State, Command, Record, Reply, Effect> {
  initial(): State
  /** Reads durable state, never writes it. */
  decide(state: State, command: Command, now: Millis): Decision<Record, Reply, Command, Effect>
  /** Writes durable state, never fails. */
  replay(state: State, record: Record): void
  /** The effects that the state still owes. */
  resume(state: State): readonly Effect[]
}

/** Where a machine's records go. `append` throws a JournalError and writes nothing, or has written them all. */
export interface Journal<Record> {
  append(records: readonly Record[]): void
}

/** The journal could not take the records: the caller is told, and nothing has changed. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
}

export interface Surroundings<Command, Reply, Effect> {
  perform(effect: Effect): void
  setTimer(key: string, at: Millis | null, command: Command | null): void
  /** Answers one who has been waiting; the caller's own reply is returned by `execute`. */
  answer(waiter: string, reply: Reply): void
}

const none: readonly never[] = []

/** Runs one machine on its journal. */
export class Runtime<State, Command, Record, Reply, Effect> {
  readonly state: State

  constructor(
    private readonly machine: Machine<State, Command, Record, Reply, Effect>,
    private readonly journal: Journal<Record>,
    private readonly surroundings: Surroundings<Command, Reply, Effect>,
  ) {
    this.state = machine.initial()
  }

  /** Recovery: replays one record that the journal already holds. */
  recover(record: Record): void {
    this.machine.replay(this.state, record)
  }
  /** Recovery's end: does again what the state still owes. */
  resume(): void {
    for (const effect of this.machine.resume(this.state)) this.surroundings.perform(effect)
  }

  /** Executes one command and returns the caller's reply, or null where it has to wait. Throws JournalError. */
  execute(command: Command, now: Millis): Reply | null {
    const {
      records = none,
      replies = none,
      timers = none,
      effects = none,
    } = this.machine.decide(this.state, command, now)
    if (records.length > 0) this.journal.append(records)
    for (const record of records) this.machine.replay(this.state, record)
    for (const [key, at, later] of timers) this.surroundings.setTimer(key, at, later)
    for (const effect of effects) this.surroundings.perform(effect)
    let own: Reply | null = null
    for (const [waiter, reply] of replies) {
      if (waiter === '') own = reply
      else this.surroundings.answer(waiter, reply)
    }
    return own
  }
}
