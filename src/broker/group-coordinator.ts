/**
 * The coordinator of all groups: a machine for each partition of `__consumer_offsets`.
 * @module
 */
import type { Parked } from '../api/api.ts'
import type { GroupCoordinator as GroupCoordinatorRoom, TopicPartition } from '../api/rooms.ts'
import { assert } from '../base/assert.ts'
import type { Random } from '../base/random.ts'
import { makeJavaUuid, type Uuid, zeroUuid } from '../base/uuid.ts'
import type { Catalog, Topic } from '../core/catalog/catalog.ts'
import { CONSUMER_OFFSETS } from '../core/catalog/topic.ts'
import type {
  GroupCommand,
  GroupReply,
  JoinGroup,
  ListedGroup,
  SyncGroup,
  SyncGroupRequest,
  TxnOffsetCommit,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from '../core/groups/commands.ts'
import { type GroupRecord, groupRecordReader, writeGroupRecord } from '../core/groups/group-record.ts'
import { groupMachine } from '../core/groups/machine.ts'
import { committedTopics, type GroupsState, replayMarker } from '../core/groups/state.ts'
import { type GroupReplyTo, type GroupRequest, type PromptRequest, unasked } from '../core/groups/unasked.ts'
import { JournalError } from '../core/machine.ts'
import type { PartitionLog, TransactionEnd } from '../log/partition.ts'
import { ErrorCode } from '../wire/errors.ts'
import { CompressionCodec, isCodec } from '../wire/records/compression/index.ts'
import { type CoordinatorKind, type CoordinatorOptions, CoordinatorPartitions } from './coordinator-partitions.ts'
import type { JournaledMachine } from './journaled-machine.ts'

export interface GroupCoordinatorOptions extends CoordinatorOptions {
  readonly random: Random
}

type Groups = JournaledMachine<GroupsState, GroupCommand, GroupRecord, GroupReply, never>
type GroupsKind = CoordinatorKind<GroupsState, GroupCommand, GroupRecord, GroupReply, never>

export class GroupCoordinator implements GroupCoordinatorRoom {
  private readonly partitions: CoordinatorPartitions<GroupsState, GroupCommand, GroupRecord, GroupReply>
  private waiterCount = 0

  constructor(private readonly options: GroupCoordinatorOptions) {
    this.partitions = new CoordinatorPartitions(CONSUMER_OFFSETS, options, () => this.makeKind())
  }

  open(): ErrorCode {
    return this.partitions.open()
  }

  partitionFor(groupId: string): number | null {
    return this.partitions.partitionFor(groupId)
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

  commitTransactionalOffsets(
    request: TxnOffsetCommitRequest,
    admit: (partition: TopicPartition) => ErrorCode,
  ): TxnOffsetCommitResponse {
    const command: TxnOffsetCommit = { type: 'txnOffsetCommit', request }
    const reply = this.attempt(command, groups => {
      const errorCode = admissionFault(groups.log, request, admit)
      return errorCode === ErrorCode.NONE ? groups.execute(command) : unasked(command, errorCode)
    })
    assert(reply?.type === command.type, 'an answer to another command')
    return reply.response
  }

  completeTransaction(partition: number, end: TransactionEnd): ErrorCode {
    const topic = this.partitions.topic(false)
    if (!topic?.partitions[partition]) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    const groups = this.partitions.machine(topic, partition)
    if (!groups) return ErrorCode.NOT_COORDINATOR
    const errorCode = this.options.logs.endTransaction(groups.log, end)
    if (errorCode === ErrorCode.NONE) replayMarker(groups.state, end.producerId, end.isCommit)
    return errorCode
  }

  listGroups(statesFilter: readonly string[], typesFilter: readonly string[]): ListedGroup[] {
    const listed: ListedGroup[] = []
    for (const groups of this.partitions.used()) {
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
      this.partitions.topicDeleted()
      return
    }
    for (const groups of this.partitions.used()) {
      try {
        groups.execute({ type: 'topicsDeleted', topics: [{ name, topicId }] })
      } catch (error) {
        if (!(error instanceof JournalError)) throw error
        this.options.hall.warn(`offsets of ${name} stay: ${error.message}`)
      }
    }
  }

  /** What `ask` gets from the machine that has the group, or an answer that says why it could not be asked. */
  private attempt<A extends object | null>(command: GroupRequest, ask: (groups: Groups) => A): A | GroupReply {
    const groupId = 'request' in command ? command.request.groupId : command.groupId
    if (groupId === '' && !nameless.has(command.type)) return unasked(command, ErrorCode.INVALID_GROUP_ID)
    const isFounding = founding.has(command.type)
    if (!isFounding && !this.partitions.topic(false)) return this.askNobody(command)
    const answer = this.partitions.ask(groupId, isFounding, ask)
    return typeof answer === 'number' ? unasked(command, answer) : answer
  }

  /** What is said of a group that is not there, while there is no topic to be asked. */
  private askNobody(command: GroupRequest): GroupReply {
    const machine = groupMachine(this.options.configs)
    const [answer] = machine.decide(machine.initial(), command, this.options.hall.now()).replies ?? []
    assert(answer !== undefined, 'nobody waits for a group that is not there')
    return answer[1]
  }

  private makeKind(): GroupsKind {
    const { catalog, configs } = this.options
    const wanted = configs.number('offsets.topic.compression.codec')
    const codec = isCodec(wanted) ? wanted : CompressionCodec.NONE
    return {
      machine: groupMachine(configs),
      format: { write: writeGroupRecord, reader: groupRecordReader, codec },
      journalRefused: command => ({ type: 'journalRefused', command }),
      perform: () => {},
      loaded: groups => {
        groups.execute({ type: 'partitionLoaded' })
        // A crash may have come between the end of a topic and that of its offsets.
        const topics = committedTopics(groups.state).filter(topic => !isThere(topic, catalog))
        if (topics.length > 0) groups.execute({ type: 'topicsDeleted', topics })
      },
    }
  }
}

type Kind = GroupRequest['type']

/** What a group without a name may be asked: offsets were once kept without a group (GroupCoordinatorService). */
const nameless: ReadonlySet<Kind> = new Set<Kind>(['offsetCommit', 'offsetFetch', 'describeGroup', 'deleteGroup'])

/** What makes a group, and so the topic. Kafka has no coordinator, for any request, until somebody has looked for one. */
const founding: ReadonlySet<Kind> = new Set<Kind>(['joinGroup', 'offsetCommit', 'txnOffsetCommit'])

/** Whether a topic for which an offset was committed is the one that has its name now; without an id it is taken for it. */
function isThere({ name, topicId }: { readonly name: string; readonly topicId: Uuid }, catalog: Catalog): boolean {
  const id = catalog.topicByName(name)?.id
  return id !== undefined && (topicId === zeroUuid || topicId === id)
}

/**
 * Whether a producer may write to `log` as part of a transaction (UnifiedLog.maybeStartTransactionVerification): NONE, or the
 * code for what it wants to commit. `admit` is asked by the first commit of each transaction alone.
 */
function admissionFault(
  log: PartitionLog,
  { producerId, producerEpoch }: TxnOffsetCommitRequest,
  admit: (partition: TopicPartition) => ErrorCode,
): ErrorCode {
  const lastEpoch = log.producerEpochOf(producerId)
  // One whom the log does not know is not fenced by it, not even with an epoch that cannot be.
  if (lastEpoch >= 0 && lastEpoch > producerEpoch) return ErrorCode.INVALID_PRODUCER_EPOCH
  if (log.hasOngoingTransaction(producerId, producerEpoch)) return ErrorCode.NONE
  return codeForCommitter(admit({ topic: log.topic, partition: log.partition }))
}

/** CoordinatorOperationExceptionHelper, for what may be wrong with the partition and not with the producer. */
function codeForCommitter(errorCode: ErrorCode): ErrorCode {
  switch (errorCode) {
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode.NOT_ENOUGH_REPLICAS:
      return ErrorCode.COORDINATOR_NOT_AVAILABLE
    case ErrorCode.NOT_LEADER_OR_FOLLOWER:
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return ErrorCode.NOT_COORDINATOR
    default:
      return errorCode
  }
}
