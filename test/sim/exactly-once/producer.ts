/**
 * A transactional producer as Kafka's client is one: one request in flight, asked again until it has an answer that says
 * something; what fences it makes it begin anew.
 * @module
 */
import { produce } from '../../../src/api/00-produce.ts'
import { initProducerId } from '../../../src/api/22-init-producer-id.ts'
import { addPartitionsToTxn } from '../../../src/api/24-add-partitions-to-txn.ts'
import { endTxn } from '../../../src/api/26-end-txn.ts'
import type { TransactionalProducer } from '../../../src/core/transactions/commands.ts'
import { ErrorCode, errorName } from '../../../src/wire/errors.ts'
import type { Contract, Draft, Fields, Infer } from '../../../src/wire/schema.ts'
import { addPartitionsOf, initOf } from '../../clients/coordinator-requests.ts'
import { Actor, type Circumstances } from '../actor.ts'
import { type TransactionVersion, VERSIONS } from '../transactions.ts'
import { batchOf, outcomeOf, produceOf } from '../world.ts'
import { nameOf, type Place, recordOf, type SimTransaction, type TransactionLedger } from './ledger.ts'

/** What producers and consumers of transactions share. */
export interface ExactlyOnce extends Circumstances {
  readonly ledger: TransactionLedger
  /** How often somebody has set the clock: then any transaction may be too old. */
  readonly clockSetCount: number
}

const INIT_VERSION = 5
const ADD_VERSION = 3
const MAX_TIMEOUT_MS = 3000
const MAX_PADDING_BYTES = 40
const RESTART_ONE_IN = 40
/** How often one falls silent, and for how many of its turns. */
const REST_ONE_IN = 15
const MAX_REST_COUNT = 30

const { NONE, CONCURRENT_TRANSACTIONS, UNSTABLE_OFFSET_COMMIT } = ErrorCode
/** What a disk that refuses comes to. */
const broken: readonly number[] = [
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.NOT_ENOUGH_REPLICAS,
]
/** What is answered to somebody whose transaction is over, or whose id another has. */
const fenced: readonly number[] = [
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.INVALID_TXN_STATE,
  ErrorCode.TRANSACTION_ABORTABLE,
]

/** How to read an answer: its error, and what to do where there is none. */
interface Reading<S extends Fields> {
  codeOf(answer: Infer<S>): number
  done(answer: Infer<S>): void
  /** Deals with an error of its own kind, after which nothing is asked any more; false where it is none. */
  refused?(code: number, answer: Infer<S>): boolean
}

export abstract class TransactionalActor extends Actor<ExactlyOnce> {
  protected readonly version: TransactionVersion
  private readonly timeoutMs: number
  private producer: TransactionalProducer | null = null
  private claim = { number: 0, isContested: false }
  private transaction: SimTransaction | null = null
  private begun = { atMs: 0, clockSetCount: 0 }
  /** What is left to do in the transaction. */
  private plan: (() => void)[] = []
  /** Asks what has no answer yet. */
  private question: (() => void) | null = null
  /** Whether something was asked whose answer is lost. */
  private isDoubtful = false
  /** It does nothing so many times, in the middle of a transaction too: others go on in its place. */
  private restCount = 0
  private readonly added = new Set<string>()
  private readonly sequences = new Map<string, number>()
  protected isStopping = false

  constructor(
    setting: ExactlyOnce,
    private readonly transactionalId: string,
  ) {
    super(setting)
    this.version = setting.random.below(2) === 0 ? 1 : 2
    this.timeoutMs = 100 + setting.random.below(MAX_TIMEOUT_MS)
  }

  stop(): void {
    this.isStopping = true
    this.restCount = 0
  }
  get isDone(): boolean {
    return this.isStopping && this.waitingCount === 0 && !this.question && !this.transaction
  }

