/** What a broker writes when it takes a directory up, which Kafka or an earlier broker may have left. @module */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { BrokerIdentity } from './commands.ts'
import { type CatalogDecision, MAX_RECORDS } from './decision.ts'
import { dependencyFault, TRANSACTION_VERSION } from './features.ts'
import { safetyRecords } from './least-isr.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { type CatalogState, hasEligibleLeaderReplicas } from './state.ts'
import { NO_LEADER } from './topic.ts'

/** The transactions of KIP-890: each has an epoch of its own. */
const TRANSACTIONS_IN_FORCE = 2

/**
 * Leads again what Kafka took from this broker, and raises the features that this broker needs. What is more than
 * MAX_RECORDS is left to the next decision, which goes on from there.
 */
export function decideTakeUp(state: CatalogState, broker: BrokerConfigs, identity: BrokerIdentity): CatalogDecision {
  const safety = hasEligibleLeaderReplicas(state) ? safetyRecords(state, broker) : []
  const records = [...electionRecords(state, identity), ...safety, ...raisingRecords(state)]
  return { records: records.slice(0, MAX_RECORDS) }
}

/** Kafka takes a partition from a broker that stops, and gives it back when the broker is unfenced. */
function electionRecords(state: CatalogState, { nodeId }: BrokerIdentity): MetadataRecord[] {
  const records: MetadataRecord[] = []
  for (const { id: topicId, partitions } of state.topicsById.values()) {
    for (const { index: partitionId, leaderId, replicas } of partitions) {
      if (leaderId !== NO_LEADER || !replicas.includes(nodeId)) continue
      const led = { ...unchanged, partitionId, topicId, leader: nodeId, isr: [nodeId] }
      records.push({ type: 'partitionChangeRecord', value: { ...led, eligibleLeaderReplicas: [], lastKnownElr: [] } })
    }
  }
  return records
}

const unchanged = {
  replicas: null,
  removingReplicas: null,
  addingReplicas: null,
  leaderRecoveryState: -1,
  directories: null,
}

/** A directory from before Kafka 4 has never named the feature; what somebody has set it to stays. */
function raisingRecords({ features }: CatalogState): MetadataRecord[] {
  const isPossible = dependencyFault(TRANSACTION_VERSION, TRANSACTIONS_IN_FORCE, features) === null
  if (features.has(TRANSACTION_VERSION) || !isPossible) return []
  return [{ type: 'featureLevelRecord', value: { name: TRANSACTION_VERSION, featureLevel: TRANSACTIONS_IN_FORCE } }]
}
