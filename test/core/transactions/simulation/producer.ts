/**
 * A transactional producer, written as what it does one after the other: what it yields is how long it takes. It may fall
 * silent at any point, for longer than its timeout, and go on as if nothing were.
 * @module
 */
import type { ClientTransactionVersion } from '../../../../src/core/transactions/commands.ts'
import { ErrorCode, errorName } from '../../../../src/wire/errors.ts'
import { chosen, type SeededRandom } from '../../../sim/random.ts'
import { type Named, topic } from '../fixture.ts'
import type { Code, Coordinator } from './coordinator.ts'
import type { Entry, Ledger } from './ledger.ts'

type Doing<T> = Generator<number, T>

export interface ProducerHabits {
  readonly transactionalId: string
  readonly version: ClientTransactionVersion
  readonly timeoutMs: number
}

const RETRY_MS = 100
const { NONE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS, TRANSACTION_ABORTABLE, INVALID_TXN_STATE } = ErrorCode
const { PRODUCER_FENCED, INVALID_PRODUCER_EPOCH, INVALID_PRODUCER_ID_MAPPING } = ErrorCode
const fatal: readonly ErrorCode[] = [
  PRODUCER_FENCED,
  INVALID_PRODUCER_EPOCH,
  INVALID_PRODUCER_ID_MAPPING,
  INVALID_TXN_STATE,
  TRANSACTION_ABORTABLE,
  // Kafka's own fault, about the last epochs of a producer id.
  ErrorCode.UNKNOWN_SERVER_ERROR,
]

export class Producer {
  private current: Named | null = null

  constructor(
    private readonly habits: ProducerHabits,
    private readonly coordinator: Coordinator,
    private readonly ledger: Ledger,
    private readonly random: SeededRandom,
    private readonly isOver: () => boolean,
  ) {}

  /** From one initialization to the next, until it is over. */
  *live(): Doing<void> {
    while (!this.isOver()) {
      yield* this.initialize()
      for (let left = this.random.below(10); left > 0 && this.current && !this.isOver(); left--) yield* this.transact()
    }
  }

  /** Begins anew, or goes on with the epoch that it has (KIP-360). */
  private *initialize(): Doing<void> {
    const { transactionalId, timeoutMs: transactionTimeoutMs } = this.habits
    const before = this.current && this.random.below(2) === 0 ? this.current : { producerId: -1, producerEpoch: -1 }
    const { producerId, producerEpoch } = before
    const request = { transactionalId, transactionTimeoutMs, producerId, producerEpoch }
    this.current = null
    const code = yield* this.insist(() => {
      const reply = this.coordinator.ask({ type: 'initProducerId', request })
      if (reply === null || typeof reply === 'number') return reply
      const { errorCode, ...given } = reply.response
      if (errorCode !== NONE) return errorCode
      this.current = { transactionalId, ...given }
      this.ledger.initialize(transactionalId, this)
      return NONE
    })
    if (code !== NONE) this.current = null
  }

  private *transact(): Doing<void> {
    const entry = this.ledger.begin()
    let code: ErrorCode = NONE
    for (let left = this.random.below(5); left > 0 && code === NONE; left--) code = yield* this.write(entry)
    const isCommit = code === NONE && this.random.below(3) > 0
    // What cannot go on can be tried to abort.
    if (code === NONE || this.random.below(2) === 0) yield* this.end(entry, isCommit)
    if (code !== NONE && this.random.below(4) > 0) this.current = null
  }

  private *write(entry: Entry): Doing<ErrorCode> {
    const { coordinator, random, habits } = this
    const producer = this.current
    if (!producer) return PRODUCER_FENCED
    const name = chosen(random, coordinator.world.topics)
    const item = `${entry.name}-${entry.items.size}`
    if (habits.version === 0) {
      const request = { ...producer, topics: [topic(name, 0)] }
      const code = yield* this.insist(() => coordinator.add(request, 0))
      if (code !== NONE) return code
    }
    const code = yield* this.insist(() => {
      const code = coordinator.produce(producer, habits.version, name, item)
      if (code === NONE) this.ledger.checkOwner(producer.transactionalId, this)
      return code
    })
    if (code === NONE) entry.items.set(item, name)
    return code
  }

  private *end(entry: Entry, committed: boolean): Doing<void> {
    const { version: clientTransactionVersion } = this.habits
    const producer = this.current
    if (!producer || (entry.items.size === 0 && (clientTransactionVersion === 0 || committed))) return
    entry.isCommitAsked = committed
    const code = yield* this.insist(() => {
      const request = { ...producer, committed }
      const reply = this.coordinator.ask({ type: 'endTxn', request, clientTransactionVersion })
      if (reply === null || typeof reply === 'number') return reply
      const { errorCode, ...next } = reply.response
      if (errorCode === NONE && committed) this.ledger.checkOwner(producer.transactionalId, this)
      if (errorCode === NONE && clientTransactionVersion === 2) this.current = { ...producer, ...next }
      return errorCode
    })
    if (code !== NONE) this.current = null
    else entry.told = committed ? 'committed' : 'aborted'
  }

  /** Asks until there is an answer that it can live with, or cannot. Some answers get lost. */
  private *insist(ask: () => Code): Doing<ErrorCode> {
    for (;;) {
      yield this.pause()
      const code = ask()
      yield this.pause()
      const isLost = code === null || this.random.below(20) === 0
      if (!isLost && (code === NONE || fatal.includes(code))) return code
      if (!isLost && code !== NOT_COORDINATOR && code !== CONCURRENT_TRANSACTIONS)
        throw new Error(`a producer is told ${errorName(code)}`)
      yield RETRY_MS
    }
  }

  private pause(): number {
    const { random, habits } = this
    if (random.below(100) > 0 || this.isOver()) return random.below(20)
    return random.below(2 * habits.timeoutMs)
  }
}
