/**
 * The machines of one coordinator: one for each partition of an internal topic, loaded when the first of its keys is asked
 * for, so that fifty of them cost a start nothing.
 *
 * Kafka loads a partition when it becomes its leader, and answers COORDINATOR_LOAD_IN_PROGRESS until it has. Here whoever
 * asks first waits for as long as reading one partition takes.
 * @module
 */
import type { Uuid } from '../base/uuid.ts'
import type { Catalog, Topic } from '../core/catalog/catalog.ts'
import { autoCreatedTopic } from '../core/catalog/internal-topics.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import { coordinatorPartition } from '../core/coordinator-partition.ts'
import { JournalError, type Millis } from '../core/machine.ts'
import { DiskError } from '../log/disk.ts'
import { ErrorCode, MalformedError } from '../wire/errors.ts'
import { RecordError } from '../wire/records/record-error.ts'
import { type Hall, JournaledMachine, type MachineKind } from './journaled-machine.ts'
import type { PartitionLogs } from './logs.ts'
import { RecordTooLarge } from './partition-journal.ts'

export interface CoordinatorOptions {
  readonly catalog: Catalog
  readonly configs: BrokerConfigs
  readonly logs: PartitionLogs
  readonly hall: Hall
}

export interface CoordinatorKind<State, Command, Record, Reply extends object, Effect>
  extends MachineKind<State, Command, Record, Reply, Effect> {
  /** Told of each machine that has been loaded, before it is asked anything. Throws JournalError. */
  loaded(machine: JournaledMachine<State, Command, Record, Reply, Effect>): void
}

/** Stands in a creation that no client has set a limit to. */
const NO_HURRY_MS = 2 ** 31 - 1
/** Before each partition that nobody has asked for: those who ask come first. */
const LOAD_PAUSE_MS = 20
/** Before those that could not be loaded are tried again. */
const RETRY_MS = 60_000
/** To read a whole partition takes long: one that cannot be loaded is not asked again by every request. */
const RELOAD_MS = 1000

export class CoordinatorPartitions<State, Command, Record, Reply extends object, Effect = never> {
  private readonly machines: (JournaledMachine<State, Command, Record, Reply, Effect> | undefined)[] = []
  /** Partitions without a machine and without a directory, as far as it is known. */
  private readonly unused = new Set<number>()
  /** Of the topic that `machines` are of. */
  private topicId: Uuid | null = null
  /** A key stays where it is when the topic gets more partitions: it moves at the next start, as in Kafka. */
  private partitionCount = 0
  /** When a partition could not be loaded. */
  private readonly failedAtMs = new Map<number, Millis>()
  private madeKind: CoordinatorKind<State, Command, Record, Reply, Effect> | null = null

  constructor(
    private readonly topicName: string,
    private readonly options: CoordinatorOptions,
    private readonly makeKind: () => CoordinatorKind<State, Command, Record, Reply, Effect>,
  ) {}

  /** Makes the topic, if it is missing: NONE, or COORDINATOR_NOT_AVAILABLE. */
  open(): ErrorCode {
    return this.topic(true) ? ErrorCode.NONE : ErrorCode.COORDINATOR_NOT_AVAILABLE
  }

  /** Which partition has `key`, or null where there are none and they cannot be made. */
  partitionFor(key: string): number | null {
    return this.topic(true) && coordinatorPartition(key, this.partitionCount)
  }

  /**
   * What `ask` gets from the machine that has `key`, or why it could not be asked: NOT_COORDINATOR, or UNKNOWN_SERVER_ERROR
   * for what no record can hold. Where the topic is missing it is made if it `isToBe`; if that fails,
   * COORDINATOR_NOT_AVAILABLE.
   */
  ask<A extends object | null>(
    key: string,
    isToBe: boolean,
    ask: (machine: JournaledMachine<State, Command, Record, Reply, Effect>) => A,
  ): A | ErrorCode {
    const topic = this.topic(isToBe)
    if (!topic) return isToBe ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.NOT_COORDINATOR
    const machine = this.machine(topic, coordinatorPartition(key, this.partitionCount))
    if (!machine) return ErrorCode.NOT_COORDINATOR
    try {
      return ask(machine)
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
      this.options.hall.warn(error.message)
      return codeOf(error)
    }
  }

