/** The groups of one partition on a journal of bytes in memory, with a clock that is moved by hand. @module */

import { zeroUuid } from '../../../src/base/uuid.ts'
import { BrokerConfigs } from '../../../src/core/configs/broker-configs.ts'
import type { KeyedRecord } from '../../../src/core/coordinator-record.ts'
import type {
  GroupCommand,
  GroupEffect,
  GroupReply,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupResponse,
  OffsetCommitRequest,
  OffsetFetchResponse,
  SyncGroupRequest,
  SyncGroupResponse,
  TxnOffsetCommitRequest,
} from '../../../src/core/groups/commands.ts'
import { type GroupRecord, readGroupRecord, writeGroupRecord } from '../../../src/core/groups/group-record.ts'
import { groupMachine } from '../../../src/core/groups/machine.ts'
import { type GroupsState, replayMarker } from '../../../src/core/groups/state.ts'
import { JournalError, type Millis, Runtime } from '../../../src/core/machine.ts'
import { Timers } from '../timers.ts'

export const START_MS = 1_700_000_000_000
export const SESSION_MS = 10_000
export const REBALANCE_MS = 60_000
export const PRODUCER_ID = 4000

/** The end of a producer's transaction. */
export interface Marker {
  readonly producerId: number
  readonly isCommit: boolean
}

interface Journal {
  readonly entries: (KeyedRecord | Marker)[]
  isFull: boolean
}

type Reply<T extends GroupReply['type']> = Extract<GroupReply, { readonly type: T }>

export class Groups {
  now: Millis = START_MS
  readonly timers = new Timers<GroupCommand>()
  /** What waiters were answered, by their names. */
  readonly answers = new Map<string, GroupReply>()
  private readonly runtime: Runtime<GroupsState, GroupCommand, GroupRecord, GroupReply, GroupEffect>
  private nameCount = 0

  constructor(
    private readonly settings: Readonly<Record<string, string>> = {},
    readonly journal: Journal = { entries: [], isFull: false },
    now = START_MS,
  ) {
    this.now = now
    this.runtime = new Runtime(
      groupMachine(new BrokerConfigs(new Map(Object.entries(settings)))),
      { append: records => this.append(records) },
      {
        perform: () => {},
        setTimer: (key, at, command) => this.timers.put(key, at, command),
        answer: (waiter, reply) => {
          if (this.answers.has(waiter)) throw new Error(`${waiter} is answered twice`)
          this.answers.set(waiter, reply)
        },
      },
    )
    for (const entry of this.journal.entries) {
      if ('isCommit' in entry) replayMarker(this.state, entry.producerId, entry.isCommit)
      else this.runtime.recover(recordIn(entry))
    }
    this.execute({ type: 'partitionLoaded' })
  }

  get state(): GroupsState {
    return this.runtime.state
  }

  private append(records: readonly GroupRecord[]): void {
    if (this.journal.isFull) throw new JournalError('full')
    this.journal.entries.push(...records.map(writeGroupRecord))
  }

  /** What the journal holds, but for markers. */
  records(): GroupRecord[] {
    return this.journal.entries.flatMap(entry => ('isCommit' in entry ? [] : [recordIn(entry)]))
  }

  /** Somebody has written the marker of a producer's transaction. */
  endTransaction(isCommit: boolean, producerId = PRODUCER_ID): void {
    this.journal.entries.push({ producerId, isCommit })
    replayMarker(this.state, producerId, isCommit)
  }

  /** The same groups after a crash at this moment. */
  restarted(settings = this.settings): Groups {
    return new Groups(settings, this.journal, this.now)
  }

  /** The caller's reply; null where it waits, or nobody is answered. Throws JournalError. */
  execute(command: GroupCommand): GroupReply | null {
    try {
      return this.runtime.execute(command, this.now)
    } catch (error) {
      if (error instanceof JournalError) this.runtime.execute({ type: 'journalRefused', command }, this.now)
      throw error
    }
  }

  ask<C extends GroupCommand & { readonly type: GroupReply['type'] }>(command: C): Reply<C['type']> {
    const reply = this.execute(command)
    if (reply?.type !== command.type) throw new Error(`${command.type} is answered with ${reply?.type}`)
    // The type of a reply is that of its command, as was just seen.
    return reply as Reply<C['type']>
  }

  /** Lets time go by, and the timers ring that are due in it. */
  advance(byMs: Millis): void {
    const end = this.now + byMs
    for (let due = this.timers.takeDue(end); due; due = this.timers.takeDue(end)) {
      this.now = Math.max(this.now, due.at)
      this.execute(due.command)
    }
    this.now = end
  }

  /** A name that nobody has yet. */
  name(what: string): string {
    return `${what}-${++this.nameCount}`
  }

  /** The answer, or the name of the waiter. */
  join(request: Partial<JoinGroupRequest> = {}, version = 9, waiter = this.name('join')): JoinGroupResponse | string {
    const reply = this.execute({
      type: 'joinGroup',
      waiter,
      version,
      client: { id: 'client', host: '/127.0.0.1' },
      uuid: this.name('uuid'),
      request: { ...joinRequest, ...request },
    })
    return reply?.type === 'joinGroup' ? reply.response : waiter
  }

  /** The answer to a JoinGroup that need not wait. */
  joined(request: Partial<JoinGroupRequest> = {}, version = 9): JoinGroupResponse {
    const answer = this.join(request, version)
    if (typeof answer === 'string') throw new Error(`${answer} has to wait`)
    return answer
  }

