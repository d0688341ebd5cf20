/** The metadata image: what the records of `__cluster_metadata` amount to. @module */
import { assert } from '../../base/assert.ts'
import type { Uuid } from '../../base/uuid.ts'
import type { Infer } from '../../wire/schema.ts'
import { type ClientQuotas, replayClientQuota } from './client-quotas.ts'
import { ELIGIBLE_LEADER_REPLICAS, KRAFT_VERSION } from './features.ts'
import type { MetadataRecord } from './metadata-record.ts'
import type { configRecord, partitionChangeRecord, partitionRecord } from './records.ts'
import { isInternalTopic, type Partition, type Topic, unifiedName } from './topic.ts'

interface GrowingTopic extends Topic {
  readonly partitions: Partition[]
}

export interface CatalogState {
  readonly topicsByName: Map<string, GrowingTopic>
  readonly topicsById: Map<Uuid, GrowingTopic>
  /** Topics under the name they share with those that would collide. */
  readonly namesByUnifiedName: Map<string, Set<string>>
  /** Configs by resource, see `resourceKey`: of a topic even where it has set nothing. */
  readonly configs: Map<string, Map<string, string>>
  /** Finalized feature levels; 0 for one that was switched off. */
  readonly features: Map<string, number>
  /** The epochs of the brokers that Kafka has registered. */
  readonly brokerEpochs: Map<number, number>
  readonly clientQuotas: ClientQuotas
  /** The first producer id of the next block. */
  nextProducerId: number
}

/** ConfigResource.Type, as records and requests hold it. */
export const ResourceType = { TOPIC: 2, BROKER: 4, BROKER_LOGGER: 8, CLIENT_METRICS: 16, GROUP: 32 } as const

/** Stands in a PartitionChangeRecord for "the leader stays" (PartitionRegistration.NO_LEADER_CHANGE). */
const NO_LEADER_CHANGE = -2

export function emptyState(): CatalogState {
  return {
    topicsByName: new Map(),
    topicsById: new Map(),
    namesByUnifiedName: new Map(),
    configs: new Map(),
    features: new Map(),
    brokerEpochs: new Map(),
    clientQuotas: new Map(),
    nextProducerId: 0,
  }
}

const nothingSet: ReadonlyMap<string, string> = new Map()

/** What one resource has set, as long as nothing changes; brokers go by their id, all of them together by ''. */
export function configsOf(state: CatalogState, resourceType: number, name: string): ReadonlyMap<string, string> {
  return state.configs.get(resourceKey(resourceType, name)) ?? nothingSet
}

/** The names of the resources of a type that have something set. */
export function configuredNames(state: CatalogState, resourceType: number): string[] {
  const prefix = resourceKey(resourceType, '')
  const keys = [...state.configs.keys()].filter(key => key.startsWith(prefix))
  return keys.map(key => key.slice(prefix.length))
}

export function hasEligibleLeaderReplicas(state: CatalogState): boolean {
  return (state.features.get(ELIGIBLE_LEADER_REPLICAS) ?? 0) > 0
}

function resourceKey(resourceType: number, name: string): string {
  return `${resourceType}:${name}`
}

/** The configs of a resource, to be changed; made where there are none yet. */
function growingConfigs(state: CatalogState, resourceType: number, name: string): Map<string, string> {
  const key = resourceKey(resourceType, name)
  const known = state.configs.get(key)
  if (known) return known
  const configs = new Map<string, string>()
  state.configs.set(key, configs)
  return configs
}

