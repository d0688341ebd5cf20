/** The catalog as a machine: what each command changes, as records of `__cluster_metadata`. @module */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { Machine } from '../machine.ts'
import { decideAlterConfigs } from './alter-configs.ts'
import type { BrokerIdentity, CatalogCommand, CatalogEffect, CatalogReply } from './commands.ts'
import { decideCreatePartitions } from './create-partitions.ts'
import { decideCreateTopics } from './create-topics.ts'
import type { CatalogDecision } from './decision.ts'
import { decideDeleteTopics } from './delete-topics.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { type CatalogState, configsOf, emptyState, hasEligibleLeaderReplicas, ResourceType, replay } from './state.ts'

/** Producer ids that one record reserves (ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE). */
const PRODUCER_ID_BLOCK_COUNT = 1000
const NO_LEADER = -1

export type CatalogMachine = Machine<CatalogState, CatalogCommand, MetadataRecord, CatalogReply, CatalogEffect>

export function catalogMachine(broker: BrokerConfigs, identity: BrokerIdentity): CatalogMachine {
  return {
    initial: emptyState,
    decide(state, command) {
      switch (command.type) {
        case 'createTopics':
          return decideCreateTopics(state, command, broker, identity)
        case 'deleteTopics':
          return decideDeleteTopics(state, command)
        case 'createPartitions':
          return decideCreatePartitions(state, command, identity)
        case 'alterConfigs':
          return decideAlterConfigs(state, command, broker)
        case 'allocateProducerIds':
          return decideAllocateProducerIds(state, identity)
        case 'claimLeadership':
          return { records: [...electionRecords(state, identity), ...safetyRecords(state, broker)] }
      }
    },
    replay,
    resume: () => [{ type: 'recovered' }],
  }
}

function decideAllocateProducerIds({ nextProducerId }: CatalogState, { nodeId }: BrokerIdentity): CatalogDecision {
  const next = nextProducerId + PRODUCER_ID_BLOCK_COUNT
  return {
    records: [{ type: 'producerIdsRecord', value: { brokerId: nodeId, brokerEpoch: -1, nextProducerId: next } }],
    replies: [['', { type: 'allocateProducerIds', firstId: nextProducerId, count: PRODUCER_ID_BLOCK_COUNT }]],
  }
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

/**
 * Eligible leader replicas (KIP-966) need a least size of the ISR that all brokers agree on: a cluster that has them is
 * told the one of its first broker (ConfigurationControlManager.maybeGenerateElrSafetyRecords).
 */
function safetyRecords(state: CatalogState, broker: BrokerConfigs): MetadataRecord[] {
  const clusterWide = { resourceType: ResourceType.BROKER, resourceName: '' }
  const name = 'min.insync.replicas'
  if (!hasEligibleLeaderReplicas(state) || configsOf(state, ResourceType.BROKER, '').has(name)) return []
  return [{ type: 'configRecord', value: { ...clusterWide, name, value: broker.value(name) } }]
}
