/** How a partition begins. @module */
import type { Uuid } from '../../base/uuid.ts'
import type { BrokerIdentity } from './commands.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { NO_LEADER } from './topic.ts'

/** Why no partition can be placed where cordoned.log.dirs names the one directory there is (KIP-1066). */
export const CORDONED = 'All brokers are currently fenced, or have all their log directories cordoned.'

/** The record of a partition whose replicas are all in sync: the first leads. */
export function newPartition(
  topicId: Uuid,
  partitionId: number,
  brokerIds: readonly number[],
  { directoryId }: BrokerIdentity,
): MetadataRecord {
  return {
    type: 'partitionRecord',
    value: {
      partitionId,
      topicId,
      replicas: [...brokerIds],
      isr: [...brokerIds],
      removingReplicas: [],
      addingReplicas: [],
      leader: brokerIds[0] ?? NO_LEADER,
      leaderEpoch: 0,
      partitionEpoch: 0,
      directories: brokerIds.map(() => directoryId),
      leaderRecoveryState: 0,
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    },
  }
}

/**
 * Why a partition cannot be assigned to `brokerIds` where `nodeId` is the one broker there is, in the words of
 * ReplicationControlManager; or null.
 */
export function misassignment(brokerIds: readonly number[], nodeId: number): string | null {
  if (brokerIds.length === 0) return 'The manual partition assignment includes an empty replica list.'
  const stranger = brokerIds.find(id => id !== nodeId)
  if (stranger !== undefined) {
    return `The manual partition assignment includes broker ${stranger}, but no such broker is registered.`
  }
  if (brokerIds.length === 1) return null
  return `The manual partition assignment includes the broker ${nodeId} more than once.`
}
