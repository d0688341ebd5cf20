/** The catalog as a machine: what each command changes, as records of `__cluster_metadata`. @module */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { Machine } from '../machine.ts'
import type { BrokerIdentity, CatalogCommand, CatalogEffect, CatalogReply } from './commands.ts'
import { type CatalogDecision, decideCreateTopics } from './create-topics.ts'
import { decideDeleteTopics } from './delete-topics.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { type CatalogState, emptyState, replay } from './state.ts'

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
        case 'allocateProducerIds':
          return decideAllocateProducerIds(state, identity)
        case 'claimLeadership':
          return decideClaimLeadership(state, identity)
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
function decideClaimLeadership(state: CatalogState, { nodeId }: BrokerIdentity): CatalogDecision {
  const records: MetadataRecord[] = []
  for (const { id: topicId, partitions } of state.topicsById.values()) {
    for (const { index: partitionId, leaderId, replicas } of partitions) {
      if (leaderId !== NO_LEADER || !replicas.includes(nodeId)) continue
      const led = { ...unchanged, partitionId, topicId, leader: nodeId, isr: [nodeId] }
      records.push({ type: 'partitionChangeRecord', value: { ...led, eligibleLeaderReplicas: [], lastKnownElr: [] } })
    }
  }
  return { records }
}

const unchanged = {
  replicas: null,
  removingReplicas: null,
  addingReplicas: null,
  leaderRecoveryState: -1,
  directories: null,
}
