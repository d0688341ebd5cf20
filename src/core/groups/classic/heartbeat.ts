/** Heartbeat: a member lives, and hears whether the group wants something (GroupMetadataManager.classicGroupHeartbeat). @module */
import { ErrorCode } from '../../../wire/errors.ts'
import type { Heartbeat, HeartbeatRequest } from '../commands.ts'
import type { Outcome } from '../outcome.ts'
import { extendSession } from './sessions.ts'

/** Extends the session, also where the answer is REBALANCE_IN_PROGRESS: that member lives, and is to join again. */
export function decideHeartbeat(outcome: Outcome, { request }: Heartbeat): void {
  outcome.reply({ type: 'heartbeat', response: { errorCode: beat(outcome, request) } })
}

function beat(outcome: Outcome, { groupId, memberId, groupInstanceId, generationId }: HeartbeatRequest): ErrorCode {
  const group = outcome.state.volatile.classic.get(groupId)
  const member = group?.members.get(memberId)
  const fault = group ? group.identityFault(memberId, groupInstanceId) : ErrorCode.UNKNOWN_MEMBER_ID
  if (fault !== ErrorCode.NONE || !group || !member) return fault
  if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION
  extendSession(outcome, group, member)
  return group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE
}
