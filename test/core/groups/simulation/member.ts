/** A consumer as clients write it: joins, syncs, fetches its offsets, then heartbeats and commits until it has to rejoin. @module */

import { zeroUuid } from '../../../../src/base/uuid.ts'
import type { GroupCommand, GroupReply, JoinGroupResponse } from '../../../../src/core/groups/commands.ts'
import { ErrorCode, errorName } from '../../../../src/wire/errors.ts'
import { subscription } from '../fixture.ts'
import type { World } from './world.ts'

const TOPIC = 't'
const RETRY_MS = 200
const MAX_TRANSACTION_MS = 10_000

type Reply<T extends GroupReply['type']> = Extract<GroupReply, { readonly type: T }>

export interface Habits {
  readonly groupInstanceId: string | null
  readonly version: number
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  /** Whether it commits in transactions. */
  readonly isTransactional: boolean
}

export class Member {
  memberId = ''
  generationId = -1
  isAlive = false
  isPaused = false
  /** Next offsets to commit by partition, while it owns some. */
  positions: Map<number, number> | null = null
  /** Counts its starts, */
  private life = 0
  /** and how often it began to join: answers to what it asked before are not heard. */
  private attempt = 0
  /** The producer of its open transaction. */
  private producerId: number | null = null

  constructor(
    private readonly world: World,
    readonly group: string,
    readonly name: string,
    readonly habits: Habits,
  ) {}

  private get owner(): string {
    return this.habits.groupInstanceId ?? this.memberId
  }

  start(): void {
    this.life++
    this.attempt++
    this.isAlive = true
    this.isPaused = false
    this.memberId = ''
    this.join()
    this.beat(this.life)
    this.work(this.life)
  }

  /** Goes without a word. */
  kill(): void {
    this.life++
    this.attempt++
    this.isAlive = false
    this.positions = null
  }

  leave(): void {
    const { memberId } = this
    this.kill()
    if (memberId === '') return
    const request = { groupId: this.group, members: [{ memberId, groupInstanceId: this.habits.groupInstanceId }] }
    this.world.send(this, { type: 'leaveGroup', request }, () => {})
  }

