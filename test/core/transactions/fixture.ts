/** The transactions of one partition on a journal of bytes in memory, with a clock that is moved by hand. @module */

import { BrokerConfigs } from '../../../src/core/configs/broker-configs.ts'
import type { KeyedRecord } from '../../../src/core/coordinator-record.ts'
import { JournalError, type Millis, Runtime } from '../../../src/core/machine.ts'
import type {
  ClientTransactionVersion,
  InitProducerIdRequest,
  InitProducerIdResponse,
  TopicPartitions,
  TransactionalProducer,
  TransactionCommand,
  TransactionEffect,
  TransactionReply,
  WriteMarkers,
} from '../../../src/core/transactions/commands.ts'
import { transactionMachine } from '../../../src/core/transactions/machine.ts'
import { emptyState, replay, type TransactionsState } from '../../../src/core/transactions/state.ts'
import { statusName } from '../../../src/core/transactions/status.ts'
import {
  readTransactionRecord,
  type Transaction,
  type TransactionRecord,
  writeTransactionRecord,
} from '../../../src/core/transactions/transaction-record.ts'
import { ErrorCode, errorName } from '../../../src/wire/errors.ts'
import { Timers } from '../timers.ts'

export const START_MS = 1_700_000_000_000
export const TIMEOUT_MS = 60_000
export const FIRST_PRODUCER_ID = 1000
export const ID = 'payments'

/** What outlives a restart: the journal, what was written to other logs, and the ids that are given away. */
export class World {
  now: Millis = START_MS
  readonly journal: KeyedRecord[] = []
  isJournalFull = false
  readonly markers: WrittenMarker[] = []
  /** Topics whose logs refuse. */
  readonly deafTopics = new Set<string>()
  nextProducerId = FIRST_PRODUCER_ID
  /** What may still be written before everything stops. */
  writesLeft = Number.POSITIVE_INFINITY

  /** Throws Crash instead of a write that is one too many. */
  write(): void {
    if (this.writesLeft-- <= 0) throw new Crash()
  }
}

export interface WrittenMarker {
  readonly partition: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly isCommit: boolean
}