  /** What it does when it has nothing to do: what `beginTransaction` is to do, as far as that is known. */
  protected abstract prepare(): void
  /** It has begun anew: all it knew is void. */
  protected begunAnew(): void {}

  protected act(): void {
    const { random } = this.setting
    if (this.waitingCount > 0 || this.restCount-- > 0) return
    if (random.below(REST_ONE_IN) === 0) this.rest()
    else if (this.producer && !this.isStopping && random.below(RESTART_ONE_IN) === 0) this.forget()
    else if (this.question) this.question()
    else if (!this.producer) this.init()
    else if (this.plan.length > 0) this.plan.shift()?.()
    else this.prepare()
  }
  /** Falls silent for a while, unless it is to come to an end. */
  protected rest(): void {
    this.restCount = this.isStopping ? 0 : this.setting.random.below(MAX_REST_COUNT)
  }
  protected lost(): void {
    this.isDoubtful = true
    this.setting.ledger.endClaim(this.transactionalId, this)
  }

  /** The program that it is starts again, and does not know what it did. */
  private forget(): void {
    this.settle('aborted')
    this.question = null
    this.plan = []
    this.producer = null
    this.begunAnew()
  }

  /** Its producer knows how it ended; or that nobody has asked for the commit; or else that is seen later. */
  private settle(outcome: 'committed' | 'aborted'): void {
    const { transaction } = this
    this.transaction = null
    if (!transaction) return
    const isOpen = outcome === 'aborted' && this.isDoubtful && transaction.outcome !== 'open'
    if (!isOpen) transaction.settle(outcome)
  }

  private init(): void {
    if (this.isStopping && !this.mustGoOn) return
    const { setting, transactionalId, timeoutMs } = this
    this.put(() => {
      this.claim = setting.ledger.claim(transactionalId, this)
      return this.asking(initProducerId, INIT_VERSION, initOf(transactionalId, timeoutMs), {
        codeOf: ({ errorCode }) => errorCode,
        done: ({ producerId, producerEpoch }) => {
          this.producer = { transactionalId, producerId, producerEpoch }
          setting.ledger.endClaim(transactionalId, this)
          setting.ledger.own(transactionalId, this, producerEpoch)
          this.sequences.clear()
          this.begunAnew()
        },
      })
    })
  }
  /** Whether it has something to do though it is to stop. */
  protected get mustGoOn(): boolean {
    return false
  }

  /** Begins a transaction that does all this, and ends. */
  protected begin(steps: readonly (() => void)[], isCommit: boolean): void {
    const { ledger, clock, clockSetCount } = this.setting
    this.transaction = ledger.begin()
    this.begun = { atMs: clock.now(), clockSetCount }
    this.added.clear()
    this.plan = [...steps, () => this.end(isCommit)]
  }

  /** A step: writes records to one partition. */
  protected write(place: Place, texts: readonly string[]): void {
    const { setting, transaction, producer } = this
    if (!transaction || !producer) throw new Error('writes without a transaction')
    if (
      this.mustAdd(
        nameOf(place),
        () => this.write(place, texts),
        () => this.addPartition(producer, place),
      )
    )
      return
    const first = this.sequences.get(nameOf(place)) ?? 0
    const { transactionalId, ...of } = producer
    const values = texts.map((text, index) =>
      recordOf(transaction, first + index, setting.random.below(MAX_PADDING_BYTES), text),
    )
    const batch = batchOf({ ...of, baseSequence: first, isTransactional: true, values, timestamp: setting.clock.now() })
    const request = produceOf(place.topic, { [place.partition]: batch }, { transactionalId })
    this.ask(produce, VERSIONS[this.version].produce, request, {
      codeOf: answer => outcomeOf(answer).errorCode,
      done: answer => {
        const { baseOffset } = outcomeOf(answer)
        for (const [index, value] of values.entries()) setting.ledger.place(place).note(baseOffset + index, value)
        transaction.enter(place, values)
        this.sequences.set(nameOf(place), first + values.length)
      },
    })
  }