  private join(): void {
    this.positions = null
    const { groupInstanceId, version, sessionTimeoutMs, rebalanceTimeoutMs } = this.habits
    const command = {
      type: 'joinGroup',
      waiter: this.world.newName('waiter'),
      version,
      client: { id: this.name, host: '/127.0.0.1' },
      uuid: this.world.newName('uuid'),
      request: {
        groupId: this.group,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        memberId: this.memberId,
        groupInstanceId,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: subscription(TOPIC) }],
      },
    } as const
    this.ask(command, reply => this.joined(reply.response))
  }

  private joined(response: JoinGroupResponse): void {
    const { errorCode, memberId, generationId } = response
    if (errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.memberId = memberId
      this.join()
    } else if (errorCode !== ErrorCode.NONE) this.fail(errorCode)
    else {
      this.memberId = memberId
      this.generationId = generationId
      const isToAssign = response.leader === memberId && !response.skipAssignment
      this.sync(isToAssign ? this.assignments(response.members.map(member => member.memberId)) : [])
    }
  }

  /** Everybody gets every so many'th partition. */
  private assignments(memberIds: readonly string[]) {
    return memberIds.map((memberId, place) => {
      const partitions: number[] = []
      for (let at = place; at < this.world.partitionCount; at += memberIds.length) partitions.push(at)
      return { memberId, assignment: Uint8Array.from(partitions) }
    })
  }

  private sync(assignments: { memberId: string; assignment: Uint8Array }[]): void {
    const { group: groupId, memberId, generationId } = this
    const { groupInstanceId } = this.habits
    const common = { groupId, memberId, generationId, groupInstanceId }
    const command = {
      type: 'syncGroup',
      waiter: this.world.newName('waiter'),
      request: { ...common, protocolType: 'consumer', protocolName: 'range', assignments },
    } as const
    const { owner } = this
    // Who owns what is told when the coordinator says so, whether or not that is heard.
    const overhear = ({ response }: Reply<'syncGroup'>) =>
      this.world.ledger.assign(groupId, generationId, owner, response.assignment)
    this.ask(
      command,
      ({ response: { errorCode, assignment } }) => {
        if (errorCode !== ErrorCode.NONE) this.fail(errorCode)
        else this.fetch([...assignment])
      },
      overhear,
    )
  }

  private fetch(partitions: number[]): void {
    const topics = [{ topicId: zeroUuid, name: TOPIC, partitionIndexes: partitions }]
    const request = { groupId: this.group, memberId: null, memberEpoch: -1, topics }
    const { generationId } = this
    const overhear = ({ response }: Reply<'offsetFetch'>) => {
      for (const { partitionIndex, committedOffset, errorCode } of response.topics.flatMap(topic => topic.partitions))
        if (errorCode === ErrorCode.NONE) this.world.ledger.fetch(this.group, partitionIndex, committedOffset)
    }
    const answered = ({ response }: Reply<'offsetFetch'>) => {
      if (generationId !== this.generationId) return
      const found = response.topics.flatMap(topic => topic.partitions)
      const { attempt } = this
      if (found.some(({ errorCode }) => errorCode === ErrorCode.UNSTABLE_OFFSET_COMMIT)) {
        this.world.agenda.after(RETRY_MS, () => {
          if (attempt === this.attempt) this.fetch(partitions)
        })
        return
      }
      this.positions = new Map(found.map(one => [one.partitionIndex, Math.max(one.committedOffset, 0)]))
    }
    this.ask({ type: 'offsetFetch', requireStable: true, request }, answered, overhear)
  }

  /** Heartbeats for as long as this life lasts. */
  private beat(life: number): void {
    if (life !== this.life) return
    if (this.positions && !this.isPaused) {
      const { group: groupId, memberId, generationId } = this
      const request = { groupId, memberId, generationId, groupInstanceId: this.habits.groupInstanceId }
      this.ask({ type: 'heartbeat', request }, ({ response: { errorCode } }) => {
        if (errorCode !== ErrorCode.NONE) this.fail(errorCode)
      })
    }
    this.world.agenda.after(Math.floor(this.habits.sessionTimeoutMs / 3), () => this.beat(life))
  }

  /** Reads on and commits, for as long as this life lasts. */
  private work(life: number): void {
    if (life !== this.life) return
    if (this.positions && this.positions.size > 0 && !this.isPaused) {
      if (!this.habits.isTransactional) this.commit(this.positions)
      else if (this.producerId === null || !this.world.isOpen(this.producerId)) this.commitInTransaction(this.positions)
    }
    this.world.agenda.after(1000 + this.world.random.below(4000), () => this.work(life))
  }

  /** Reads on: what it is to commit for its partitions. */
  private readOn(positions: Map<number, number>) {
    for (const [partition, offset] of positions) positions.set(partition, offset + this.world.random.below(10))
    return [...positions].map(([partitionIndex, committedOffset]) => ({
      partitionIndex,
      committedOffset,
      ...{ committedLeaderEpoch: 0, committedMetadata: this.name },
    }))
  }

  /** Who is not heard of any more, or makes a mistake, has its transaction aborted. */
  private commitInTransaction(positions: Map<number, number>): void {
    const producerId = this.world.beginTransaction()
    this.producerId = producerId
    const partitions = this.readOn(positions)
    const { group: groupId, memberId, generationId } = this
    const common = { groupId, memberId, generationId, groupInstanceId: this.habits.groupInstanceId }
    const request = { ...common, producerId, producerEpoch: 0, topics: [{ name: TOPIC, partitions }] }
    this.ask({ type: 'txnOffsetCommit', request }, ({ response }) => {
      const errorCode = response.topics[0]?.partitions[0]?.errorCode ?? ErrorCode.NONE
      const isCommit = errorCode === ErrorCode.NONE && this.world.random.below(4) > 0
      const committed = () => {
        for (const { partitionIndex, committedOffset } of partitions)
          this.world.ledger.acknowledge(groupId, partitionIndex, committedOffset)
      }
      // Whatever becomes of its group meanwhile: who gets its partitions has to wait.
      const end = () => this.world.endTransaction(producerId, isCommit, committed)
      this.world.agenda.after(this.world.random.below(MAX_TRANSACTION_MS), end)
      if (errorCode !== ErrorCode.NONE) this.fail(errorCode)
    })
  }

  private commit(positions: Map<number, number>): void {
    const partitions = this.readOn(positions)
    const { group: groupId, memberId, generationId: generationIdOrMemberEpoch } = this
    const { groupInstanceId } = this.habits
    const common = { groupId, memberId, generationIdOrMemberEpoch, groupInstanceId, retentionTimeMs: -1 }
    const request = { ...common, topics: [{ topicId: zeroUuid, name: TOPIC, partitions }] }
    const overhear = ({ response }: Reply<'offsetCommit'>) => {
      const errorCode = response.topics[0]?.partitions[0]?.errorCode
      if (errorCode !== ErrorCode.NONE) return
      for (const { partitionIndex, committedOffset } of partitions)
        this.world.ledger.acknowledge(groupId, partitionIndex, committedOffset)
    }
    const answered = ({ response }: Reply<'offsetCommit'>) => {
      const errorCode = response.topics[0]?.partitions[0]?.errorCode ?? ErrorCode.NONE
      if (errorCode !== ErrorCode.NONE) this.fail(errorCode)
    }
    this.ask({ type: 'offsetCommit', version: 9, request }, answered, overhear)
  }

  /** What clients do about an error: another id, or another try. */
  private fail(errorCode: ErrorCode): void {
    const { UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, GROUP_ID_NOT_FOUND } = ErrorCode
    const { ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, NOT_COORDINATOR } = ErrorCode
    const isStranger = [UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, GROUP_ID_NOT_FOUND].some(code => code === errorCode)
    if (isStranger) this.memberId = ''
    else if (![ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, NOT_COORDINATOR].some(code => code === errorCode))
      throw new Error(`${this.name} is told ${errorName(errorCode)}`)
    this.retry()
  }

  private retry(): void {
    const attempt = ++this.attempt
    this.positions = null
    this.world.agenda.after(RETRY_MS, () => {
      if (attempt === this.attempt) this.join()
    })
  }

  /** Asks the coordinator. `overhear` is told of an answer when it is given, heard or not; one that is lost is asked for anew. */
  private ask<C extends GroupCommand & { readonly type: GroupReply['type'] }>(
    command: C,
    take: (reply: Reply<C['type']>) => void,
    overhear: (reply: Reply<C['type']>) => void = () => {},
  ): void {
    const { attempt } = this
    const hear = (reply: GroupReply | null): void => {
      if (attempt !== this.attempt) return
      if (this.isPaused) this.world.agenda.after(RETRY_MS, () => hear(reply))
      else if (reply) take(typed(command, reply))
      else this.retry()
    }
    this.world.send(this, command, hear, reply => overhear(typed(command, reply)))
  }
}

function typed<C extends GroupCommand>(command: C, reply: GroupReply): Reply<C['type'] & GroupReply['type']> {
  if (reply.type !== command.type) throw new Error(`${command.type} is answered with ${reply.type}`)
  // The type of a reply is that of its command, as was just seen.
  return reply as Reply<C['type'] & GroupReply['type']>
}