  /** The machines of all partitions in which anything was ever written, loaded. */
  *used(): Generator<JournaledMachine<State, Command, Record, Reply, Effect>> {
    const topic = this.topic(false)
    if (!topic) return
    for (let index = 0; index < this.partitionCount; index++) {
      const machine = this.isUnused(topic, index) ? null : this.machine(topic, index)
      if (machine) yield machine
    }
  }

  /** Loads all partitions in which anything was ever written, one after the other and between requests. */
  loadSoon(): void {
    if (this.topic(false)) this.loadFrom(0)
  }

  private loadFrom(first: number, hasFailed = false, pauseMs = LOAD_PAUSE_MS): void {
    const { hall } = this.options
    hall.timers.schedule(hall.now() + pauseMs, () =>
      hall.turn(() => {
        const topic = this.topic(false)
        if (!topic) return
        let index = first
        while (index < this.partitionCount && (this.machines[index] || this.isUnused(topic, index))) index++
        if (index < this.partitionCount) this.loadFrom(index + 1, !this.machine(topic, index) || hasFailed)
        else if (hasFailed) this.loadFrom(0, false, RETRY_MS)
      }),
    )
  }

  /** Where the topic is gone, those who wait are told at once, as GroupCoordinatorService.onResignation does. */
  topicDeleted(): void {
    this.topic(false)
  }

  /** The topic, made where it is missing and is to be; null where it is not there. */
  topic(isToBe: boolean): Topic | null {
    const topic = this.options.catalog.topicByName(this.topicName) ?? (isToBe ? this.createTopic() : null)
    if (topic?.id !== this.topicId) this.begin(topic)
    return topic
  }

  /** The machine of one partition of `topic`; null where it cannot be loaded. */
  machine(topic: Topic, index: number): JournaledMachine<State, Command, Record, Reply, Effect> | null {
    return this.machines[index] ?? (this.hasJustFailed(index) ? null : this.load(topic, index))
  }

  private hasJustFailed(index: number): boolean {
    const failedAtMs = this.failedAtMs.get(index)
    return failedAtMs !== undefined && Math.abs(this.options.hall.now() - failedAtMs) < RELOAD_MS
  }

  private createTopic(): Topic | null {
    const { catalog, configs, hall } = this.options
    const topics = [autoCreatedTopic(this.topicName, configs)]
    try {
      catalog.createTopics({ topics, validateOnly: false, timeoutMs: NO_HURRY_MS }, hall.now())
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
    }
    return catalog.topicByName(this.topicName)
  }

  /** Forgets what belongs to a topic that is no more. */
  private begin(topic: Topic | null): void {
    for (const machine of this.machines.splice(0)) machine?.close()
    this.unused.clear()
    this.failedAtMs.clear()
    this.topicId = topic?.id ?? null
    this.partitionCount = topic?.partitions.length ?? 0
  }

  /** Nobody else writes there: what was not there once comes to be when its machine does. */
  private isUnused(topic: Topic, index: number): boolean {
    if (this.machines[index]) return false
    if (!this.unused.has(index) && !this.options.logs.hasDirectory(topic, index)) this.unused.add(index)
    return this.unused.has(index)
  }

  private load(topic: Topic, index: number): JournaledMachine<State, Command, Record, Reply, Effect> | null {
    const { hall, logs } = this.options
    this.madeKind ??= this.makeKind()
    const log = logs.find(topic, index)
    if (typeof log === 'number') return null
    let machine: JournaledMachine<State, Command, Record, Reply, Effect> | null = null
    try {
      machine = new JournaledMachine(this.madeKind, log, hall)
      this.madeKind.loaded(machine)
      machine.resume()
      this.machines[index] = machine
      this.failedAtMs.delete(index)
      return machine
    } catch (error) {
      if (!isLoadFailure(error)) throw error
      machine?.close()
      this.failedAtMs.set(index, hall.now())
      hall.warn(`${log.directory} cannot be loaded: ${error.message}`)
      return null
    }
  }
}

/** What is the fault of the disk, or of what lies on it. */
function isLoadFailure(error: unknown): error is Error {
  return [DiskError, RecordError, MalformedError, JournalError].some(kind => error instanceof kind)
}

/**
 * CoordinatorOperationExceptionHelper and TransactionStateManager.appendTransactionToLog: where the disk has failed, clients
 * look for their coordinator again.
 */
function codeOf(error: JournalError): ErrorCode {
  return error instanceof RecordTooLarge ? ErrorCode.UNKNOWN_SERVER_ERROR : ErrorCode.NOT_COORDINATOR
}
