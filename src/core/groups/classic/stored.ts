/** A classic group in the form in which the log has it, and back. @module */
import { noBytes } from '../../../base/bytes.ts'
import type { Millis } from '../../machine.ts'
import type { GroupMetadataValue } from '../group-record.ts'
import { ClassicGroup } from './group.ts'
import { type ClassicMember, metadataFor } from './member.ts'

/** What the log says of a group in which nobody ever was (GroupCoordinatorRecordHelpers.newEmptyGroupMetadataRecord). */
export function newGroupMetadata({ stateTimestampMs }: ClassicGroup): GroupMetadataValue {
  return {
    protocolType: '',
    generation: 0,
    protocol: null,
    leader: null,
    currentStateTimestamp: stateTimestampMs,
    members: [],
  }
}

/** What the log is to say of `group` as it is now, with these assignments. */
export function groupMetadata(group: ClassicGroup, assignments: ReadonlyMap<string, Uint8Array>): GroupMetadataValue {
  return {
    protocolType: group.protocolType ?? '',
    generation: group.generationId,
    protocol: group.protocolName,
    leader: group.leaderId,
    currentStateTimestamp: group.stateTimestampMs,
    members: [...group.members.values()].map(member => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: metadataFor(member, group.protocolName) ?? noBytes,
      assignment: assignments.get(member.memberId) ?? noBytes,
    })),
  }
}

/** The group that the log describes. Its sessions have yet to begin. */
export function restoreGroup(groupId: string, metadata: GroupMetadataValue | null, now: Millis): ClassicGroup {
  if (!metadata) return new ClassicGroup(groupId, now)
  const group = new ClassicGroup(groupId, metadata.currentStateTimestamp)
  const members = metadata.members.map(member => restoreMember(member, metadata.protocol))
  group.restore(metadata, members)
  return group
}

type StoredMember = GroupMetadataValue['members'][number]

/** Of the protocols that it knew, the one is known that was chosen. */
function restoreMember(member: StoredMember, protocol: string | null): ClassicMember {
  const { sessionTimeout, rebalanceTimeout } = member
  return {
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: rebalanceTimeout === -1 ? sessionTimeout : rebalanceTimeout,
    sessionTimeoutMs: sessionTimeout,
    protocols: [{ name: protocol ?? '', metadata: member.subscription }],
    assignment: member.assignment,
    isNew: false,
    joinWaiter: null,
    syncWaiter: null,
    sessionEndMs: 0,
    timerAtMs: null,
  }
}
