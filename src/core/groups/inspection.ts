/** DescribeGroups, ListGroups and DeleteGroups: what operators ask of groups. @module */
import { noBytes } from '../../base/bytes.ts'
import { ErrorCode } from '../../wire/errors.ts'
import type { ClassicGroup } from './classic/group.ts'
import { metadataFor } from './classic/member.ts'
import type { DeleteGroup, DescribedGroup, DescribeGroup, ListGroups } from './commands.ts'
import { isEmpty } from './expiry.ts'
import type { Outcome } from './outcome.ts'
import type { GroupsState } from './state.ts'

/** Since then a group that is not there is an error. */
const GROUP_ID_NOT_FOUND_VERSION = 6

export function decideDescribeGroup(outcome: Outcome, { groupId, version }: DescribeGroup): void {
  outcome.reply({ type: 'describeGroup', response: describe(outcome.state, groupId, version) })
}

function describe(state: GroupsState, groupId: string, version: number): DescribedGroup {
  const group = state.volatile.classic.get(groupId)
  if (group) return describeClassicGroup(group)
  const stored = state.groups.get(groupId)
  if (!stored) {
    const isError = version >= GROUP_ID_NOT_FOUND_VERSION
    const errorMessage = isError ? `Group ${groupId} not found.` : null
    const errorCode = isError ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE
    return { ...noMembers, errorCode, errorMessage, groupId, groupState: 'Dead' }
  }
  const { protocolType = '', generation = 0 } = stored.metadata ?? {}
  return { ...noMembers, groupId, groupState: 'Empty', protocolType, generationId: generation }
}

const noMembers = {
  errorCode: ErrorCode.NONE,
  errorMessage: null,
  protocolType: '',
  protocolData: '',
  generationId: 0,
  members: [],
}

/** What members say is shown of a stable group alone: until then nobody knows by which protocol. */
function describeClassicGroup(group: ClassicGroup): DescribedGroup {
  const isStable = group.state === 'Stable'
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    generationId: group.generationId,
    members: [...group.members.values()].map(member => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: (isStable && metadataFor(member, group.protocolName)) || noBytes,
      memberAssignment: member.assignment,
    })),
  }
}

export function decideListGroups(outcome: Outcome, { statesFilter, typesFilter }: ListGroups): void {
  const { groups, volatile } = outcome.state
  const passesState = filterOf(statesFilter)
  const passesType = filterOf(typesFilter)
  const listed = []
  for (const [groupId, { kind: groupType, metadata }] of groups) {
    const group = volatile.classic.get(groupId)
    const groupState = group?.state ?? 'Empty'
    if (!passesState(groupState) || !passesType(groupType)) continue
    const protocolType = group ? group.protocolType : metadata?.protocolType
    listed.push({ groupId, protocolType: protocolType ?? '', groupState, groupType })
  }
  outcome.reply({ type: 'listGroups', groups: listed })
}

function filterOf(names: readonly string[]): (name: string) => boolean {
  const wanted = new Set(names.map(name => name.trim().toLowerCase()))
  return name => wanted.size === 0 || wanted.has(name.toLowerCase())
}

/** Deletes a group without members, with all that it has committed, in open transactions too. */
export function decideDeleteGroup(outcome: Outcome, { groupId }: DeleteGroup): void {
  const { state } = outcome
  if (!state.groups.has(groupId)) reply(outcome, ErrorCode.GROUP_ID_NOT_FOUND)
  else if (!isEmpty(outcome, groupId)) reply(outcome, ErrorCode.NON_EMPTY_GROUP)
  else {
    deleteOffsets(outcome, groupId)
    outcome.writeGroup(groupId, null)
    state.volatile.classic.delete(groupId)
    reply(outcome, ErrorCode.NONE)
  }
}

/** OffsetMetadataManager.deleteAllOffsets: one tombstone is enough for what is committed and pending. */
function deleteOffsets(outcome: Outcome, groupId: string): void {
  const { offsets, pending } = outcome.state
  const committed = offsets.get(groupId)
  for (const [topic, partitions] of committed ?? [])
    for (const partition of partitions.keys()) outcome.writeOffset(groupId, topic, partition, null)
  const places = new Map(Array.from(pending.all(), ({ key, value }) => [key, value.key]))
  for (const { group, topic, partition } of places.values())
    if (group === groupId && !committed?.get(topic)?.has(partition)) outcome.writeOffset(group, topic, partition, null)
}

function reply(outcome: Outcome, errorCode: ErrorCode): void {
  outcome.reply({ type: 'deleteGroup', errorCode })
}