/** The broker was killed: nobody gets an answer. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

type Reply<T extends TransactionReply['type']> = Extract<TransactionReply, { readonly type: T }>

export class Transactions {
  readonly timers = new Timers<TransactionCommand>()
  private readonly runtime: Runtime<
    TransactionsState,
    TransactionCommand,
    TransactionRecord,
    TransactionReply,
    TransactionEffect
  >

  constructor(
    readonly transactionVersion = 2,
    readonly world = new World(),
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {
    this.runtime = new Runtime(
      transactionMachine(new BrokerConfigs(new Map(Object.entries(settings))), () => transactionVersion),
      { append: records => this.append(records) },
      {
        perform: effect => this.perform(effect),
        setTimer: (key, at, command) => this.timers.put(key, at, command),
        answer: waiter => {
          throw new Error(`nobody waits as ${waiter}`)
        },
      },
    )
    for (const record of this.records()) this.runtime.recover(record)
    this.execute({ type: 'partitionLoaded' })
    this.runtime.resume()
  }

  get state(): TransactionsState {
    return this.runtime.state
  }

  private append(records: readonly TransactionRecord[]): void {
    if (this.world.isJournalFull) throw new JournalError('full')
    this.world.write()
    this.world.journal.push(...records.map(record => writeTransactionRecord(record, this.transactionVersion)))
  }

  /** What the journal holds. */
  records(): TransactionRecord[] {
    return this.world.journal.map(({ key, value }) => {
      const record = readTransactionRecord(key, value)
      if (!record) throw new Error('a record of no known kind')
      return record
    })
  }

  /** What the journal alone amounts to. */
  replayed(): TransactionsState {
    const state = emptyState()
    for (const record of this.records()) replay(state, record)
    return state
  }

  /** The same transactions after a crash at this moment. */
  restarted(transactionVersion = this.transactionVersion): Transactions {
    return new Transactions(transactionVersion, this.world, this.settings)
  }

  /** As the room does it. */
  private perform(effect: TransactionEffect): void {
    try {
      if (effect.type === 'abortTimedOut') this.execute(effect)
      else {
        const { transactionalId, producerId, producerEpoch } = effect
        const missing = this.writeMarkers(effect)
        this.execute({ type: 'markersWritten', transactionalId, producerId, producerEpoch, missing })
      }
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
    }
  }

  private writeMarkers({ producerId, producerEpoch, isCommit, topics }: WriteMarkers): TopicPartitions[] {
    const { deafTopics, markers } = this.world
    for (const { name, partitions } of topics) {
      if (deafTopics.has(name)) continue
      for (const partition of partitions) {
        this.world.write()
        markers.push({ partition: `${name}-${partition}`, producerId, producerEpoch, isCommit })
      }
    }
    return topics.filter(({ name }) => deafTopics.has(name))
  }

  /** Executes a command as the room does: with a producer id where it needs one. Throws JournalError. */
  execute(command: TransactionCommand): TransactionReply | null {
    const { now } = this.world
    try {
      const reply = this.runtime.execute(command, now)
      if (reply?.type !== 'producerIdNeeded') return reply
      const withId = { ...command, newProducerId: this.world.nextProducerId++ }
      return this.runtime.execute(withId, now)
    } catch (error) {
      if (error instanceof JournalError) this.runtime.execute({ type: 'journalRefused', command }, now)
      throw error
    }
  }

  ask<C extends TransactionCommand & { readonly type: TransactionReply['type'] }>(command: C): Reply<C['type']> {
    const reply = this.execute(command)
    if (reply?.type !== command.type) throw new Error(`${command.type} is answered with ${reply?.type}`)
    // The type of a reply is that of its command, as was just seen.
    return reply as Reply<C['type']>
  }

  /** Lets time go by, and the timers ring that are due in it. */
  advance(byMs: Millis): void {
    const { world } = this
    const end = world.now + byMs
    for (let due = this.timers.takeDue(end); due; due = this.timers.takeDue(end)) {
      world.now = Math.max(world.now, due.at)
      this.ring(due.command)
    }
    world.now = end
  }

  private ring(command: TransactionCommand): void {
    try {
      this.execute(command)
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
    }
  }

  initialize(request: Partial<InitProducerIdRequest> = {}): InitProducerIdResponse {
    return this.ask({ type: 'initProducerId', request: { ...initRequest, ...request } }).response
  }

  /** A producer of a transactional id that was not in use. */
  newProducer(transactionalId = ID): Named {
    const { producerId, producerEpoch } = this.initialize({ transactionalId })
    return { transactionalId, producerId, producerEpoch }
  }

  add(producer: Named, topics = [topic('t', 0)], clientTransactionVersion: ClientTransactionVersion = 2): string {
    return errorName(
      this.ask({ type: 'addPartitions', request: { ...producer, topics }, clientTransactionVersion }).errorCode,
    )
  }

  verify(producer: Named, topics = [topic('t', 0)]): string[] {
    const { topics: verified } = this.ask({ type: 'verifyPartitions', request: { ...producer, topics } })
    return verified.flatMap(({ resultsByPartition }) =>
      resultsByPartition.map(({ partitionErrorCode }) => errorName(partitionErrorCode)),
    )
  }

  end(producer: Named, committed: boolean, clientTransactionVersion: ClientTransactionVersion = 2) {
    const { response } = this.ask({ type: 'endTxn', request: { ...producer, committed }, clientTransactionVersion })
    const { errorCode, producerId, producerEpoch } = response
    return errorCode === ErrorCode.NONE ? { producerId, producerEpoch } : errorName(errorCode)
  }

  describe(transactionalId = ID) {
    return this.ask({ type: 'describeTransaction', transactionalId }).response
  }

  transaction(transactionalId = ID): Transaction {
    const transaction = this.state.transactions.get(transactionalId)
    if (!transaction) throw new Error(`${transactionalId} is not known`)
    return transaction
  }

  /** The name of the state of a transactional id. */
  status(transactionalId = ID): string {
    return statusName(this.transaction(transactionalId).transactionStatus)
  }

  /** Makes a transactional id what the log might say of it. */
  put(value: Partial<Transaction>, transactionalId = ID, lastProducerEpoch = -1): Named {
    const record = { transactionalId, value: { ...someTransaction, ...value }, lastProducerEpoch }
    this.append([record])
    this.runtime.recover(record)
    const { producerId, producerEpoch } = record.value
    return { transactionalId, producerId, producerEpoch }
  }
}

export type Named = TransactionalProducer

export const topic = (name: string, ...partitions: number[]): TopicPartitions => ({ name, partitions })

export const initRequest: InitProducerIdRequest = {
  transactionalId: ID,
  transactionTimeoutMs: TIMEOUT_MS,
  producerId: -1,
  producerEpoch: -1,
}

const someTransaction: Transaction = {
  producerId: FIRST_PRODUCER_ID - 1,
  producerEpoch: 5,
  transactionTimeoutMs: TIMEOUT_MS,
  transactionStatus: 0,
  transactionPartitions: null,
  transactionLastUpdateTimestampMs: START_MS,
  transactionStartTimestampMs: -1,
  previousProducerId: FIRST_PRODUCER_ID - 1,
  nextProducerId: -1,
  clientTransactionVersion: 0,
  nextProducerEpoch: -1,
}
