/** What happens to classic groups as time goes by. @module */
import type { GroupTimer } from '../commands.ts'
import type { Outcome } from '../outcome.ts'
import { keepGroup } from './find.ts'
import type { ClassicGroup } from './group.ts'
import { completeJoinPhase, endInitialDelay, prepareRebalance, removeMember } from './rebalance.ts'
import { setSessionTimer } from './sessions.ts'

/** The timers of one group. */
export type ClassicGroupTimer = Exclude<GroupTimer, { readonly type: 'expireOffsets' }>

/** A timer that comes for what is no more changes nothing. */
export function decideClassicGroupTimer(outcome: Outcome, timer: ClassicGroupTimer): void {
  const group = outcome.state.volatile.classic.get(timer.groupId)
  if (!group) return
  ring(outcome, group, timer)
  keepGroup(outcome, group)
}

function ring(outcome: Outcome, group: ClassicGroup, timer: ClassicGroupTimer): void {
  switch (timer.type) {
    case 'sessionEnded':
      endMemberSession(outcome, group, timer.memberId)
      return
    case 'initialDelayEnded':
      if (group.state === 'PreparingRebalance') endInitialDelay(outcome, group, timer.delayMs, timer.remainingMs)
      return
    case 'joinPhaseEnded':
      if (group.state === 'PreparingRebalance') completeJoinPhase(outcome, group)
      return
    case 'syncPhaseEnded':
      if (timer.generationId === group.generationId) endSyncPhase(outcome, group)
  }
}

function endMemberSession(outcome: Outcome, group: ClassicGroup, memberId: string): void {
  if (group.pendingJoins.delete(memberId)) {
    completeIfAllJoined(outcome, group)
    return
  }
  const member = group.members.get(memberId)
  if (!member) return
  // The moment that the timer was set for has come, whatever the clock says: it may have been set meanwhile.
  const movedMs = member.sessionEndMs - (member.timerAtMs ?? member.sessionEndMs)
  member.timerAtMs = null
  if (movedMs > 0) {
    member.sessionEndMs = outcome.now + Math.min(movedMs, member.sessionTimeoutMs)
    setSessionTimer(outcome, group.groupId, member)
    return
  }
  // Who waits for the others cannot be heard of; the answer begins the session anew.
  const isWaiting = member.joinWaiter !== null || member.syncWaiter !== null
  if (isWaiting && !member.isNew) return
  removeMember(outcome, group, member)
  if (group.state === 'PreparingRebalance') completeIfAllJoined(outcome, group)
  else prepareRebalance(outcome, group)
}

function completeIfAllJoined(outcome: Outcome, group: ClassicGroup): void {
  if (group.state === 'PreparingRebalance' && group.hasAllMembersJoined) completeJoinPhase(outcome, group)
}

/** Those who joined and never asked for their assignment are gone. */
function endSyncPhase(outcome: Outcome, group: ClassicGroup): void {
  if (group.pendingSyncs.size === 0) return
  for (const memberId of [...group.pendingSyncs]) {
    const member = group.members.get(memberId)
    if (member) removeMember(outcome, group, member)
  }
  prepareRebalance(outcome, group)
}
