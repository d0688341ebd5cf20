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
  member.timerAtMs = null
  if (member.sessionEndMs > outcome.now) {
    // Where the clock was set back, the end would be further away than the member ever asked for.
    member.sessionEndMs = Math.min(member.sessionEndMs, outcome.now + member.sessionTimeoutMs)
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