/** Applies one record. Kinds that say nothing about what is kept here change nothing. */
export function replay(state: CatalogState, record: MetadataRecord): void {
  switch (record.type) {
    case 'topicRecord':
      addTopic(state, record.value.name, record.value.topicId)
      return
    case 'removeTopicRecord':
      removeTopic(state, record.value.topicId)
      return
    case 'partitionRecord': {
      const { partitions } = topicOf(state, record.value.topicId)
      partitions[record.value.partitionId] = partitionOf(record.value)
      return
    }
    case 'partitionChangeRecord': {
      const { partitions } = topicOf(state, record.value.topicId)
      const partition = partitions[record.value.partitionId]
      assert(partition !== undefined, `a change of partition ${record.value.partitionId}, which is not there`)
      partitions[partition.index] = changed(partition, record.value)
      return
    }
    case 'configRecord':
      setConfig(state, record.value)
      return
    case 'featureLevelRecord':
      // That of the quorum is told by control records, and Kafka passes over it too.
      if (record.value.name !== KRAFT_VERSION) state.features.set(record.value.name, record.value.featureLevel)
      return
    case 'clientQuotaRecord':
      replayClientQuota(state.clientQuotas, record.value)
      return
    case 'registerBrokerRecord':
      state.brokerEpochs.set(record.value.brokerId, record.value.brokerEpoch)
      return
    case 'unregisterBrokerRecord':
      state.brokerEpochs.delete(record.value.brokerId)
      return
    case 'producerIdsRecord':
      state.nextProducerId = record.value.nextProducerId
  }
}

function topicOf(state: CatalogState, id: Uuid): GrowingTopic {
  const topic = state.topicsById.get(id)
  assert(topic !== undefined, `a partition of topic ${id}, which is not there`)
  return topic
}

function setConfig(state: CatalogState, record: Infer<typeof configRecord.fields>): void {
  const { resourceType, resourceName, name, value } = record
  const configs = growingConfigs(state, resourceType, resourceName)
  if (value !== null) configs.set(name, value)
  else configs.delete(name)
  // A topic holds on to its map; others are forgotten with their last config.
  if (configs.size === 0 && resourceType !== ResourceType.TOPIC)
    state.configs.delete(resourceKey(resourceType, resourceName))
}

function addTopic(state: CatalogState, name: string, id: Uuid): void {
  const configs = growingConfigs(state, ResourceType.TOPIC, name)
  const topic: GrowingTopic = { name, id, isInternal: isInternalTopic(name), partitions: [], configs }
  state.topicsByName.set(name, topic)
  state.topicsById.set(id, topic)
  const unified = unifiedName(name)
  const names = state.namesByUnifiedName.get(unified) ?? new Set()
  state.namesByUnifiedName.set(unified, names.add(name))
}

function removeTopic(state: CatalogState, id: Uuid): void {
  const { name } = topicOf(state, id)
  state.topicsById.delete(id)
  state.topicsByName.delete(name)
  state.configs.delete(resourceKey(ResourceType.TOPIC, name))
  const names = state.namesByUnifiedName.get(unifiedName(name))
  names?.delete(name)
  if (names?.size === 0) state.namesByUnifiedName.delete(unifiedName(name))
}

function partitionOf(record: Infer<typeof partitionRecord.fields>): Partition {
  return {
    index: record.partitionId,
    leaderId: record.leader,
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
    replicas: record.replicas,
    isr: record.isr,
    directories: record.directories,
    eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? [],
    lastKnownElr: record.lastKnownElr ?? [],
  }
}

/** A partition after a change (PartitionRegistration.merge): what the record leaves out stays. */
function changed(partition: Partition, change: Infer<typeof partitionChangeRecord.fields>): Partition {
  const hasNewLeader = change.leader !== NO_LEADER_CHANGE
  return {
    index: partition.index,
    leaderId: hasNewLeader ? change.leader : partition.leaderId,
    leaderEpoch: partition.leaderEpoch + (hasNewLeader ? 1 : 0),
    partitionEpoch: partition.partitionEpoch + 1,
    replicas: change.replicas ?? partition.replicas,
    isr: change.isr ?? partition.isr,
    directories: change.directories ?? partition.directories,
    eligibleLeaderReplicas: change.eligibleLeaderReplicas ?? partition.eligibleLeaderReplicas,
    lastKnownElr: change.lastKnownElr ?? partition.lastKnownElr,
  }
}