  /** The answer that a waiter was given since. */
  joinAnswer(waiter: JoinGroupResponse | string): JoinGroupResponse {
    const reply = this.answers.get(String(waiter))
    if (reply?.type !== 'joinGroup') throw new Error(`${waiter} still waits`)
    return reply.response
  }
  syncAnswer(waiter: SyncGroupResponse | string): SyncGroupResponse {
    const reply = this.answers.get(String(waiter))
    if (reply?.type !== 'syncGroup') throw new Error(`${waiter} still waits`)
    return reply.response
  }

  sync(request: Partial<SyncGroupRequest>, waiter = this.name('sync')): SyncGroupResponse | string {
    const reply = this.execute({ type: 'syncGroup', waiter, request: { ...syncRequest, ...request } })
    return reply?.type === 'syncGroup' ? reply.response : waiter
  }

  heartbeat(memberId: string, generationId: number, groupInstanceId: string | null = null): HeartbeatResponse {
    const request = { groupId: 'group', memberId, generationId, groupInstanceId }
    return this.ask({ type: 'heartbeat', request }).response
  }

  leave(...members: { readonly memberId: string; readonly groupInstanceId?: string }[]): LeaveGroupResponse {
    const request = { groupId: 'group', members: members.map(member => ({ groupInstanceId: null, ...member })) }
    return this.ask({ type: 'leaveGroup', request }).response
  }

  /** The error codes of committing `offset` for the partitions of the topic `t`. */
  commit(request: Partial<OffsetCommitRequest> = {}, version = 9): number[] {
    const { response } = this.ask({
      type: 'offsetCommit',
      version,
      request: { ...commitRequest, topics: [topicCommit('t', 7)], ...request },
    })
    return response.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))
  }

  /** The error codes of committing `offset` for partition 0 of the topic `t` in a transaction. */
  txnCommit(offset: number, request: Partial<TxnOffsetCommitRequest> = {}): number[] {
    const topics = [topicCommit('t', offset)]
    const { response } = this.ask({ type: 'txnOffsetCommit', request: { ...txnCommitRequest, topics, ...request } })
    return response.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))
  }

  fetch(groupId = 'group', requireStable = false): OffsetFetchResponse['topics'] {
    const request = { groupId, memberId: null, memberEpoch: -1, topics: null }
    return this.ask({ type: 'offsetFetch', requireStable, request }).response.topics
  }

  /** The offset and the error that are answered for partition 0 of the topic `t`. */
  stable(groupId = 'group'): number[] {
    const topics = [{ topicId: zeroUuid, name: 't', partitionIndexes: [0] }]
    const request = { groupId, memberId: null, memberEpoch: -1, topics }
    const { response } = this.ask({ type: 'offsetFetch', requireStable: true, request })
    return response.topics.flatMap(({ partitions }) =>
      partitions.flatMap(({ committedOffset, errorCode }) => [committedOffset, errorCode]),
    )
  }

  describe(groupId = 'group') {
    return this.ask({ type: 'describeGroup', version: 6, groupId }).response
  }

  /** Two members, stable; the first leads. */
  stablePair(): { leader: string; follower: string; generationId: number } {
    const { memberId: leader } = this.joined({}, 3)
    const follower = this.join({}, 3)
    const rejoin = this.joined({ memberId: leader }, 3)
    const { memberId } = this.joinAnswer(follower)
    const { generationId } = rejoin
    this.sync({ memberId, generationId })
    const assignments = [leader, memberId].map(id => ({ memberId: id, assignment: bytes(`for ${id}`) }))
    this.sync({ memberId: leader, generationId, assignments })
    return { leader, follower: memberId, generationId }
  }
}

function recordIn({ key, value, producer }: KeyedRecord): GroupRecord {
  const record = readGroupRecord(key, value, producer)
  if (!record) throw new Error('a record of no known kind')
  return record
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const text = (of: Uint8Array): string => new TextDecoder().decode(of)

/** A consumer's subscription, as its protocol writes version 0. */
export function subscription(...topics: string[]): Uint8Array {
  const parts = topics.flatMap(topic => [0, topic.length, ...bytes(topic)])
  return Uint8Array.from([0, 0, 0, 0, 0, topics.length, ...parts, 255, 255, 255, 255])
}

export const joinRequest: JoinGroupRequest = {
  groupId: 'group',
  sessionTimeoutMs: SESSION_MS,
  rebalanceTimeoutMs: REBALANCE_MS,
  memberId: '',
  groupInstanceId: null,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: subscription('t') }],
}

export const syncRequest: SyncGroupRequest = {
  groupId: 'group',
  generationId: 1,
  memberId: '',
  groupInstanceId: null,
  protocolType: null,
  protocolName: null,
  assignments: [],
}

export const commitRequest: OffsetCommitRequest = {
  groupId: 'group',
  generationIdOrMemberEpoch: -1,
  memberId: '',
  groupInstanceId: null,
  retentionTimeMs: -1,
  topics: [],
}

export const txnCommitRequest: TxnOffsetCommitRequest = {
  groupId: 'group',
  producerId: PRODUCER_ID,
  producerEpoch: 0,
  generationId: -1,
  memberId: '',
  groupInstanceId: null,
  topics: [],
}

/** A commit of `offset` for partition 0 of `name`. */
export function topicCommit(
  name: string,
  committedOffset: number,
  topicId = zeroUuid,
): OffsetCommitRequest['topics'][0] {
  const partition = { partitionIndex: 0, committedOffset, committedLeaderEpoch: -1, committedMetadata: '' }
  return { topicId, name, partitions: [partition] }
}
