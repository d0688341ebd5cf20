/** The requests of groups and their members: fixed layouts, and a join that needs no id before it (KIP-394). @module */
import { offsetCommit } from '../../../src/api/08-offset-commit.ts'
import { offsetFetch } from '../../../src/api/09-offset-fetch.ts'
import { findCoordinator } from '../../../src/api/10-find-coordinator.ts'
import { joinGroup } from '../../../src/api/11-join-group.ts'
import { syncGroup } from '../../../src/api/14-sync-group.ts'
import { listGroups } from '../../../src/api/16-list-groups.ts'
import { noBytes } from '../../../src/base/bytes.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { requestFrame } from './requests.ts'

const SESSION_TIMEOUT_MS = 60_000
/** ConsumerProtocolSubscription v0: no topics, no user data. */
const subscription = Uint8Array.of(0, 0, 0, 0, 0, 0, 255, 255, 255, 255)

export const FIND_COORDINATOR = { contract: findCoordinator, version: 2 } as const
export function findCoordinatorFrame(groupId: string): Uint8Array {
  const { contract, version } = FIND_COORDINATOR
  return requestFrame(contract, version, { key: groupId, keyType: 0, coordinatorKeys: [] })
}

export const JOIN_GROUP = { contract: joinGroup, version: 3 } as const
export function joinGroupFrame(groupId: string): Uint8Array {
  const { contract, version } = JOIN_GROUP
  return requestFrame(contract, version, {
    groupId,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    rebalanceTimeoutMs: SESSION_TIMEOUT_MS,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription }],
  })
}

/** A member of a group. Who is none, and only keeps offsets there, has an empty id and -1. */
export interface Member {
  readonly groupId: string
  readonly memberId: string
  readonly generationId: number
}

export const SYNC_GROUP = { contract: syncGroup, version: 2 } as const
/** By the leader of a group that is alone in it. */
export function syncGroupFrame({ groupId, memberId, generationId }: Member): Uint8Array {
  const { contract, version } = SYNC_GROUP
  const assignments = [{ memberId, assignment: noBytes }]
  return requestFrame(contract, version, { groupId, memberId, generationId, assignments })
}

const OFFSET_COMMIT_VERSION = 7
/** `offsets` are those of partition 0, 1 … */
export function offsetCommitFrame(member: Member, topic: string, offsets: readonly number[]): Uint8Array {
  const { groupId, memberId, generationId } = member
  const partitions = offsets.map((committedOffset, partitionIndex) => {
    return { partitionIndex, committedOffset, committedMetadata: '' }
  })
  return requestFrame(offsetCommit, OFFSET_COMMIT_VERSION, {
    groupId,
    generationIdOrMemberEpoch: generationId,
    memberId,
    topics: [{ topicId: zeroUuid, name: topic, partitions }],
  })
}

export const OFFSET_FETCH = { contract: offsetFetch, version: 5 } as const
export function offsetFetchFrame(groupId: string, topic: string, partitionCount: number): Uint8Array {
  const { contract, version } = OFFSET_FETCH
  const partitionIndexes = Array.from({ length: partitionCount }, (_, index) => index)
  return requestFrame(contract, version, {
    groupId,
    groups: [],
    topics: [{ name: topic, partitionIndexes }],
    requireStable: false,
  })
}

export const LIST_GROUPS = { contract: listGroups, version: 2 } as const
export function listGroupsFrame(): Uint8Array {
  const { contract, version } = LIST_GROUPS
  return requestFrame(contract, version, { statesFilter: [], typesFilter: [] })
}
