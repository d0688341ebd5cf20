/** What the catalog can be told to do, and what it answers. Requests of the doors fit as they are. @module */
import type { Uuid } from '../../base/uuid.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import type { LogLevel } from '../configs/log-levels.ts'
import type { EntityPart } from './client-quotas.ts'
import type { Topic } from './topic.ts'

/** What became of something: NONE and no message where it was done. */
export interface Outcome {
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
}

export interface NewTopic {
  readonly name: string
  /** -1 for num.partitions. */
  readonly numPartitions: number
  /** -1 for default.replication.factor. */
  readonly replicationFactor: number
  /** Replicas chosen by hand; then both counts above are -1. */
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

export interface CreateTopics {
  readonly type: 'createTopics'
  readonly topics: readonly NewTopic[]
  /** The ids to give, one for each of `topics`: chance comes from outside. */
  readonly ids: readonly Uuid[]
  readonly validateOnly: boolean
  /** 0 or less is up before it begins. */
  readonly timeoutMs: number
}

/** What became of one topic of a CreateTopics; counts are -1 and the id is zero where it failed. */
export interface CreatedTopic {
  readonly name: string
  readonly topicId: Uuid
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
  readonly numPartitions: number
  readonly replicationFactor: number
  /** The topic's own configs. */
  readonly configs: ReadonlyMap<string, string>
}

export interface DeleteTopics {
  readonly type: 'deleteTopics'
  /** Each by name (then the id is zero) or by id (then the name is null). */
  readonly topics: readonly TopicReference[]
  readonly timeoutMs: number
}

export interface TopicReference {
  readonly name: string | null
  readonly topicId: Uuid
}

export interface DeletedTopic extends TopicReference {
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
}

export interface CreatePartitions {
  readonly type: 'createPartitions'
  readonly topics: readonly GrownTopic[]
  readonly validateOnly: boolean
  readonly timeoutMs: number
}

export interface GrownTopic {
  readonly name: string
  /** How many partitions the topic is to have in the end. */
  readonly count: number
  /** Replicas of the new partitions chosen by hand, or null. */
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null
}

export interface CreatedPartitions {
  readonly name: string
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
}

export interface AlterConfigs {
  readonly type: 'alterConfigs'
  readonly resources: readonly ResourceChange[]
  /** What a resource has set and the command does not name is unset. */
  readonly isReplacing: boolean
  readonly validateOnly: boolean
}

export interface ConfigResource {
  /** A ResourceType, or what a client takes for one. */
  readonly resourceType: number
  readonly resourceName: string
}

export interface ResourceChange extends ConfigResource {
  readonly configs: readonly ConfigChange[]
}

export interface ConfigChange {
  readonly name: string
  /** An AlterConfigOp.OpType; to set the value where it is missing. */
  readonly configOperation?: number
  readonly value: string | null
}

export interface AlteredResource extends ConfigResource {
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
}

export interface AlterClientQuotas {
  readonly type: 'alterClientQuotas'
  readonly entries: readonly { readonly entity: readonly EntityPart[]; readonly ops: readonly QuotaChange[] }[]
  readonly validateOnly: boolean
}

export interface QuotaChange {
  readonly key: string
  readonly value: number
  /** The quota is to go, whatever the value says. */
  readonly remove: boolean
}

export interface AlteredQuotas extends Outcome {
  readonly entity: readonly EntityPart[]
}

export interface UpdateFeatures {
  readonly type: 'updateFeatures'
  readonly updates: readonly FeatureUpdate[]
  readonly validateOnly: boolean
}

export interface FeatureUpdate {
  readonly feature: string
  /** The level that it is to come to; 0 switches it off. */
  readonly maxVersionLevel: number
  /** A FeatureUpdate.UpgradeType, or what a client takes for one. */
  readonly upgradeType: number
}

export interface UnregisterBroker {
  readonly type: 'unregisterBroker'
  readonly brokerId: number
}

/** Reserves the next block of producer ids. */
export interface AllocateProducerIds {
  readonly type: 'allocateProducerIds'
}

/** Leads again what an earlier broker on this directory left without a leader, and brings the directory up to date. */
export interface TakeUp {
  readonly type: 'takeUp'
}

export type CatalogCommand =
  | CreateTopics
  | DeleteTopics
  | CreatePartitions
  | AlterConfigs
  | AlterClientQuotas
  | UpdateFeatures
  | UnregisterBroker
  | AllocateProducerIds
  | TakeUp

export type CatalogReply =
  | { readonly type: 'createTopics'; readonly topics: readonly CreatedTopic[] }
  | { readonly type: 'deleteTopics'; readonly topics: readonly DeletedTopic[] }
  | { readonly type: 'createPartitions'; readonly topics: readonly CreatedPartitions[] }
  | { readonly type: 'alterConfigs'; readonly resources: readonly AlteredResource[] }
  | { readonly type: 'alterClientQuotas'; readonly entries: readonly AlteredQuotas[] }
  | { readonly type: 'updateFeatures'; readonly result: Outcome }
  | { readonly type: 'unregisterBroker'; readonly result: Outcome }
  | { readonly type: 'allocateProducerIds'; readonly firstId: number; readonly count: number }

/** What others must do; each may come twice. A partition directory that is missing is made on first use. */
export type CatalogEffect =
  /** The topic, which may be new, has new partitions, `from` that index on. */
  | { readonly type: 'partitionsAdded'; readonly topicId: Uuid; readonly from: number }
  | { readonly type: 'topicDeleted'; readonly topic: Topic }
  /** The topic, or where there is none the brokers, have other configs. */
  | { readonly type: 'configsChanged'; readonly topicId: Uuid | null }
  | { readonly type: 'logLevelChanged'; readonly level: LogLevel }
  /** A crash may have left directories of deleted topics. */
  | { readonly type: 'recovered' }

/** Who this broker is: meta.properties says so. */
export interface BrokerIdentity {
  readonly nodeId: number
  readonly clusterId: string
  readonly directoryId: Uuid
}
