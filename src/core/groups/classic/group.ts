/**
 * A classic group: its members, and how far they are with agreeing on who reads what. Here is what has to be true of it at
 * all times; what happens when is decided in the files beside this one.
 *
 * Empty → PreparingRebalance (all join) → CompletingRebalance (the leader assigns) → Stable → PreparingRebalance → …
 * @module
 */
import { assert } from '../../../base/assert.ts'
import { ErrorCode } from '../../../wire/errors.ts'
import type { Millis } from '../../machine.ts'
import type { GroupMetadataValue } from '../group-record.ts'
import { type ClassicMember, metadataFor, type Protocol } from './member.ts'
import { CONSUMER_PROTOCOL_TYPE, subscribedTopics } from './subscription.ts'

/** Kafka's names, which clients see; to them a group that is not there is Dead. */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

export class ClassicGroup {
  generationId = 0
  protocolType: string | null = null
  /** Chosen anew for each generation. */
  protocolName: string | null = null
  /** Null as long as there are no members. */
  leaderId: string | null = null
  /** Whether the rebalance that is being prepared is the first of a group that was empty. */
  isInitialRebalance = false
  /** Whether somebody came while the first rebalance was put off, so that it should be put off further. */
  hasNewMember = false
  /** Those who were given an id and have not come back with it (KIP-394). */
  readonly pendingJoins = new Set<string>()
  /** Those who have joined this generation and not asked for their assignment. */
  readonly pendingSyncs = new Set<string>()
  private readonly memberById = new Map<string, ClassicMember>()
  private readonly idByInstance = new Map<string, string>()
  /** How many members know a protocol. */
  private readonly supporters = new Map<string, number>()
  private awaitingJoinCount = 0
  private topics: ReadonlySet<string> | null = null
  private currentState: ClassicGroupState = 'Empty'

  constructor(
    readonly groupId: string,
    /** When it came to be in its state; -1 is not known. */
    public stateTimestampMs: Millis,
  ) {}

  get state(): ClassicGroupState {
    return this.currentState
  }
  /** In the order in which they came. */
  get members(): ReadonlyMap<string, ClassicMember> {
    return this.memberById
  }
  get joinWaiterCount(): number {
    return this.awaitingJoinCount
  }
  get hasAllMembersJoined(): boolean {
    return this.awaitingJoinCount === this.memberById.size && this.pendingJoins.size === 0
  }
  /** Whether the log can say all there is to say about it. */
  get isForgettable(): boolean {
    return this.currentState === 'Empty' && this.pendingJoins.size === 0
  }
  get isConsumerGroup(): boolean {
    return this.protocolType === CONSUMER_PROTOCOL_TYPE
  }
  /** For how long members may take to join, or to ask for their assignments: as long as the slowest wants. */
  get rebalanceTimeoutMs(): number {
    let longest = 0
    for (const { rebalanceTimeoutMs } of this.memberById.values()) longest = Math.max(longest, rebalanceTimeoutMs)
    return longest
  }
  /** What its members have subscribed to in this generation; null where that cannot be known. */
  get subscribedTopics(): ReadonlySet<string> | null {
    return this.topics
  }

  isSubscribedTo(topic: string): boolean {
    return this.topics ? this.topics.has(topic) : this.isConsumerGroup
  }

  /** Becomes what the log says of it: stable with its members, or empty. */
  restore(metadata: GroupMetadataValue, members: readonly ClassicMember[]): void {
    this.generationId = metadata.generation
    this.protocolName = metadata.protocol
    this.leaderId = metadata.leader
    for (const member of members) this.add(member, metadata.protocolType)
    this.protocolType = metadata.protocolType || null
    this.currentState = members.length > 0 ? 'Stable' : 'Empty'
    this.readSubscriptions()
  }

  moveTo(state: ClassicGroupState, now: Millis): void {
    assert(state !== this.currentState, `group ${this.groupId} is ${state} already`)
    this.isInitialRebalance = this.currentState === 'Empty'
    this.currentState = state
    this.stateTimestampMs = now
  }

  /** Takes in a member that `supports` found fit. */
  add(member: ClassicMember, protocolType: string): void {
    const { memberId, groupInstanceId } = member
    if (this.memberById.size === 0) this.protocolType = protocolType
    this.leaderId ??= memberId
    if (groupInstanceId !== null) this.idByInstance.set(groupInstanceId, memberId)
    this.memberById.set(memberId, member)
    this.count(member.protocols, 1)
    if (member.joinWaiter !== null) this.awaitingJoinCount++
    this.pendingJoins.delete(memberId)
  }

