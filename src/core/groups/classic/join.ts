/** JoinGroup: who becomes a member, and what that means to the others (GroupMetadataManager.classicGroupJoin). @module */
import { noBytes } from '../../../base/bytes.ts'
import { ErrorCode } from '../../../wire/errors.ts'
import type { JoinGroup, JoinGroupResponse } from '../commands.ts'
import type { Outcome } from '../outcome.ts'
import { joinRefusal } from '../refusal.ts'
import { answerJoin, dismiss, joined } from './answers.ts'
import { findGroup, keepGroup } from './find.ts'
import { ClassicGroup } from './group.ts'
import { type ClassicMember, hasSameProtocols, ownProtocols, type Protocol } from './member.ts'
import { completeJoinPhaseIfReady, prepareRebalance, rebalance } from './rebalance.ts'
import { endSession, expectMember, extendSession } from './sessions.ts'
import { groupMetadata, newGroupMetadata } from './stored.ts'

const MEMBER_ID_REQUIRED_VERSION = 4
const SKIP_ASSIGNMENT_VERSION = 9

/** How long a new member may wait for its first generation: until then it cannot say that it lives. */
const NEW_MEMBER_TIMEOUT_MS = 5 * 60_000

/** Answers at once, or the command's `waiter` when the generation has begun. */
export function decideJoinGroup(outcome: Outcome, command: JoinGroup): void {
  const { groupId, memberId } = command.request
  const errorCode = requestFault(outcome, command)
  if (errorCode !== ErrorCode.NONE) refuse(outcome, memberId, errorCode)
  else {
    const known = findGroup(outcome, groupId)
    if (!known && memberId !== '') refuse(outcome, memberId, ErrorCode.UNKNOWN_MEMBER_ID)
    else join(outcome, known ?? new ClassicGroup(groupId, outcome.now), command)
  }
}

function requestFault({ settings }: Outcome, { request: { sessionTimeoutMs } }: JoinGroup): ErrorCode {
  const isInBounds =
    sessionTimeoutMs >= settings.minSessionTimeoutMs && sessionTimeoutMs <= settings.maxSessionTimeoutMs
  return isInBounds ? ErrorCode.NONE : ErrorCode.INVALID_SESSION_TIMEOUT
}

