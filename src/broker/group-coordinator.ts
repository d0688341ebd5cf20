/**
 * The coordinator of all groups: one machine for each partition of `__consumer_offsets`, loaded when the first of its groups
 * is asked for, so that groups cost a start nothing.
 *
 * Kafka loads a partition when it becomes its leader, and answers COORDINATOR_LOAD_IN_PROGRESS until it has. Here whoever
 * asks first waits for as long as reading one partition takes.
 * @module
 */
import type { Parked } from '../api/api.ts'
import type { GroupCoordinator as GroupCoordinatorRoom } from '../api/rooms.ts'
import { assert } from '../base/assert.ts'
import type { Random } from '../base/random.ts'
import { makeJavaUuid, type Uuid, zeroUuid } from '../base/uuid.ts'
import type { Catalog, Topic } from '../core/catalog/catalog.ts'
import { autoCreatedTopic } from '../core/catalog/internal-topics.ts'
import { CONSUMER_OFFSETS } from '../core/catalog/topic.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import { coordinatorPartition } from '../core/coordinator-partition.ts'
import type {
  GroupCommand,
  GroupReply,
  JoinGroup,
  ListedGroup,
  SyncGroup,
  SyncGroupRequest,
} from '../core/groups/commands.ts'
import { type GroupRecord, groupRecordReader, writeGroupRecord } from '../core/groups/group-record.ts'
import { groupMachine } from '../core/groups/machine.ts'
import { committedTopics, type GroupsState } from '../core/groups/state.ts'
import { type GroupReplyTo, type GroupRequest, type PromptRequest, unasked } from '../core/groups/unasked.ts'
import { JournalError } from '../core/machine.ts'
import { DiskError } from '../log/disk.ts'
import { ErrorCode, MalformedError } from '../wire/errors.ts'
import { RecordError } from '../wire/records/record-error.ts'
import { type Hall, JournaledMachine, type MachineKind } from './journaled-machine.ts'
import type { PartitionLogs } from './logs.ts'
import { RecordTooLarge } from './partition-journal.ts'

export interface GroupCoordinatorOptions {
  readonly catalog: Catalog
  readonly configs: BrokerConfigs
  readonly random: Random
  readonly logs: PartitionLogs
  readonly hall: Hall
}

type Groups = JournaledMachine<GroupsState, GroupCommand, GroupRecord, GroupReply>
type GroupsKind = MachineKind<GroupsState, GroupCommand, GroupRecord, GroupReply>

/** Stands in a creation that no client has set a limit to. */
const NO_HURRY_MS = 2 ** 31 - 1

export class GroupCoordinator implements GroupCoordinatorRoom {
  private readonly partitions: (Groups | undefined)[] = []
  /** Partitions without a machine and without a directory, as far as it is known. */
  private readonly unused = new Set<number>()
  /** Of the topic that `partitions` are of. */
  private topicId: Uuid | null = null
  /** A group stays where it is when the topic gets more partitions: it moves at the next start, as in Kafka. */
  private partitionCount = 0
  private madeKind: GroupsKind | null = null
  private waiterCount = 0

  constructor(private readonly options: GroupCoordinatorOptions) {}

  open(): ErrorCode {
    return this.topic(true) ? ErrorCode.NONE : ErrorCode.COORDINATOR_NOT_AVAILABLE
  }

  ask<C extends PromptRequest>(command: C): GroupReplyTo<C> {
    const reply = this.attempt(command, groups => groups.execute(command))
    assert(reply?.type === command.type, 'an answer to another command')
    // The type of a reply is that of its command, as was just seen.
    return reply as GroupReplyTo<C>
  }

  joinGroup(command: Omit<JoinGroup, 'type' | 'waiter' | 'uuid'>) {
    const uuid = makeJavaUuid(size => this.options.random.bytes(size))
    return this.askOrWait<JoinGroup>({ type: 'joinGroup', waiter: this.newWaiter(), uuid, ...command })
  }

  syncGroup(request: SyncGroupRequest) {
    return this.askOrWait<SyncGroup>({ type: 'syncGroup', waiter: this.newWaiter(), request })
  }

  private newWaiter(): string {
    return String(++this.waiterCount)
  }

  private askOrWait<C extends JoinGroup | SyncGroup>(command: C): GroupReplyTo<C> | Parked<GroupReplyTo<C>> {
    const abandoned = unasked(command, ErrorCode.NOT_COORDINATOR)
    const answer = this.attempt(command, groups => groups.executeOrWait(command, command.waiter, abandoned))
    // A waiter is answered what it waits for.
    return answer as GroupReplyTo<C> | Parked<GroupReplyTo<C>>
  }

  listGroups(statesFilter: readonly string[], typesFilter: readonly string[]): ListedGroup[] {
    const listed: ListedGroup[] = []
    for (const groups of this.used()) {
      const reply = groups.execute({ type: 'listGroups', statesFilter, typesFilter })
      assert(reply?.type === 'listGroups', 'an answer to another command')
      for (const group of reply.groups) listed.push(group)
    }
    return listed
  }