  /** Forgets a member, or one that was expected; returns the member. */
  remove(memberId: string): ClassicMember | null {
    const member = this.memberById.get(memberId) ?? null
    this.pendingJoins.delete(memberId)
    this.pendingSyncs.delete(memberId)
    if (!member) return null
    this.memberById.delete(memberId)
    this.count(member.protocols, -1)
    if (member.joinWaiter !== null) this.awaitingJoinCount--
    if (member.groupInstanceId !== null) this.idByInstance.delete(member.groupInstanceId)
    if (this.leaderId === memberId) this.leaderId = this.memberById.keys().next().value ?? null
    return member
  }

  /** Puts `member` in the place of an earlier incarnation of the same static member, as its leader too. */
  replace(earlier: ClassicMember, member: ClassicMember): void {
    const wasLeader = this.leaderId === earlier.memberId
    this.remove(earlier.memberId)
    this.add(member, this.protocolType ?? '')
    if (wasLeader) this.leaderId = member.memberId
  }

  update(member: ClassicMember, protocols: readonly Protocol[]): void {
    this.count(member.protocols, -1)
    member.protocols = protocols
    this.count(protocols, 1)
  }

  awaitJoin(member: ClassicMember, waiter: string | null): void {
    this.awaitingJoinCount += Number(waiter !== null) - Number(member.joinWaiter !== null)
    member.joinWaiter = waiter
  }

  staticMember(groupInstanceId: string): ClassicMember | null {
    return this.memberById.get(this.idByInstance.get(groupInstanceId) ?? '') ?? null
  }

  /** What is wrong with one who says to be `memberId`: NONE where he is (ClassicGroup.validateMember). */
  identityFault(memberId: string, groupInstanceId: string | null): ErrorCode {
    if (groupInstanceId !== null) {
      const known = this.idByInstance.get(groupInstanceId)
      if (known === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
      if (known !== memberId) return ErrorCode.FENCED_INSTANCE_ID
    }
    return this.memberById.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID
  }

  /** Whether one who speaks `protocols` has one in common with all members. */
  supports(protocolType: string, protocols: readonly Protocol[]): boolean {
    if (this.currentState === 'Empty') return protocolType !== '' && protocols.length > 0
    return protocolType === this.protocolType && protocols.some(({ name }) => this.isCommon(name))
  }

  /** The protocol that most members like best of those that all know; among equals the one that was named first. */
  selectProtocol(): string | null {
    const votes = new Map<string, number>()
    for (const { protocols } of this.memberById.values()) {
      const choice = protocols.find(({ name }) => this.isCommon(name))
      if (choice) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1)
    }
    const [best] = [...votes].sort(([, a], [, b]) => b - a)
    return best?.[0] ?? null
  }

  /** Makes sure that the leader is one who has joined. False where nobody has. */
  electJoinedLeader(): boolean {
    const leader = this.memberById.get(this.leaderId ?? '')
    if (leader && leader.joinWaiter !== null) return true
    for (const { memberId, joinWaiter } of this.memberById.values()) {
      if (joinWaiter === null) continue
      this.leaderId = memberId
      return true
    }
    return false
  }

  /** Begins the next generation, with those who are members now. */
  beginGeneration(now: Millis): void {
    this.generationId++
    this.pendingSyncs.clear()
    this.protocolName = this.selectProtocol()
    this.readSubscriptions()
    this.moveTo(this.memberById.size > 0 ? 'CompletingRebalance' : 'Empty', now)
  }

  /** Looks into what consumers say of themselves for the topics they are subscribed to. */
  readSubscriptions(): void {
    const subscriptions = [...this.memberById.values()].map(member => metadataFor(member, this.protocolName))
    this.topics = this.isConsumerGroup ? subscribedTopics(subscriptions) : null
  }

  private isCommon(protocol: string): boolean {
    return (this.supporters.get(protocol) ?? 0) === this.memberById.size
  }

  private count(protocols: readonly Protocol[], change: 1 | -1): void {
    for (const name of new Set(protocols.map(protocol => protocol.name))) {
      const count = (this.supporters.get(name) ?? 0) + change
      if (count > 0) this.supporters.set(name, count)
      else this.supporters.delete(name)
    }
  }
}
