/**
 * The catalog: which topics, partitions, features, client quotas and producer ids there are. Its machine decides; its
 * journal is `__cluster_metadata`.
 *
 * Kafka spreads this over a quorum of controllers, a publisher of images and a cache in each broker; on one node the
 * image that the records make is the cache, and is never behind.
 * @module
 */
import { assert } from '../../base/assert.ts'
import { makeUuid, type Uuid } from '../../base/uuid.ts'
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import { acceptable } from '../configs/dynamic-configs.ts'
import type { LogLevel } from '../configs/log-levels.ts'
import { type Journal, type Millis, Runtime } from '../machine.ts'
import { type ClientQuota, describeClientQuotas, type QuotaFilter } from './client-quotas.ts'
import type {
  AlterClientQuotas,
  AlterConfigs,
  AlteredQuotas,
  AlteredResource,
  BrokerIdentity,
  CatalogCommand,
  CatalogEffect,
  CatalogReply,
  CreatedPartitions,
  CreatedTopic,
  CreatePartitions,
  CreateTopics,
  DeletedTopic,
  DeleteTopics,
  Outcome,
  UpdateFeatures,
} from './commands.ts'
import { type Fault, MAX_RECORDS } from './decision.ts'
import { type FeaturesInForce, finalizedFeatures, levelInForce } from './features.ts'
import { catalogMachine } from './machine.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { type CatalogState, configsOf, configuredNames, ResourceType } from './state.ts'
import type { Topic } from './topic.ts'

export type {
  AlteredResource,
  BrokerIdentity,
  CreatedPartitions,
  CreatedTopic,
  DeletedTopic,
  NewTopic,
} from './commands.ts'
export type { Partition, Topic } from './topic.ts'

/** A broker of the cluster; where clients reach it depends on how they came. */
export interface BrokerNode {
  readonly id: number
  readonly rack: string | null
}

/** Who keeps the partition directories. Every call may come twice. */
export interface Directories {
  /** Makes those of a topic's new partitions: `from` is the first of them. */
  create(topic: Topic, from: number): void
  /** The topic has other configs, or what it falls back on has changed. */
  configure(topic: Topic): void
  /** Removes those of a topic that is no more. */
  remove(topic: Topic): void
  /** Removes what a crash left of topics that are no more. */
  removeStrays(): void
}

/** The catalog's journal is a log with one replica, which leads it. */
export interface MetadataLog extends Journal<MetadataRecord> {
  readonly leaderEpoch: number
  /** The offset that the next record will have. */
  readonly logEndOffset: number
}

export interface CatalogOptions {
  readonly identity: BrokerIdentity
  readonly configs: BrokerConfigs
  readonly journal: MetadataLog
  readonly directories: Directories
  /** What the broker tells of itself; where there is no level, it cannot be changed. */
  readonly log?: { level?: LogLevel }
  /** The source of topic ids. */
  randomBytes(size: number): Uint8Array
}

export class Catalog {
  readonly clusterId: string
  readonly nodeId: number
  readonly directoryId: Uuid
  readonly brokers: readonly BrokerNode[]
  readonly metadataLog: MetadataLog
  private readonly runtime: Runtime<CatalogState, CatalogCommand, MetadataRecord, CatalogReply, CatalogEffect>
  private readonly state: CatalogState
  /** Told of each topic that is no more, once its directories are gone. */
  onTopicDeleted: (topic: Topic) => void = () => {}
  /** What is left of the block of producer ids in use. A restart forgets it: its rest is never given. */
  private nextProducerId = 0
  private lastProducerId = -1

  constructor(private readonly options: CatalogOptions) {
    const { identity, configs, journal, directories } = options
    this.clusterId = identity.clusterId
    this.nodeId = identity.nodeId
    this.directoryId = identity.directoryId
    this.metadataLog = journal
    this.brokers = [{ id: identity.nodeId, rack: configs.rack }]
    this.runtime = new Runtime(catalogMachine(configs, identity), journal, {
      perform: effect => this.perform(effect, directories),
      setTimer: () => assert(false, 'the catalog has no timers'),
      answer: () => assert(false, 'nobody waits for the catalog'),
    })
    this.state = this.runtime.state
  }

  private perform(effect: CatalogEffect, directories: Directories): void {
    switch (effect.type) {
      case 'partitionsAdded': {
        const topic = this.topicById(effect.topicId)
        if (topic) directories.create(topic, effect.from)
        return
      }
      case 'topicDeleted':
        directories.remove(effect.topic)
        this.onTopicDeleted(effect.topic)
        return
      case 'configsChanged':
        this.putInForce(effect.topicId, directories)
        return
      case 'logLevelChanged':
        if (this.options.log?.level !== undefined) this.options.log.level = effect.level
        return
      case 'recovered':
        this.adoptBrokerConfigs()
        directories.removeStrays()
    }
  }

  /** The logs of a topic work with its configs; those of all topics with the broker's. */
  private putInForce(topicId: Uuid | null, directories: Directories): void {
    if (topicId === null) this.adoptBrokerConfigs()
    const topic = topicId === null ? null : this.topicById(topicId)
    for (const one of topic ? [topic] : this.topics()) directories.configure(one)
  }

