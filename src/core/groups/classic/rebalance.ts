/** How a group comes to its next generation (the classic part of Kafka's GroupMetadataManager). @module */
import { noBytes } from '../../../base/bytes.ts'
import { ErrorCode } from '../../../wire/errors.ts'
import type { Millis } from '../../machine.ts'
import type { Outcome } from '../outcome.ts'
import { syncRefusal } from '../refusal.ts'
import { answerJoin, answerSync, dismiss, joined } from './answers.ts'
import type { ClassicGroup } from './group.ts'
import type { ClassicMember } from './member.ts'
import { endSession, extendSession } from './sessions.ts'
import { groupMetadata } from './stored.ts'

const joinPhaseKey = (groupId: string): string => `join ${groupId}`
const syncPhaseKey = (groupId: string): string => `sync ${groupId}`

/** How long to wait at least before looking again whether a member has come without whom a group cannot go on. */
const RETRY_MS = 1000

/** Something changed that asks for a new generation. Where one is being prepared, it may be ready now. */
export function rebalance(outcome: Outcome, group: ClassicGroup): void {
  if (group.state === 'PreparingRebalance') completeJoinPhaseIfReady(outcome, group)
  else prepareRebalance(outcome, group)
}

/** All members have to join again. The first time, more of them are given the time to come. */
export function prepareRebalance(outcome: Outcome, group: ClassicGroup): void {
  if (group.state === 'CompletingRebalance') withdrawAssignments(outcome, group)
  group.pendingSyncs.clear()
  outcome.cancelTimer(syncPhaseKey(group.groupId))
  group.moveTo('PreparingRebalance', outcome.now)
  if (!group.isInitialRebalance) completeJoinPhaseOrWait(outcome, group)
  else {
    const { initialRebalanceDelayMs } = outcome.settings
    const remainingMs = Math.max(group.rebalanceTimeoutMs - initialRebalanceDelayMs, 0)
    putOffInitialRebalance(outcome, group, initialRebalanceDelayMs, remainingMs)
  }
}

/** Waits `delayMs` before the first generation, and after that `remainingMs` at most. */
function putOffInitialRebalance(outcome: Outcome, group: ClassicGroup, delayMs: Millis, remainingMs: Millis): void {
  const { groupId } = group
  if (delayMs <= 0) completeJoinPhase(outcome, group)
  else {
    const timer = { type: 'initialDelayEnded', groupId, delayMs, remainingMs } as const
    outcome.setTimer(joinPhaseKey(groupId), outcome.now + delayMs, timer)
  }
}

/** The first generation begins, unless more members came while it was put off. */
export function endInitialDelay(outcome: Outcome, group: ClassicGroup, delayMs: Millis, remainingMs: Millis): void {
  if (!group.hasNewMember || remainingMs === 0) completeJoinPhase(outcome, group)
  else {
    group.hasNewMember = false
    const nextDelayMs = Math.min(outcome.settings.initialRebalanceDelayMs, remainingMs)
    putOffInitialRebalance(outcome, group, nextDelayMs, Math.max(remainingMs - delayMs, 0))
  }
}

/** A first generation is not begun early: its members are not all there is. */
export function completeJoinPhaseIfReady(outcome: Outcome, group: ClassicGroup): void {
  if (group.state !== 'PreparingRebalance' || group.isInitialRebalance) return
  if (group.hasAllMembersJoined) completeJoinPhase(outcome, group)
}

function completeJoinPhaseOrWait(outcome: Outcome, group: ClassicGroup): void {
  if (group.hasAllMembersJoined) completeJoinPhase(outcome, group)
  else setJoinPhaseTimer(outcome, group, group.rebalanceTimeoutMs)
}

function setJoinPhaseTimer(outcome: Outcome, { groupId }: ClassicGroup, delayMs: Millis): void {
  outcome.setTimer(joinPhaseKey(groupId), outcome.now + delayMs, { type: 'joinPhaseEnded', groupId })
}

/** The next generation is those who have joined, and static members, who may be restarting. */
export function completeJoinPhase(outcome: Outcome, group: ClassicGroup): void {
  outcome.cancelTimer(joinPhaseKey(group.groupId))
  for (const member of [...group.members.values()]) {
    if (member.joinWaiter === null && member.groupInstanceId === null) removeMember(outcome, group, member)
  }
  if (!group.electJoinedLeader() && group.members.size > 0) {
    setJoinPhaseTimer(outcome, group, Math.max(group.rebalanceTimeoutMs, RETRY_MS))
    return
  }
  group.beginGeneration(outcome.now)
  if (group.state === 'Empty') outcome.writeGroup(group.groupId, groupMetadata(group, new Map()))
  else beginSyncPhase(outcome, group)
}

/** Tells everybody of the new generation; the leader is to say who gets what. */
function beginSyncPhase(outcome: Outcome, group: ClassicGroup): void {
  const { groupId, generationId } = group
  for (const member of group.members.values()) {
    answerJoin(outcome, group, member, joined(group, member))
    extendSession(outcome, group, member)
    member.isNew = false
    group.pendingSyncs.add(member.memberId)
  }
  const at = outcome.now + group.rebalanceTimeoutMs
  outcome.setTimer(syncPhaseKey(groupId), at, { type: 'syncPhaseEnded', groupId, generationId })
}

/** The member has asked for its assignment. Those who never do are removed. */
export function noteSync(outcome: Outcome, group: ClassicGroup, memberId: string): void {
  if (group.pendingSyncs.delete(memberId) && group.pendingSyncs.size === 0)
    outcome.cancelTimer(syncPhaseKey(group.groupId))
}

function withdrawAssignments(outcome: Outcome, group: ClassicGroup): void {
  for (const member of group.members.values()) {
    member.assignment = noBytes
    const isAnswered = answerSync(outcome, member, syncRefusal(ErrorCode.REBALANCE_IN_PROGRESS))
    if (isAnswered) extendSession(outcome, group, member)
  }
}

/** Ends the session too. The rebalance that follows is left to the caller. */
export function removeMember(outcome: Outcome, group: ClassicGroup, member: ClassicMember): void {
  dismiss(outcome, group, member, ErrorCode.UNKNOWN_MEMBER_ID)
  group.remove(member.memberId)
  endSession(outcome, group, member.memberId)
}

/** Forgets what was to happen to the group later. */
export function cancelPhases(outcome: Outcome, groupId: string): void {
  outcome.cancelTimer(joinPhaseKey(groupId))
  outcome.cancelTimer(syncPhaseKey(groupId))
}
