/** LeaveGroup: members go, by id or by the name of their instance (GroupMetadataManager.classicGroupLeave). @module */
import { ErrorCode } from '../../../wire/errors.ts'
import type { LeaveGroup, LeaveGroupRequest, LeaveGroupResponse } from '../commands.ts'
import type { Outcome } from '../outcome.ts'
import { keepGroup } from './find.ts'
import type { ClassicGroup } from './group.ts'
import { rebalance, removeMember } from './rebalance.ts'
import { endSession } from './sessions.ts'

type LeavingMember = LeaveGroupRequest['members'][number]

/** A code for each of the members. If any has gone, those who stay rebalance. */
export function decideLeaveGroup(outcome: Outcome, { request }: LeaveGroup): void {
  const { groupId } = request
  const group = outcome.state.volatile.classic.get(groupId)
  const members = request.members.map(leaving => ({
    memberId: leaving.memberId,
    groupInstanceId: leaving.groupInstanceId,
    errorCode: group ? leave(outcome, group, leaving) : ErrorCode.UNKNOWN_MEMBER_ID,
  }))
  reply(outcome, { errorCode: ErrorCode.NONE, members })
  if (!group || members.every(({ errorCode }) => errorCode !== ErrorCode.NONE)) return
  if (group.state !== 'Empty') rebalance(outcome, group)
  keepGroup(outcome, group)
}

function leave(outcome: Outcome, group: ClassicGroup, { memberId, groupInstanceId }: LeavingMember): ErrorCode {
  if (group.pendingJoins.has(memberId)) {
    group.remove(memberId)
    endSession(outcome, group, memberId)
    return ErrorCode.NONE
  }
  const isByName = memberId === '' && groupInstanceId !== null
  const member = isByName ? group.staticMember(groupInstanceId) : group.members.get(memberId)
  if (!member) return group.identityFault(memberId, groupInstanceId)
  const fault = group.identityFault(member.memberId, groupInstanceId)
  if (fault === ErrorCode.NONE) removeMember(outcome, group, member)
  return fault
}

function reply(outcome: Outcome, response: LeaveGroupResponse): void {
  outcome.reply({ type: 'leaveGroup', response })
}