  private adoptBrokerConfigs(): void {
    this.options.configs.dynamic = {
      clusterWide: acceptable(this.configsOf(ResourceType.BROKER, ''), 'clusterWide'),
      own: acceptable(this.configsOf(ResourceType.BROKER, String(this.nodeId)), 'own'),
    }
  }

  /** Recovery: replays one record that the journal holds. */
  recover(record: MetadataRecord): void {
    this.runtime.recover(record)
  }
  /** Recovery's end. Throws JournalError where leaders must be written and cannot. */
  resume(now: Millis): void {
    let writtenCount: number
    // What is too much for one decision is left to the next.
    do {
      const startOffset = this.metadataLog.logEndOffset
      this.runtime.execute({ type: 'takeUp' }, now)
      writtenCount = this.metadataLog.logEndOffset - startOffset
    } while (writtenCount >= MAX_RECORDS)
    this.runtime.resume()
  }

  /** In no order. */
  topics(): Iterable<Topic> {
    return this.state.topicsByName.values()
  }
  topicByName(name: string): Topic | null {
    return this.state.topicsByName.get(name) ?? null
  }
  topicById(id: Uuid): Topic | null {
    return this.state.topicsById.get(id) ?? null
  }
  /** The level of a feature in force, or 0. */
  featureLevel(name: string): number {
    return levelInForce(this.state.features, name)
  }
  get features(): FeaturesInForce {
    return { finalized: finalizedFeatures(this.state.features), epoch: this.metadataLog.logEndOffset - 1 }
  }
  /** The quotas of the entities that pass `filter`, or what is wrong with it. */
  clientQuotas(filter: QuotaFilter): readonly ClientQuota[] | Fault {
    return describeClientQuotas(this.state.clientQuotas, filter)
  }
  /** What the log holds for a resource, of a ResourceType; all brokers together go by '', one by its id. */
  configsOf(resourceType: number, name: string): ReadonlyMap<string, string> {
    return configsOf(this.state, resourceType, name)
  }
  /** The groups, client metrics subscriptions or brokers that have something set. */
  configuredNames(resourceType: number): readonly string[] {
    return configuredNames(this.state, resourceType)
  }
  /** How much the broker tells of itself. */
  get logLevel(): LogLevel {
    return this.options.log?.level ?? 'INFO'
  }

  /** Makes topics, or says what making them would give. Throws JournalError. */
  createTopics(request: Omit<CreateTopics, 'type' | 'ids'>, now: Millis): readonly CreatedTopic[] {
    const { topics, validateOnly, timeoutMs } = request
    const ids = topics.map(() => makeUuid(this.options.randomBytes))
    return this.ask({ type: 'createTopics', topics, ids, validateOnly, timeoutMs }, now).topics
  }

  /** Removes topics with all that they hold. Throws JournalError. */
  deleteTopics(request: Omit<DeleteTopics, 'type'>, now: Millis): readonly DeletedTopic[] {
    return this.ask({ type: 'deleteTopics', ...request }, now).topics
  }

  /** Gives topics more partitions, or says what that would give. Throws JournalError. */
  createPartitions(request: Omit<CreatePartitions, 'type'>, now: Millis): readonly CreatedPartitions[] {
    return this.ask({ type: 'createPartitions', ...request }, now).topics
  }

  /** Changes configs of any kind, or says what that would give. Throws JournalError. */
  alterConfigs(request: Omit<AlterConfigs, 'type'>, now: Millis): readonly AlteredResource[] {
    return this.ask({ type: 'alterConfigs', ...request }, now).resources
  }

  /** Changes client quotas, or says what that would give. Throws JournalError. */
  alterClientQuotas(request: Omit<AlterClientQuotas, 'type'>, now: Millis): readonly AlteredQuotas[] {
    return this.ask({ type: 'alterClientQuotas', ...request }, now).entries
  }

  /** Brings features to other levels, or says what that would give. Throws JournalError. */
  updateFeatures(request: Omit<UpdateFeatures, 'type'>, now: Millis): Outcome {
    return this.ask({ type: 'updateFeatures', ...request }, now).result
  }

  /** Forgets a broker. Throws JournalError. */
  unregisterBroker(brokerId: number, now: Millis): Outcome {
    return this.ask({ type: 'unregisterBroker', brokerId }, now).result
  }

  /** A producer id that was never given and never will be again. Throws JournalError. */
  allocateProducerId(now: Millis): number {
    if (this.nextProducerId > this.lastProducerId) {
      const { firstId, count } = this.ask({ type: 'allocateProducerIds' }, now)
      this.nextProducerId = firstId
      this.lastProducerId = firstId + count - 1
    }
    return this.nextProducerId++
  }

  private ask<C extends CatalogCommand>(command: C, now: Millis): Extract<CatalogReply, { readonly type: C['type'] }> {
    const reply = this.runtime.execute(command, now)
    assert(reply?.type === command.type, 'an answer to another command')
    // The type of a reply is that of its command, as was just seen.
    return reply as Extract<CatalogReply, { readonly type: C['type'] }>
  }
}
