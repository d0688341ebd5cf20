/** Answers to the members of a group who wait for one another. Nobody is left without one. @module */

import { noBytes } from '../../../base/bytes.ts'
import { ErrorCode } from '../../../wire/errors.ts'
import type { JoinGroupResponse, SyncGroupResponse } from '../commands.ts'
import type { Outcome } from '../outcome.ts'
import { joinRefusal, syncRefusal } from '../refusal.ts'
import type { ClassicGroup } from './group.ts'
import { type ClassicMember, metadataFor } from './member.ts'

/** Answers the member's JoinGroup if it waits for that. */
export function answerJoin(
  outcome: Outcome,
  group: ClassicGroup,
  member: ClassicMember,
  response: JoinGroupResponse,
): void {
  if (member.joinWaiter === null) return
  outcome.answer(member.joinWaiter, { type: 'joinGroup', response })
  group.awaitJoin(member, null)
}

/** Answers the member's SyncGroup if it waits for that. */
export function answerSync(outcome: Outcome, member: ClassicMember, response: SyncGroupResponse): boolean {
  if (member.syncWaiter === null) return false
  outcome.answer(member.syncWaiter, { type: 'syncGroup', response })
  member.syncWaiter = null
  return true
}

/** The member is no more, or another came under its name. */
export function dismiss(outcome: Outcome, group: ClassicGroup, member: ClassicMember, errorCode: ErrorCode): void {
  const memberId = errorCode === ErrorCode.UNKNOWN_MEMBER_ID ? '' : member.memberId
  answerJoin(outcome, group, member, joinRefusal(memberId, errorCode))
  answerSync(outcome, member, syncRefusal(errorCode))
}

/** Who joined which generation; the leader is told of everybody. */
export function joined(group: ClassicGroup, { memberId }: ClassicMember): JoinGroupResponse {
  return {
    errorCode: ErrorCode.NONE,
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leaderId ?? '',
    skipAssignment: false,
    memberId,
    members: group.leaderId === memberId ? everybody(group) : [],
  }
}

function everybody(group: ClassicGroup): JoinGroupResponse['members'] {
  return [...group.members.values()].map(member => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: metadataFor(member, group.protocolName) ?? noBytes,
  }))
}

/** The assignment that the leader gave the member, empty if it gave none. */
export function assigned(group: ClassicGroup, { assignment }: ClassicMember): SyncGroupResponse {
  return { errorCode: ErrorCode.NONE, protocolType: group.protocolType, protocolName: group.protocolName, assignment }
}