  /** Forgets what was committed for a topic that is no more: in all partitions, for a new topic may get its name. */
  topicDeleted({ name, id: topicId }: Topic): void {
    // Where it is their own, those who wait are told at once: GroupCoordinatorService.onResignation.
    if (name === CONSUMER_OFFSETS) {
      this.topic(false)
      return
    }
    for (const groups of this.used()) {
      try {
        groups.execute({ type: 'topicsDeleted', topics: [{ name, topicId }] })
      } catch (error) {
        if (!(error instanceof JournalError)) throw error
        this.options.hall.warn(`offsets of ${name} stay: ${error.message}`)
      }
    }
  }

  /** What `ask` gets from the machine that has the group, or an answer that says why it could not be asked. */
  private attempt<A>(command: GroupRequest, ask: (groups: Groups) => A): A | GroupReply {
    const topic = this.topic(true)
    if (!topic) return unasked(command, ErrorCode.COORDINATOR_NOT_AVAILABLE)
    const groupId = 'request' in command ? command.request.groupId : command.groupId
    const groups = this.partition(topic, coordinatorPartition(groupId, this.partitionCount))
    if (!groups) return unasked(command, ErrorCode.NOT_COORDINATOR)
    try {
      return ask(groups)
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
      this.options.hall.warn(error.message)
      return unasked(command, codeOf(error))
    }
  }

  /** The machines of all partitions in which anything was ever written, loaded. */
  private *used(): Generator<Groups> {
    const topic = this.topic(false)
    if (!topic) return
    for (let index = 0; index < this.partitionCount; index++) {
      const groups = this.isUnused(topic, index) ? null : this.partition(topic, index)
      if (groups) yield groups
    }
  }

  /** Nobody else writes there: what was not there once comes to be when its machine does. */
  private isUnused(topic: Topic, index: number): boolean {
    if (this.partitions[index]) return false
    if (!this.unused.has(index) && !this.options.logs.hasDirectory(topic, index)) this.unused.add(index)
    return this.unused.has(index)
  }

  /** The topic, made where it is missing and is to be; null where it is not there. */
  private topic(isToBe: boolean): Topic | null {
    const { catalog } = this.options
    const topic = catalog.topicByName(CONSUMER_OFFSETS) ?? (isToBe ? this.createTopic() : null)
    if (topic?.id !== this.topicId) this.begin(topic)
    return topic
  }

  private createTopic(): Topic | null {
    const { catalog, configs, hall } = this.options
    const topics = [autoCreatedTopic(CONSUMER_OFFSETS, configs)]
    try {
      catalog.createTopics({ topics, validateOnly: false, timeoutMs: NO_HURRY_MS }, hall.now())
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
    }
    return catalog.topicByName(CONSUMER_OFFSETS)
  }

  /** Forgets what belongs to a topic that is no more. */
  private begin(topic: Topic | null): void {
    for (const groups of this.partitions.splice(0)) groups?.close()
    this.unused.clear()
    this.topicId = topic?.id ?? null
    this.partitionCount = topic?.partitions.length ?? 0
  }

  private partition(topic: Topic, index: number): Groups | null {
    return this.partitions[index] ?? this.load(topic, index)
  }

  private load(topic: Topic, index: number): Groups | null {
    const { hall, catalog, logs } = this.options
    const log = logs.find(topic, index)
    if (typeof log === 'number') return null
    let groups: Groups | null = null
    try {
      groups = new JournaledMachine(this.kind, log, hall)
      groups.execute({ type: 'partitionLoaded' })
      // A crash may have come between the end of a topic and that of its offsets.
      const topics = committedTopics(groups.state).filter(topic => !isThere(topic, catalog))
      if (topics.length > 0) groups.execute({ type: 'topicsDeleted', topics })
      this.partitions[index] = groups
      return groups
    } catch (error) {
      if (!isLoadFailure(error)) throw error
      groups?.close()
      hall.warn(`${log.directory} cannot be loaded: ${error.message}`)
      return null
    }
  }

  private get kind(): GroupsKind {
    this.madeKind ??= {
      machine: groupMachine(this.options.configs),
      format: { write: writeGroupRecord, reader: groupRecordReader },
      journalRefused: command => ({ type: 'journalRefused', command }),
    }
    return this.madeKind
  }
}

/** Whether a topic for which an offset was committed is the one that has its name now; without an id it is taken for it. */
function isThere({ name, topicId }: { readonly name: string; readonly topicId: Uuid }, catalog: Catalog): boolean {
  const id = catalog.topicByName(name)?.id
  return id !== undefined && (topicId === zeroUuid || topicId === id)
}

/** What is the fault of the disk, or of what lies on it. */
function isLoadFailure(error: unknown): error is Error {
  return [DiskError, RecordError, MalformedError, JournalError].some(kind => error instanceof kind)
}

/** CoordinatorOperationExceptionHelper: where the disk has failed, clients look for their coordinator again. */
function codeOf(error: JournalError): ErrorCode {
  return error instanceof RecordTooLarge ? ErrorCode.UNKNOWN_SERVER_ERROR : ErrorCode.NOT_COORDINATOR
}
