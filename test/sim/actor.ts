/** Somebody who uses the broker over connections that may be lost at any moment. @module */
import type { Uuid } from '../../src/base/uuid.ts'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import type { Contract, Draft, Fields, Infer } from '../../src/wire/schema.ts'
import type { Asked, SimClient } from './client.ts'
import type { SimClock } from './clock.ts'
import type { Ledger } from './ledger.ts'
import type { SeededRandom } from './random.ts'

/** A topic from its creation to its removal: another one of the same name is another topic. */
export interface SimTopic {
  readonly name: string
  readonly id: Uuid
  readonly partitionCount: number
  /** Whether it is never removed, so that it may go by its name. */
  readonly isLasting: boolean
}

/** What actors find wherever they are. */
export interface Circumstances {
  readonly random: SeededRandom
  readonly clock: SimClock
  /** Whether the disk has refused the running broker anything: then KAFKA_STORAGE_ERROR is an answer. */
  readonly hasFaults: boolean
  connect(): SimClient
}

/** What producers and consumers without transactions share. */
export interface Setting extends Circumstances {
  readonly ledger: Ledger
  /** Whether the power has failed: then producer ids may be given again. */
  readonly hasLostPower: boolean
  /** Whether a log can always be opened, if not written. */
  readonly opensLogs: boolean
  /** The topics of which nobody has asked the removal, in no order. */
  topics(): readonly SimTopic[]
  /** Whether somebody has asked for its removal. */
  isGoing(topic: SimTopic): boolean
}

interface Waiting {
  /** Hands the answer on if it is there. */
  take(): boolean
}

export abstract class Actor<S extends Circumstances = Setting> {
  private client: SimClient | null = null
  private readonly waiting: Waiting[] = []

  constructor(protected readonly setting: S) {}

  /** Does one thing. */
  step(): void {
    this.collect()
    this.act()
  }

  /** Whether nothing is left to do. */
  abstract get isDone(): boolean
  protected abstract act(): void
  /** The connection is gone; what was asked has no answer. */
  protected abstract lost(): void
  /** Why the broker may have closed the connection. */
  protected expectsClose(_reason: string): boolean {
    return false
  }

  /** Brings a chunk of what was sent to the broker. */
  deliver(): boolean {
    return this.client?.deliver() ?? false
  }
  /** Reads what has come, or leaves it where it is from now on. */
  setReading(isReading: boolean): void {
    if (!this.client?.isOpen) return
    if (isReading) this.client.read()
    else this.client.isReading = false
  }
  /** The network fails: what was under way is gone, either way. */
  cut(): void {
    if (this.client?.isOpen) this.client.hangUp()
  }
  /** The broker is gone. */
  lose(): void {
    this.client?.lose()
  }

  protected get waitingCount(): number {
    return this.waiting.length
  }

  protected send<Q extends Fields, S extends Fields>(
    contract: Contract<Q, S>,
    version: number,
    request: Draft<Q>,
    take: (answer: Infer<S>) => void,
  ): void {
    const asked: Asked<S> = this.connection().ask(contract, version, request)
    this.waiting.push({
      take: () => {
        if (asked.answer === null) return false
        take(asked.answer)
        return true
      },
    })
  }
  /** Sends what gets no answer. */
  protected tell<Q extends Fields>(contract: Contract<Q>, version: number, request: Draft<Q>): void {
    this.connection().tell(contract, version, request)
  }

  private connection(): SimClient {
    if (this.client) return this.client
    const client = this.setting.connect()
    client.chunkBytes =
      this.setting.random.below(2) === 0 ? Number.POSITIVE_INFINITY : 1 + this.setting.random.below(300)
    this.client = client
    return client
  }

  /** Takes the answers that have come, and notices the end of the connection. */
  collect(): void {
    while (this.waiting[0]?.take()) this.waiting.shift()
    if (!this.client || this.client.isOpen) return
    for (const reason of this.client.closings) {
      if (!this.expectsClose(reason)) throw new Error(`the broker has closed a connection: ${reason}`)
    }
    this.client = null
    this.waiting.length = 0
    this.lost()
  }
}

/** Throws unless the code is one of `allowed`; KAFKA_STORAGE_ERROR is, where the disk has failed. */
export function expectCode(setting: Circumstances, what: string, code: number, ...allowed: readonly ErrorCode[]): void {
  if (code === ErrorCode.NONE || allowed.some(one => one === code)) return
  if (code === ErrorCode.KAFKA_STORAGE_ERROR && setting.hasFaults) return
  throw new Error(`${what}: ${errorName(code)}`)
}
