/** SyncGroup: the leader says who gets what, the others are told (GroupMetadataManager.classicGroupSync). @module */
import { noBytes } from '../../../base/bytes.ts'
import { ErrorCode } from '../../../wire/errors.ts'
import type { SyncGroup, SyncGroupRequest } from '../commands.ts'
import type { Outcome } from '../outcome.ts'
import { syncRefusal } from '../refusal.ts'
import { answerSync, assigned } from './answers.ts'
import type { ClassicGroup } from './group.ts'
import type { ClassicMember } from './member.ts'
import { noteSync } from './rebalance.ts'
import { extendSession } from './sessions.ts'
import { groupMetadata } from './stored.ts'

/** Answers at once in a stable group, else the command's `waiter` when the leader has assigned. */
export function decideSyncGroup(outcome: Outcome, { request, waiter }: SyncGroup): void {
  const group = outcome.state.volatile.classic.get(request.groupId)
  const member = group?.members.get(request.memberId)
  const fault = requestFault(group, request)
  if (fault !== ErrorCode.NONE || !group || !member) refuse(outcome, fault)
  else if (group.state === 'PreparingRebalance') refuse(outcome, ErrorCode.REBALANCE_IN_PROGRESS)
  else if (group.state === 'Stable') {
    noteSync(outcome, group, member.memberId)
    outcome.reply({ type: 'syncGroup', response: assigned(group, member) })
  } else awaitAssignment(outcome, group, member, request, waiter)
}

function requestFault(group: ClassicGroup | undefined, request: SyncGroupRequest): ErrorCode {
  const { memberId, groupInstanceId, generationId, protocolType, protocolName } = request
  if (!group) return ErrorCode.UNKNOWN_MEMBER_ID
  const fault = group.identityFault(memberId, groupInstanceId)
  if (fault !== ErrorCode.NONE) return fault
  if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION
  const isSame = agrees(protocolType, group.protocolType) && agrees(protocolName, group.protocolName)
  return isSame ? ErrorCode.NONE : ErrorCode.INCONSISTENT_GROUP_PROTOCOL
}

/** What is not known on either side is not compared. */
function agrees(asked: string | null, known: string | null): boolean {
  return asked === null || known === null || asked === known
}

function awaitAssignment(
  outcome: Outcome,
  group: ClassicGroup,
  member: ClassicMember,
  request: SyncGroupRequest,
  waiter: string,
): void {
  // It has asked before, on a connection that it has probably lost.
  answerSync(outcome, member, syncRefusal(ErrorCode.REBALANCE_IN_PROGRESS))
  member.syncWaiter = waiter
  noteSync(outcome, group, member.memberId)
  if (group.leaderId === member.memberId) assign(outcome, group, request.assignments)
}

/** The leader's word makes the generation, and is what a restart remembers of it. */
function assign(outcome: Outcome, group: ClassicGroup, assignments: SyncGroupRequest['assignments']): void {
  const byMember = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment.slice()]))
  outcome.writeGroup(group.groupId, groupMetadata(group, byMember))
  for (const member of group.members.values()) {
    member.assignment = byMember.get(member.memberId) ?? noBytes
    if (answerSync(outcome, member, assigned(group, member))) extendSession(outcome, group, member)
  }
  group.moveTo('Stable', outcome.now)
}

function refuse(outcome: Outcome, errorCode: ErrorCode): void {
  outcome.reply({ type: 'syncGroup', response: syncRefusal(errorCode) })
}
