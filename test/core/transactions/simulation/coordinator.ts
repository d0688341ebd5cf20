/** The transactions of one partition, and the logs that they write to: crashes and full disks among them. @module */
import { expect } from 'bun:test'
import { JournalError } from '../../../../src/core/machine.ts'
import type {
  ClientTransactionVersion,
  PartitionsRequest,
  TransactionCommand,
  TransactionReply,
} from '../../../../src/core/transactions/commands.ts'
import { ErrorCode } from '../../../../src/wire/errors.ts'
import type { Agenda } from '../../groups/simulation/agenda.ts'
import { Crash, type Named, Transactions, topic, World } from '../fixture.ts'
import { type Item, SimulatedLog } from './log.ts'

/** Each topic has one partition. Markers reach its log when the coordinator's turn ends. */
class WorldOfLogs extends World {
  readonly logs: ReadonlyMap<string, SimulatedLog>
  private endedCount = 0

  constructor(readonly topics: readonly string[]) {
    super()
    this.logs = new Map(topics.map(name => [name, new SimulatedLog()]))
  }

  log(name: string): SimulatedLog {
    const log = this.logs.get(name)
    if (!log) throw new Error(`${name} is not there`)
    return log
  }

  endTransactions(): void {
    for (const marker of this.markers.slice(this.endedCount)) this.log(marker.partition.replace(/-0$/, '')).end(marker)
    this.endedCount = this.markers.length
  }
}

type Reply<T extends TransactionReply['type']> = Extract<TransactionReply, { readonly type: T }>
/** Null where the broker died on the way, or the answer was lost. */
export type Code = ErrorCode | null

export class Coordinator {
  readonly world: WorldOfLogs
  private transactions: Transactions

  constructor(
    private readonly agenda: Agenda,
    transactionVersion: number,
    topics: readonly string[],
    settings: Readonly<Record<string, string>>,
  ) {
    this.world = new WorldOfLogs(topics)
    this.transactions = new Transactions(transactionVersion, this.world, settings)
  }

  /** Has a transactional id begin with a producer that has few epochs left. */
  wearOut(transactionalId: string, producerEpoch: number): void {
    const producerId = this.world.nextProducerId++
    this.transactions.put({ producerId, previousProducerId: producerId, producerEpoch }, transactionalId)
  }

  /** The reply, or the code of a coordinator that could not write, or null. */
  ask<C extends TransactionCommand & { readonly type: TransactionReply['type'] }>(command: C): Reply<C['type']> | Code {
    this.keepTime()
    return this.survive(() => this.transactions.ask(command))
  }

  add(request: PartitionsRequest, clientTransactionVersion: ClientTransactionVersion): Code {
    const reply = this.ask({ type: 'addPartitions', request, clientTransactionVersion })
    return reply === null || typeof reply === 'number' ? reply : reply.errorCode
  }

  private verify(request: PartitionsRequest): Code {
    const reply = this.ask({ type: 'verifyPartitions', request })
    if (reply === null || typeof reply === 'number') return reply
    return reply.topics[0]?.resultsByPartition[0]?.partitionErrorCode ?? null
  }

  /** Writes an item as Produce does: the first of a transaction adds the partition, or asks whether it was added. */
  produce(producer: Named, version: ClientTransactionVersion, name: string, item: Item): Code {
    const log = this.world.log(name)
    const { producerId, producerEpoch } = producer
    if (!log.accepts(producerId, producerEpoch)) return ErrorCode.INVALID_PRODUCER_EPOCH
    if (!log.hasOngoing(producerId, producerEpoch)) {
      const request = { ...producer, topics: [topic(name, 0)] }
      const code = version === 2 ? this.add(request, 2) : this.verify(request)
      if (code !== ErrorCode.NONE) return code
    }
    log.append(producerId, producerEpoch, item)
    return ErrorCode.NONE
  }

  /** Lets the timers ring that are due. */
  keepTime(): void {
    this.survive(() => this.transactions.advance(this.agenda.now - this.world.now))
  }

  private survive<T>(work: () => T): T | Code {
    try {
      return work()
    } catch (error) {
      if (error instanceof JournalError) return ErrorCode.NOT_COORDINATOR
      if (!(error instanceof Crash)) throw error
      this.crash()
      return null
    } finally {
      this.world.endTransactions()
    }
  }

  /** Forgets everything but the journal and the logs, and finds in them what was known before. */
  crash(): void {
    this.world.writesLeft = Number.POSITIVE_INFINITY
    this.world.endTransactions()
    this.checkReplay()
    this.transactions = this.transactions.restarted()
    this.world.endTransactions()
  }

  checkReplay(): void {
    const { transactions, ongoing } = this.transactions.state
    const replayed = this.transactions.replayed()
    expect(replayed.transactions).toEqual(transactions)
    expect(replayed.ongoing).toEqual(ongoing)
  }

  checkRest(): void {
    const { transactions, ongoing, volatile } = this.transactions.state
    expect([...ongoing]).toEqual([])
    expect([...volatile.missingMarkers]).toEqual([])
    expect([...transactions].filter(([, { transactionStatus }]) => [1, 2, 3].includes(transactionStatus))).toEqual([])
    for (const [name, log] of this.world.logs) expect([name, log.undecided]).toEqual([name, []])
  }
}
