/**
 * The broker as a function: frames in, frames out. It joins the rooms and does no I/O of its own: disk, clock and
 * randomness are given, so several brokers can live in one process and a simulation is a constructor call.
 * @module
 */
import { apis } from '../api/index.ts'
import type { Rooms } from '../api/rooms.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import type { LogLevel } from '../core/configs/log-levels.ts'
import { FetchSessions } from '../core/fetch-sessions.ts'
import { writeCleanShutdownMarker } from '../log/checkpoints.ts'
import { type Disk, DiskError } from '../log/disk.ts'
import { Writer } from '../wire/writer.ts'
import { Dispatcher, servedApis } from './dispatch.ts'
import { FrameBuffers } from './frame-cutter.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import type { Hall } from './journaled-machine.ts'
import { LocalClient } from './local-client.ts'
import type { PartitionLogs } from './logs.ts'
import type { MetadataJournal } from './metadata-journal.ts'
import { type Opened, openSteps, takeSteps } from './opening.ts'
import type { Caller, Peer } from './peer.ts'
import type { Purgatory } from './purgatory.ts'
import { Session, type Turns } from './session.ts'
import type { Timers } from './timers.ts'
import { TransactionCoordinator } from './transaction-coordinator.ts'
import type { Warnings } from './warnings.ts'

/** What the broker has to say to people. */
export interface BrokerLog extends Warnings {
  /** How much it says; left out where that cannot be changed. */
  level?: LogLevel
  /** Each request, decoded; left out where nobody wants to see them, for the text costs more than the request. */
  request?: ((line: () => string) => void) | undefined
}

export interface BrokerOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly configs: BrokerConfigs
  readonly log: BrokerLog
  /** Calls `work` when all input that is there has been handed over. Left out, every session's appends are written alone. */
  readonly soon?: (work: () => void) => void
}

export class Broker implements Turns {
  readonly writer = new Writer()
  readonly frameBuffers = new FrameBuffers()
  private readonly disk: Disk
  private readonly timers: Timers
  private readonly purgatory: Purgatory
  private readonly logs: PartitionLogs
  private readonly journal: MetadataJournal
  /** For those in the same process: topics that are to be there from the start. */
  readonly catalog: Catalog
  private readonly dispatcher: Dispatcher
  private readonly isCleanStart: boolean
  /** Sessions whose appends are staged, and written together. */
  private unfinished: Session[] = []
  /** Who was decided last: one that is alone has nobody to wait for. */
  private latest: Session | null = null

  /**
   * Opens the directory on `disk`, or makes a new one, unless it is open already, and is ready to serve. Throws DiskError
   * where the directory cannot be read, and MalformedError where it is not one of Kafka's.
   */
  constructor(
    private readonly options: BrokerOptions,
    opened: Opened = takeSteps(openSteps(options)),
  ) {
    const { disk, clock, random, configs, log } = options
    this.disk = disk
    this.timers = opened.timers
    this.purgatory = opened.purgatory
    this.logs = opened.logs
    this.journal = opened.journal
    this.catalog = opened.catalog
    this.isCleanStart = opened.isCleanStart
    const served = servedApis(apis)
    const coordination = { catalog: this.catalog, configs, logs: this.logs, hall: this.makeHall() }
    const groups = new GroupCoordinator({ ...coordination, random })
    const transactions = new TransactionCoordinator({ ...coordination, groups })
    this.catalog.onTopicDeleted = topic => {
      groups.topicDeleted(topic)
      transactions.topicDeleted(topic)
    }
    const rooms: Rooms = {
      served,
      catalog: this.catalog,
      configs,
      fetchSessions: new FetchSessions(configs.maxIncrementalFetchSessionCacheSlots, random),
      logs: this.logs,
      purgatory: this.purgatory,
      groups,
      transactions,
    }
    this.dispatcher = new Dispatcher(served, rooms, clock, log)
    transactions.resumeSoon()
  }

  /** Does what the constructor does, step by step. */
  static *open(options: BrokerOptions): Generator<void, Broker> {
    return new Broker(options, yield* openSteps(options))
  }

  private makeHall(): Hall {
    const { logs, purgatory, timers } = this
    const { log } = this.options
    return {
      purgatory,
      timers,
      now: () => this.now(),
      append: (log, batches) => logs.append(log, batches),
      turn: work => this.turn(work),
      warn: message => log.warnSparingly('coordinator', message),
    }
  }

  get clusterId(): string {
    return this.catalog.clusterId
  }

  /** A new connection. */
  connect(peer: Peer): Session {
    return new Session(this, this.dispatcher, peer, this.options.configs.socketRequestMaxBytes)
  }

  /** For those in the same process: a client without a connection. */
  connectLocally(caller: Caller): LocalClient {
    return new LocalClient(this, this.dispatcher, caller)
  }

  now(): number {
    return this.options.clock.now()
  }

  elapsed(): number {
    return this.options.clock.elapsed()
  }

  turn(work: () => void): void {
    try {
      work()
    } finally {
      // What an error left unsent must not go to the next client.
      this.writer.reset()
    }
    this.purgatory.settle()
  }

  commit(): void {
    this.logs.commit()
  }

  finishesLater(session: Session): boolean {
    const { soon } = this.options
    const isAlone = session === this.latest
    this.latest = session
    if (!soon || isAlone) return false
    if (this.unfinished.push(session) === 1) soon(this.finishAll)
    return true
  }

  private readonly finishAll = (): void => {
    const sessions = this.unfinished
    this.unfinished = []
    this.commit()
    for (const session of sessions) this.turn(() => session.finish())
  }

  /**
   * Answers those who wait, closes every log, and leaves the marker that lets the next start scan nothing; without it, as
   * where the disk refuses, the next start recovers.
   */
  close(): void {
    this.finishAll()
    this.purgatory.answerAll()
    this.timers.clear()
    const isRecovered = this.isCleanStart || this.logs.hasOpened(this.catalog.topics())
    try {
      const isClean = this.logs.close()
      this.journal.close()
      if (isClean && isRecovered) writeCleanShutdownMarker(this.disk)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.options.log.warn(`the next start has to recover: ${error.message}`)
    }
  }
}
