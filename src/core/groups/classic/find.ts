/** Classic groups while they are being decided about: found, and kept for as long as there is more to them than the log has. @module */
import type { Outcome } from '../outcome.ts'
import type { ClassicGroup } from './group.ts'
import { restoreGroup } from './stored.ts'

/** The group as it is, or null where there is none. One that is not kept yet is empty. */
export function findGroup({ state, now }: Outcome, groupId: string): ClassicGroup | null {
  const kept = state.volatile.classic.get(groupId)
  if (kept) return kept
  const stored = state.groups.get(groupId)
  return stored ? restoreGroup(groupId, stored.metadata, now) : null
}

/** Keeps the group, or forgets it: to be called once a decision has changed it. */
export function keepGroup({ state }: Outcome, group: ClassicGroup): void {
  if (group.isForgettable) state.volatile.classic.delete(group.groupId)
  else state.volatile.classic.set(group.groupId, group)
}
