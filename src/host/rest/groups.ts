/** Consumer groups as resources. @module */
import { offsetFetch } from '../../api/09-offset-fetch.ts'
import { describeGroups } from '../../api/15-describe-groups.ts'
import { listGroups as listGroupsContract } from '../../api/16-list-groups.ts'
import { consumerProtocolAssignment } from '../../core/groups/classic/protocol.ts'
import { codecOf } from '../../wire/compile.ts'
import { MalformedError } from '../../wire/errors.ts'
import { Reader } from '../../wire/reader.ts'
import type { Draft } from '../../wire/schema.ts'
import { nextRound } from '../rounds.ts'
import { type Doors, whole } from './doors.ts'
import { isFailure, kafkaProblem, Problem } from './problem.ts'

export interface GroupSummary {
  readonly group_id: string
  readonly state: string
  /** Of the classic protocol; 0 where there is none. */
  readonly generation_id: number
  readonly member_count: number
}

export interface GroupDetail extends Omit<GroupSummary, 'member_count'> {
  readonly protocol_type: string
  /** How partitions are assigned. */
  readonly protocol_name: string
  readonly members: readonly Member[]
  /** By `<topic>-<partition>`. */
  readonly committed_offsets: Readonly<Record<string, number>>
}

export interface Member {
  readonly member_id: string
  readonly group_instance_id: string | null
  readonly client_id: string
  readonly client_host: string
  /** What a consumer was assigned; null for members of other kinds. */
  readonly assignment: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null
}

const DESCRIBE_GROUPS_VERSION = 6
const LIST_GROUPS_VERSION = 5
/** The newest version that names topics by their names. */
const OFFSET_FETCH_VERSION = 9
/** Groups that are described at once. */
const DESCRIBED_COUNT = 100
const CONSUMER_PROTOCOL = 'consumer'

type Described = Draft<typeof describeGroups.response>['groups'][number]

/** All groups, by their ids. @throws Problem */
export async function listGroups(doors: Doors): Promise<GroupSummary[]> {
  const filters = { statesFilter: [], typesFilter: [] }
  const { errorCode, groups } = await doors.call(listGroupsContract, LIST_GROUPS_VERSION, filters, whole)
  if (isFailure(errorCode)) throw kafkaProblem(errorCode, 'groups cannot be listed')
  const states = new Map(groups.map(({ groupId, groupState }) => [groupId, groupState]))
  const ids = [...states.keys()].sort()
  const summaries: GroupSummary[] = []
  for (let start = 0; start < ids.length; start += DESCRIBED_COUNT) {
    for (const group of await describe(doors, ids.slice(start, start + DESCRIBED_COUNT))) {
      const { groupId, members } = group
      // What cannot be described is there all the same.
      const state = isFailure(group.errorCode) ? (states.get(groupId) ?? '') : group.groupState
      summaries.push({ group_id: groupId, state, generation_id: generationOf(group), member_count: members.length })
    }
    await nextRound()
  }
  return summaries
}

/** @throws Problem */
export async function describeGroup(doors: Doors, id: string): Promise<GroupDetail> {
  const [group] = await describe(doors, [id])
  if (!group) throw new Problem(500, `nothing is said of group ${id}`)
  const { errorCode, errorMessage, protocolType, members } = group
  if (isFailure(errorCode)) throw groupProblem(id, errorCode, errorMessage ?? 'cannot be described')
  return {
    group_id: id,
    state: group.groupState,
    generation_id: generationOf(group),
    protocol_type: protocolType,
    protocol_name: group.protocolData,
    members: members.map(member => memberOf(member, protocolType)),
    committed_offsets: await committedOffsets(doors, id),
  }
}

/** Why a group cannot be described. */
function groupProblem(id: string, code: number, reason: string): Problem {
  const isUnknown = kafkaProblem(code, '').status === 404
  const detail = isUnknown ? 'there is no such group' : reason
  return kafkaProblem(code, `group ${id}: ${detail}`, isUnknown ? { errors: [{ parameter: 'id', detail }] } : {})
}

async function describe(doors: Doors, groups: readonly string[]): Promise<readonly Described[]> {
  const request = { groups, includeAuthorizedOperations: false }
  return (await doors.call(describeGroups, DESCRIBE_GROUPS_VERSION, request, whole)).groups
}

/** The door says it, though no version of the API carries it. */
function generationOf(group: object): number {
  return 'generationId' in group && typeof group.generationId === 'number' ? group.generationId : 0
}

function memberOf(member: Described['members'][number], protocolType: string): Member {
  return {
    member_id: member.memberId,
    group_instance_id: member.groupInstanceId ?? null,
    client_id: member.clientId,
    client_host: member.clientHost,
    assignment: protocolType === CONSUMER_PROTOCOL ? assignmentIn(member.memberAssignment) : null,
  }
}

/** Members write this themselves, so it may be anything. */
function assignmentIn(bytes: Uint8Array): Member['assignment'] {
  if (bytes.length === 0) return []
  try {
    const reader = new Reader(bytes)
    // Newer versions only add to it.
    reader.int16()
    return codecOf(consumerProtocolAssignment.fields, 0, false).read(reader).assignedPartitions
  } catch (error) {
    if (error instanceof MalformedError) return null
    throw error
  }
}

async function committedOffsets(doors: Doors, groupId: string): Promise<Record<string, number>> {
  const request = { groups: [{ groupId, topics: null }], groupId: '', topics: null, requireStable: false }
  const { groups } = await doors.call(offsetFetch, OFFSET_FETCH_VERSION, request, whole)
  const [group] = groups
  const code = group?.errorCode ?? 0
  if (isFailure(code)) throw kafkaProblem(code, `group ${groupId}: offsets cannot be read`)
  const offsets = (group?.topics ?? []).flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, committedOffset }): [string, number] => [
      `${name}-${partitionIndex}`,
      committedOffset,
    ]),
  )
  return Object.fromEntries(offsets.filter(([, offset]) => offset >= 0))
}
