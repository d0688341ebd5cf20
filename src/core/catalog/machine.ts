/** The catalog as a machine: what each command changes, as records of `__cluster_metadata`. @module */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { Machine } from '../machine.ts'
import { decideAlterClientQuotas } from './alter-client-quotas.ts'
import { decideAlterConfigs } from './alter-configs.ts'
import type { BrokerIdentity, CatalogCommand, CatalogEffect, CatalogReply } from './commands.ts'
import { decideCreatePartitions } from './create-partitions.ts'
import { decideCreateTopics } from './create-topics.ts'
import type { CatalogDecision } from './decision.ts'
import { decideDeleteTopics } from './delete-topics.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { type CatalogState, emptyState, replay } from './state.ts'
import { decideTakeUp } from './take-up.ts'
import { decideUnregisterBroker } from './unregister-broker.ts'
import { decideUpdateFeatures } from './update-features.ts'

/** Producer ids that one record reserves (ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE). */
const PRODUCER_ID_BLOCK_COUNT = 1000

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
          return decideCreatePartitions(state, command, broker, identity)
        case 'alterConfigs':
          return decideAlterConfigs(state, command, broker)
        case 'alterClientQuotas':
          return decideAlterClientQuotas(state, command)
        case 'updateFeatures':
          return decideUpdateFeatures(state, command, broker)
        case 'unregisterBroker':
          return decideUnregisterBroker(state, command, identity)
        case 'allocateProducerIds':
          return decideAllocateProducerIds(state, identity)
        case 'takeUp':
          return decideTakeUp(state, broker, identity)
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