  /** With version 1 what a transaction writes to is added first: true where that is asked now, and `step` comes after it. */
  protected mustAdd(name: string, step: () => void, add: () => void): boolean {
    if (this.version > 1 || this.added.has(name)) return false
    this.added.add(name)
    this.plan.unshift(step)
    add()
    return true
  }

  private addPartition(producer: TransactionalProducer, { topic, partition }: Place): void {
    this.ask(addPartitionsToTxn, ADD_VERSION, addPartitionsOf(producer, topic, [partition]), {
      codeOf: answer => answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode ?? -1,
      done: () => {},
    })
  }

  private end(committed: boolean): void {
    const { transaction, producer } = this
    if (!transaction || !producer) throw new Error('ends no transaction')
    if (committed) transaction.askForCommit()
    this.isDoubtful = false
    this.ask(
      endTxn,
      VERSIONS[this.version].endTxn,
      { ...producer, committed },
      {
        codeOf: ({ errorCode }) => errorCode,
        done: ({ producerId, producerEpoch }) => {
          this.settle(committed ? 'committed' : 'aborted')
          if (this.version > 1) {
            this.producer = { ...producer, producerId, producerEpoch }
            this.sequences.clear()
          }
          this.ended(committed)
        },
      },
    )
  }
  /** Ends the transaction, and does nothing else in it. */
  protected giveUp(): void {
    this.plan = [() => this.end(false)]
  }
  protected ended(_isCommit: boolean): void {}

  protected get current(): TransactionalProducer {
    if (!this.producer) throw new Error('is no producer yet')
    return this.producer
  }

  /** Asks as the producer that it is: nobody may answer a zombie as if he were not. */
  protected ask<Q extends Fields, S extends Fields>(
    contract: Contract<Q, S>,
    version: number,
    request: Draft<Q>,
    { done, ...reading }: Reading<S>,
  ): void {
    const { ledger } = this.setting
    this.put(() => {
      const owner = ledger.ownerOf(this.transactionalId)
      return this.asking(contract, version, request, {
        ...reading,
        done: answer => {
          if (owner !== this) throw new Error(`${contract.name} of a zombie of ${this.transactionalId} succeeds`)
          done(answer)
        },
      })
    })
  }

  /** Puts a question, and puts it again until it is answered. */
  protected put(question: () => void): void {
    this.question = question
    question()
  }

  protected asking<Q extends Fields, S extends Fields>(
    contract: Contract<Q, S>,
    version: number,
    request: Draft<Q>,
    { codeOf, done, refused }: Reading<S>,
  ): void {
    this.send(contract, version, request, answer => {
      const code = codeOf(answer)
      if (code === NONE) {
        this.question = null
        done(answer)
      } else if (refused?.(code, answer)) this.question = null
      else if (fenced.includes(code)) this.takeFencing(contract.name, code)
      else this.expectDelay(contract.name, code)
    })
  }

  /** What it asked will be asked again. After a disk that refused it may yet turn out to have been written. */
  private expectDelay(what: string, code: number): void {
    if (code === CONCURRENT_TRANSACTIONS || code === UNSTABLE_OFFSET_COMMIT) return
    if (!broken.includes(code) || !this.setting.hasFaults) throw new Error(`${what}: ${errorName(code)}`)
    this.isDoubtful = true
  }

  private takeFencing(what: string, code: number): void {
    const { setting } = this
    const { ledger, clock, clockSetCount } = setting
    const hasRival = this.claim.isContested || ledger.claimsOf(this.transactionalId) !== this.claim.number
    const isLate = clock.now() - this.begun.atMs >= this.timeoutMs || clockSetCount !== this.begun.clockSetCount
    if (!hasRival && !(this.transaction && isLate)) throw new Error(`${what}: ${errorName(code)}, and nobody fences it`)
    this.forget()
    this.rest()
  }
}
