/**
 * The broker as a function: frames in, frames out. It joins the rooms and does no I/O of its own: disk, clock and
 * randomness are given, so several brokers can live in one process and a simulation is a constructor call.
 * @module
 */
import { apis } from '../api/index.ts'
import type { Rooms } from '../api/rooms.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Catalog } from '../core/catalog/catalog.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import { FetchSessions } from '../core/fetch-sessions.ts'
import {
  hasCleanShutdownMarker,
  readOffsetCheckpoint,
  removeCleanShutdownMarker,
  writeCleanShutdownMarker,
  writeOffsetCheckpoint,
} from '../log/checkpoints.ts'
import { type Disk, DiskError } from '../log/disk.ts'
import { RECOVERY_POINT_CHECKPOINT } from '../log/file-names.ts'
import { Writer } from '../wire/writer.ts'
import { Dispatcher, servedApis } from './dispatch.ts'
import { openDirectory } from './format.ts'
import { FrameBuffers } from './frame-cutter.ts'
import { PartitionLogs } from './logs.ts'
import { MetadataJournal } from './metadata-journal.ts'
import type { Peer } from './peer.ts'
import { Purgatory } from './purgatory.ts'
import { Session, type Turns } from './session.ts'
import { Timers } from './timers.ts'

/** What the broker has to say to people. */
export interface BrokerLog {
  warn(message: string): void
  /** Each request, decoded; left out where nobody wants to see them, for the text costs more than the request. */
  request?(line: () => string): void
}

export interface BrokerOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly configs: BrokerConfigs
  readonly log: BrokerLog
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

  /**
   * Opens the directory on `disk`, or makes a new one, and is ready to serve. Throws DiskError where the directory cannot
   * be read, and MalformedError where it is not one of Kafka's.
   */
  constructor(private readonly options: BrokerOptions) {
    const { disk, clock, random, configs, log } = options
    this.disk = disk
    this.timers = new Timers(clock)
    this.purgatory = new Purgatory(this.timers)
    this.isCleanStart = hasCleanShutdownMarker(disk)
    const identity = openDirectory(disk, configs, random, clock.now())
    removeCleanShutdownMarker(disk)
    this.logs = new PartitionLogs(
      {
        disk,
        configs,
        now: () => clock.now(),
        isCleanStart: this.isCleanStart,
        recoveryPoints: readOffsetCheckpoint(disk, RECOVERY_POINT_CHECKPOINT),
        onError: message => log.warn(message),
      },
      grown => this.purgatory.stir(grown),
    )
    this.journal = new MetadataJournal(disk, clock, identity)
    this.catalog = new Catalog({
      identity,
      configs,
      journal: this.journal,
      directories: {
        create: topic => this.logs.create(topic),
        remove: topic => this.logs.remove(topic),
        removeStrays: () => this.logs.removeStrays(name => this.catalog.topicByName(name)),
      },
      randomBytes: size => random.bytes(size),
    })
    for (const record of this.journal.records()) this.catalog.recover(record)
    this.catalog.resume(clock.now())
    const served = servedApis(apis)
    const rooms: Rooms = {
      served,
      catalog: this.catalog,
      configs,
      fetchSessions: new FetchSessions(configs.maxIncrementalFetchSessionCacheSlots, random),
      logs: this.logs,
      purgatory: this.purgatory,
    }
    this.dispatcher = new Dispatcher(served, rooms, clock, log)
  }

  get clusterId(): string {
    return this.catalog.clusterId
  }

  /** A new connection. */
  connect(peer: Peer): Session {
    return new Session(this, this.dispatcher, peer, this.options.configs.socketRequestMaxBytes)
  }

  now(): number {
    return this.options.clock.now()
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

  /**
   * Answers those who wait, closes every log, and leaves the marker that lets the next start scan nothing; without it, as
   * where the disk refuses, the next start recovers.
   */
  close(): void {
    this.purgatory.answerAll()
    this.timers.clear()
    const isRecovered = this.isCleanStart || this.logs.hasOpened(this.catalog.topics())
    const recoveryPoints = this.logs.close()
    try {
      this.journal.close()
      if (recoveryPoints) writeOffsetCheckpoint(this.disk, RECOVERY_POINT_CHECKPOINT, recoveryPoints)
      if (recoveryPoints && isRecovered) writeCleanShutdownMarker(this.disk)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.options.log.warn(`the next start has to recover: ${error.message}`)
    }
  }
}
