/** The least size of the ISR, as eligible leader replicas (KIP-966) need it: one for the whole cluster. @module */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { type CatalogState, configsOf, configuredNames, ResourceType } from './state.ts'

export const MIN_INSYNC_REPLICAS = 'min.insync.replicas'

/**
 * What makes it one: the cluster is told the one that its broker was started with, and those that brokers were told go
 * (ConfigurationControlManager.maybeGenerateElrSafetyRecords).
 */
export function safetyRecords(state: CatalogState, broker: BrokerConfigs): MetadataRecord[] {
  const owners = configuredNames(state, ResourceType.BROKER).filter(name => leastIsrOf(state, name) !== undefined)
  const cleared = owners.filter(name => name !== '').map(name => leastIsrRecord(name, null))
  if (owners.includes('')) return cleared
  const asStarted = broker.with({ clusterWide: new Map(), own: new Map() }).value(MIN_INSYNC_REPLICAS)
  return [leastIsrRecord('', asStarted), ...cleared]
}

function leastIsrOf(state: CatalogState, brokerName: string): string | undefined {
  return configsOf(state, ResourceType.BROKER, brokerName).get(MIN_INSYNC_REPLICAS)
}

function leastIsrRecord(brokerName: string, value: string | null): MetadataRecord {
  const resource = { resourceType: ResourceType.BROKER, resourceName: brokerName }
  return { type: 'configRecord', value: { ...resource, name: MIN_INSYNC_REPLICAS, value } }
}