function join(outcome: Outcome, group: ClassicGroup, command: JoinGroup): void {
  const { groupId, memberId, groupInstanceId, protocolType, protocols } = command.request
  if (!hasRoomFor(outcome, group, memberId)) {
    group.remove(memberId)
    endSession(outcome, group, memberId)
    refuse(outcome, '', ErrorCode.GROUP_MAX_SIZE_REACHED)
  } else if (!group.supports(protocolType, protocols)) refuse(outcome, memberId, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  else if (memberId !== '') rejoin(outcome, group, command)
  else if (groupInstanceId !== null) joinAsStaticMember(outcome, group, command, groupInstanceId)
  else joinAsDynamicMember(outcome, group, command)
  keepGroup(outcome, group)
  // Kafka creates the group for one whom it refuses, too. Here that leaves nothing behind.
  if (!group.isForgettable && !outcome.state.groups.has(groupId)) outcome.writeGroup(groupId, newGroupMetadata(group))
}

/** While a generation is being prepared those count who have come for it (GroupMetadataManager.acceptJoiningMember). */
function hasRoomFor({ settings }: Outcome, group: ClassicGroup, memberId: string): boolean {
  const member = group.members.get(memberId)
  if (group.state === 'Empty') return true
  if (group.state === 'PreparingRebalance')
    return (member && member.joinWaiter !== null) || group.joinWaiterCount < settings.maxSize
  return member !== undefined || group.members.size < settings.maxSize
}

function joinAsDynamicMember(outcome: Outcome, group: ClassicGroup, command: JoinGroup): void {
  const memberId = `${command.client.id}-${command.uuid}`
  if (command.version < MEMBER_ID_REQUIRED_VERSION) {
    addMember(outcome, group, command, memberId)
    return
  }
  group.pendingJoins.add(memberId)
  expectMember(outcome, group.groupId, memberId, command.request.sessionTimeoutMs)
  refuse(outcome, memberId, ErrorCode.MEMBER_ID_REQUIRED)
}

function joinAsStaticMember(outcome: Outcome, group: ClassicGroup, command: JoinGroup, groupInstanceId: string): void {
  const memberId = `${groupInstanceId}-${command.uuid}`
  const earlier = group.staticMember(groupInstanceId)
  if (earlier) replaceStaticMember(outcome, group, command, earlier, memberId)
  else addMember(outcome, group, command, memberId)
}

function addMember(outcome: Outcome, group: ClassicGroup, command: JoinGroup, memberId: string): void {
  const { request, client, waiter } = command
  const member: ClassicMember = {
    memberId,
    groupInstanceId: request.groupInstanceId,
    clientId: client.id,
    clientHost: client.host,
    rebalanceTimeoutMs: rebalanceTimeoutOf(command),
    sessionTimeoutMs: request.sessionTimeoutMs,
    protocols: ownProtocols(request.protocols),
    assignment: noBytes,
    isNew: true,
    joinWaiter: waiter,
    syncWaiter: null,
    sessionEndMs: 0,
    timerAtMs: null,
  }
  if (group.state === 'PreparingRebalance' && group.isInitialRebalance) group.hasNewMember = true
  group.add(member, request.protocolType)
  extendSession(outcome, group, member, NEW_MEMBER_TIMEOUT_MS)
  rebalance(outcome, group)
}

function rebalanceTimeoutOf({ version, request }: JoinGroup): number {
  return version === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs
}

/** One who says to have been here before. */
function rejoin(outcome: Outcome, group: ClassicGroup, command: JoinGroup): void {
  const { memberId, groupInstanceId, protocols } = command.request
  if (group.pendingJoins.has(memberId)) {
    // Ids are kept for dynamic members alone: Kafka stumbles over this.
    if (groupInstanceId !== null) refuse(outcome, '', ErrorCode.UNKNOWN_SERVER_ERROR)
    else addMember(outcome, group, command, memberId)
    return
  }
  const fault = group.identityFault(memberId, groupInstanceId)
  const member = group.members.get(memberId)
  if (fault !== ErrorCode.NONE || !member) refuse(outcome, memberId, fault)
  else if (asksForRebalance(group, member, protocols)) {
    updateMember(outcome, group, command, member)
    rebalance(outcome, group)
  } else reply(outcome, { ...joined(group, member), ...(group.state === 'Stable' && { members: [] }) })
}

/**
 * A leader rejoins to have everybody assigned anew, another member where it has something new to say. Else the answer to
 * an earlier JoinGroup was lost.
 */
function asksForRebalance(group: ClassicGroup, member: ClassicMember, protocols: readonly Protocol[]): boolean {
  if (group.state === 'PreparingRebalance') return true
  if (group.state === 'Stable' && group.leaderId === member.memberId) return true
  return !hasSameProtocols(member, protocols)
}

function updateMember(outcome: Outcome, group: ClassicGroup, command: JoinGroup, member: ClassicMember): void {
  const { request, waiter } = command
  // It has asked before, on a connection that it has probably lost.
  answerJoin(outcome, group, member, joinRefusal(member.memberId, ErrorCode.REBALANCE_IN_PROGRESS))
  group.update(member, ownProtocols(request.protocols))
  member.rebalanceTimeoutMs = rebalanceTimeoutOf(command)
  member.sessionTimeoutMs = request.sessionTimeoutMs
  group.awaitJoin(member, waiter)
}

/** A static member has restarted. If nothing changes for the others, they do not hear of it (KIP-345). */
function replaceStaticMember(
  outcome: Outcome,
  group: ClassicGroup,
  command: JoinGroup,
  earlier: ClassicMember,
  memberId: string,
): void {
  const formerLeaderId = group.leaderId
  dismiss(outcome, group, earlier, ErrorCode.FENCED_INSTANCE_ID)
  endSession(outcome, group, earlier.memberId)
  // Nobody is new who was here before: while it waits its session does not end (ClassicGroup.replaceStaticMember).
  const member = { ...earlier, memberId, isNew: false, timerAtMs: null }
  group.replace(earlier, member)
  extendSession(outcome, group, member)
  updateMember(outcome, group, command, member)
  if (group.state === 'CompletingRebalance') prepareRebalance(outcome, group)
  else if (group.state === 'PreparingRebalance') completeJoinPhaseIfReady(outcome, group)
  else if (group.selectProtocol() !== group.protocolName) prepareRebalance(outcome, group)
  else {
    const assignments = new Map([...group.members].map(([id, { assignment }]) => [id, assignment]))
    outcome.writeGroup(group.groupId, groupMetadata(group, assignments))
    answerJoin(outcome, group, member, resumed(group, member, command.version, formerLeaderId))
  }
}

/**
 * Where the leader restarts, the assignment stands: it is told to skip assigning (KIP-814), or, before there was a way to
 * say so, that another leads.
 */
function resumed(
  group: ClassicGroup,
  member: ClassicMember,
  version: number,
  formerLeaderId: string | null,
): JoinGroupResponse {
  const response = joined(group, member)
  if (version < SKIP_ASSIGNMENT_VERSION) return { ...response, leader: formerLeaderId ?? '', members: [] }
  return { ...response, skipAssignment: group.leaderId === member.memberId }
}

function refuse(outcome: Outcome, memberId: string, errorCode: ErrorCode): void {
  reply(outcome, joinRefusal(memberId, errorCode))
}

function reply(outcome: Outcome, response: JoinGroupResponse): void {
  outcome.reply({ type: 'joinGroup', response })
}
