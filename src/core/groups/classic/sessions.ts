/**
 * Who is not heard of is gone. A session's timer is set when the session begins; what the member sends later moves the
 * session's end alone, and the timer that finds it moved is set again.
 * @module
 */
import type { Millis } from '../../machine.ts'
import type { Outcome } from '../outcome.ts'
import type { ClassicGroup } from './group.ts'
import type { ClassicMember } from './member.ts'

/** Ids may be anything: the length keeps two pairs apart that would read the same. */
function sessionKey(groupId: string, memberId: string): string {
  return `session ${groupId.length} ${groupId} ${memberId}`
}

/** The session lasts for as long as the member asked, or for `timeoutMs`, from now on. */
export function extendSession(
  outcome: Outcome,
  { groupId }: ClassicGroup,
  member: ClassicMember,
  timeoutMs: Millis = member.sessionTimeoutMs,
): void {
  member.sessionEndMs = outcome.now + timeoutMs
  if (member.timerAtMs === null || member.timerAtMs > member.sessionEndMs) setSessionTimer(outcome, groupId, member)
}

/** Sets the timer for the session's end as it is now. */
export function setSessionTimer(outcome: Outcome, groupId: string, member: ClassicMember): void {
  const { memberId, sessionEndMs } = member
  member.timerAtMs = sessionEndMs
  outcome.setTimer(sessionKey(groupId, memberId), sessionEndMs, { type: 'sessionEnded', groupId, memberId })
}

/** Gives one who is expected to join until `timeoutMs` from now. */
export function expectMember(outcome: Outcome, groupId: string, memberId: string, timeoutMs: Millis): void {
  const at = outcome.now + timeoutMs
  outcome.setTimer(sessionKey(groupId, memberId), at, { type: 'sessionEnded', groupId, memberId })
}

/** Nobody is waited for any more under this id. */
export function endSession(outcome: Outcome, { groupId }: ClassicGroup, memberId: string): void {
  outcome.cancelTimer(sessionKey(groupId, memberId))
}
