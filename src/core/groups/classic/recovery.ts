/** Classic groups as the log has them: after a restart, and after the log refused what came next. @module */
import { ErrorCode } from '../../../wire/errors.ts'
import type { GroupCommand, GroupReply, OffsetCommitRequest } from '../commands.ts'
import { scheduleExpiry } from '../expiry.ts'
import type { Outcome } from '../outcome.ts'
import { joinRefusal, syncRefusal } from '../refusal.ts'
import { keepGroup } from './find.ts'
import { cancelPhases, prepareRebalance } from './rebalance.ts'
import { endSession, extendSession, setSessionTimer } from './sessions.ts'
import { restoreGroup } from './stored.ts'

/** GroupMetadataManager.onLoaded: the members that the log has begin a new session. */
export function decidePartitionLoaded(outcome: Outcome): void {
  for (const groupId of outcome.state.groups.keys()) loadGroup(outcome, groupId)
}

function loadGroup(outcome: Outcome, groupId: string): void {
  const { state, settings, now } = outcome
  const metadata = state.groups.get(groupId)?.metadata
  if (!metadata || metadata.members.length === 0) return
  const group = restoreGroup(groupId, metadata, now)
  for (const member of group.members.values()) extendSession(outcome, group, member)
  if (group.members.size > settings.maxSize) prepareRebalance(outcome, group)
  keepGroup(outcome, group)
}

/** What `decide` changed before the journal refused it is undone, by going back to what the journal has. */
export function decideJournalRefused(outcome: Outcome, command: GroupCommand): void {
  for (const [waiter, reply] of outcome.state.volatile.answers) if (waiter !== '') refuse(outcome, waiter, reply)
  if (command.type === 'expireOffsets') scheduleExpiry(outcome)
  else if (command.type === 'offsetCommit') restartSession(outcome, command.request)
  const groupId = groupOf(command)
  if (groupId === null) return
  forgetGroup(outcome, groupId, 'waiter' in command ? command.waiter : '')
  loadGroup(outcome, groupId)
}

/** A commit changes nothing but the member's session, whose timer may have come to nothing. */
function restartSession(outcome: Outcome, { groupId, memberId }: OffsetCommitRequest): void {
  const member = outcome.state.volatile.classic.get(groupId)?.members.get(memberId)
  if (member) setSessionTimer(outcome, groupId, member)
}

/** Which group's volatile state the command may have changed, or null. */
function groupOf(command: GroupCommand): string | null {
  switch (command.type) {
    case 'joinGroup':
    case 'syncGroup':
    case 'leaveGroup':
      return command.request.groupId
    case 'deleteGroup':
    case 'sessionEnded':
    case 'initialDelayEnded':
    case 'joinPhaseEnded':
    case 'syncPhaseEnded':
      return command.groupId
    default:
      return null
  }
}

/** Sends everybody away who waits, but for the caller. */
function forgetGroup(outcome: Outcome, groupId: string, callersWaiter: string): void {
  const { classic } = outcome.state.volatile
  const group = classic.get(groupId)
  if (!group) return
  cancelPhases(outcome, groupId)
  for (const memberId of group.pendingJoins) endSession(outcome, group, memberId)
  for (const member of group.members.values()) {
    const { memberId, joinWaiter, syncWaiter } = member
    endSession(outcome, group, memberId)
    if (joinWaiter !== null && joinWaiter !== callersWaiter)
      outcome.answer(joinWaiter, { type: 'joinGroup', response: joinRefusal(memberId, ErrorCode.NOT_COORDINATOR) })
    if (syncWaiter !== null && syncWaiter !== callersWaiter)
      outcome.answer(syncWaiter, { type: 'syncGroup', response: syncRefusal(ErrorCode.NOT_COORDINATOR) })
  }
  classic.delete(groupId)
}

/** Takes back an answer that was not given. */
function refuse(outcome: Outcome, waiter: string, reply: GroupReply): void {
  if (reply.type === 'joinGroup') {
    const response = joinRefusal(reply.response.memberId, ErrorCode.NOT_COORDINATOR)
    outcome.answer(waiter, { type: 'joinGroup', response })
  } else if (reply.type === 'syncGroup') {
    outcome.answer(waiter, { type: 'syncGroup', response: syncRefusal(ErrorCode.NOT_COORDINATOR) })
  }
}
