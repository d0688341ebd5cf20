/**
 * The configs of this broker: what it was told while it runs, over what all brokers were told, over what the command line
 * and the config file set, over StrikeMQ's own settings, over Kafka's defaults.
 * @module
 */
import { assert } from '../../base/assert.ts'
import { brokerTable } from './broker-table.ts'
import { ipOverridesIn } from './connection-overrides.ts'
import { type Definition, refusal, textToBoolean, textToDouble, textToList, textToNumber } from './definition.ts'
import { nearestName } from './nearest.ts'
import { securityTable } from './security-table.ts'
import { ConfigSource } from './sources.ts'
import { ConfigTable } from './table.ts'

/** A config that is not known, or has no value that Kafka would take. The message is one line and names the config. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Where values are looked for: one source after another, the strongest first. */
export interface ConfigLayer {
  readonly source: number
  /** The value as it was written, or null. */
  get(name: string): string | null
}

/** What the metadata log holds for brokers, name → value. */
export interface DynamicConfigs {
  /** For all brokers of the cluster. */
  readonly clusterWide: ReadonlyMap<string, string>
  /** For this one: stronger. */
  readonly own: ReadonlyMap<string, string>
}

export const brokerConfigTable = new ConfigTable(brokerTable + securityTable)

/** What a single node for development and tests sets, as Kafka's own server.properties for a single node does. */
const ownSettings = [
  ['process.roles', 'broker,controller'],
  ['controller.listener.names', 'CONTROLLER'],
  ['offsets.topic.replication.factor', '1'],
  ['transaction.state.log.replication.factor', '1'],
  ['transaction.state.log.min.isr', '1'],
  ['share.coordinator.state.topic.replication.factor', '1'],
  ['share.coordinator.state.topic.min.isr', '1'],
  ['group.initial.rebalance.delay.ms', '0'],
  ['group.coordinator.rebalance.protocols', 'classic,consumer,streams,share'],
] as const

/** One config in several units: the first that is set holds (DynamicBrokerConfig.brokerConfigSynonyms). */
const unitChains: readonly (readonly string[])[] = [
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
]
const flushChain = ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms']

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** A config of one listener: the name of the broker's, behind a prefix. */
const listenerOverride = /^listener\.name\.[^.]*\.(.+)$/

/** The name without the prefix of a listener, or null where it has none. */
export function withoutListener(name: string): string | null {
  return listenerOverride.exec(name)?.[1] ?? null
}

/** The names under which Kafka looks for the value of `name`, in its order. */
export function brokerSynonyms(name: string): readonly string[] {
  const base = withoutListener(name)
  if (base !== null) return [name, base]
  return name === flushChain[0] ? flushChain : (unitChains.find(chain => chain.includes(name)) ?? [name])
}

/** The config of that name, a listener's too, or null: then it is whatever a plug-in makes of it. */
export function brokerDefinition(name: string): Definition | null {
  const base = withoutListener(name)
  const definition = brokerConfigTable.find(base ?? name)
  return base === null || definition === null ? definition : { ...definition, name, isReadOnly: true }
}

export class BrokerConfigs {
  /** More replicas asked than nodes is an error, as in Kafka; else such a topic gets the one replica there is. */
  readonly strictReplication: boolean
  readonly layers: readonly ConfigLayer[]
  private readonly overrides: ReadonlyMap<string, string>
  private inForce: DynamicConfigs = { clusterWide: new Map(), own: new Map() }
  private readonly numbers = new Map<string, number>()

  /** `overrides`: server.properties, name → value. Throws ConfigError. */
  constructor(overrides: ReadonlyMap<string, string> = new Map(), options: { strictReplication?: boolean } = {}) {
    for (const [name, value] of overrides) {
      const fault = configFault(name, value)
      if (fault !== null) throw new ConfigError(fault)
    }
    const nodeId = nodeIdOf(overrides)
    this.overrides = overrides
    this.strictReplication = options.strictReplication ?? false
    const settings = new Map([...ownSettings, ...overrides, ['node.id', nodeId], ['broker.id', nodeId]])
    this.layers = [
      { source: ConfigSource.DYNAMIC_BROKER_CONFIG, get: name => this.inForce.own.get(name) ?? null },
      { source: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG, get: name => this.inForce.clusterWide.get(name) ?? null },
      { source: ConfigSource.STATIC_BROKER_CONFIG, get: name => settings.get(name) ?? null },
      { source: ConfigSource.DEFAULT_CONFIG, get: name => brokerConfigTable.find(name)?.default ?? null },
    ]
  }

  /** What the broker was told while it runs. */
  get dynamic(): DynamicConfigs {
    return this.inForce
  }
  /** Puts other dynamic configs in force. They have been checked. */
  set dynamic(dynamic: DynamicConfigs) {
    this.inForce = dynamic
    this.numbers.clear()
  }

  /** The same configs with other dynamic ones, to see what they would come to. */
  with(dynamic: DynamicConfigs): BrokerConfigs {
    const configs = new BrokerConfigs(this.overrides, this)
    configs.dynamic = dynamic
    return configs
  }

  get nodeId(): number {
    return this.number('node.id')
  }
  get rack(): string | null {
    return this.value('broker.rack')
  }
  get autoCreateTopicsEnable(): boolean {
    return this.boolean('auto.create.topics.enable')
  }
  get deleteTopicEnable(): boolean {
    return this.boolean('delete.topic.enable')
  }
  get numPartitions(): number {
    return this.number('num.partitions')
  }
  get defaultReplicationFactor(): number {
    return this.number('default.replication.factor')
  }
  get minInsyncReplicas(): number {
    return this.number('min.insync.replicas')
  }
  /** Whether the one log directory takes no new partitions (KIP-1066). */
  get isCordoned(): boolean {
    const cordoned = this.list('cordoned.log.dirs')
    return cordoned.includes('*') || this.list('log.dirs').some(directory => cordoned.includes(directory))
  }
  get messageMaxBytes(): number {
    return this.number('message.max.bytes')
  }
  get socketRequestMaxBytes(): number {
    return this.number('socket.request.max.bytes')
  }
  get fetchMaxBytes(): number {
    return this.number('fetch.max.bytes')
  }
  get maxIncrementalFetchSessionCacheSlots(): number {
    return this.number('max.incremental.fetch.session.cache.slots')
  }
  get maxRequestPartitionSizeLimit(): number {
    return this.number('max.request.partition.size.limit')
  }
  get maxConnections(): number {
    return this.leastOfListener('max.connections')
  }
  get maxConnectionsPerIp(): number {
    return this.number('max.connections.per.ip')
  }
  /** How many connections there may be from `address`, as a socket shows it. */
  maxConnectionsOf(address: string): number {
    const overrides = this.value('max.connections.per.ip.overrides') ?? ''
    return (overrides === '' ? null : ipOverridesIn(overrides).get(address)) ?? this.maxConnectionsPerIp
  }
  /** New connections each second. */
  get maxConnectionCreationRate(): number {
    return this.leastOfListener('max.connection.creation.rate')
  }
  /** Over how long a rate is an average: what one second leaves may be taken so much later (SampledStat, Rate). */
  get quotaWindowSeconds(): number {
    return Math.max(this.number('quota.window.num') - 1, 1) * this.number('quota.window.size.seconds')
  }
  get connectionsMaxIdleMs(): number {
    return this.number('connections.max.idle.ms')
  }
  get producerIdExpirationMs(): number {
    return this.number('producer.id.expiration.ms')
  }

  /** The text that the strongest layer has for `name`, or null. */
  value(name: string): string | null {
    for (const layer of this.layers) {
      const value = layer.get(name)
      if (value !== null) return value
    }
    return null
  }

  /** Whether anybody has set it. */
  isSet(name: string): boolean {
    return this.layers.some(({ source, get }) => source !== ConfigSource.DEFAULT_CONFIG && get(name) !== null)
  }

  /** As `value`; a config in several units, asked by its first name, shows the first that is set, in milliseconds. */
  valueInForce(name: string): string | null {
    const chain = brokerSynonyms(name)
    if (chain[0] !== name) return this.value(name)
    for (const member of chain) {
      const value = this.value(member)
      if (value !== null) return inMillis(member, value)
    }
    return null
  }

  /** The number in force of an int, short or long. Long.MAX is 2 ** 63. */
  number(name: string): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const value = this.valueInForce(name)
    assert(value !== null, `${name} has no value`)
    const number = textToNumber(value)
    this.numbers.set(name, number)
    return number
  }

  /** What holds of a limit that the broker has, and its listener for clients too. */
  private leastOfListener(name: string): number {
    return Math.min(this.number(name), this.number(`listener.name.${this.clientListener}.${name}`))
  }

  /** The name of the listener for clients, as configs of listeners have it. */
  private get clientListener(): string {
    const controllers = this.list('controller.listener.names').map(name => name.toLowerCase())
    const names = this.list('listeners').map(listener => listener.slice(0, listener.indexOf(':')).toLowerCase())
    return names.find(name => !controllers.includes(name)) ?? ''
  }

  /** The number in force of a double. */
  double(name: string): number {
    return textToDouble(this.value(name) ?? '')
  }

  boolean(name: string): boolean {
    return textToBoolean(this.value(name) ?? '')
  }

  list(name: string): readonly string[] {
    return textToList(this.value(name) ?? '')
  }
}

/** Why `value` cannot be given to the config `name`, in one line that names it and the nearest right one, or null. */
export function configFault(name: string, value: string): string | null {
  const definition = brokerDefinition(name)
  if (definition !== null) return refusal(definition, value)
  const nearest = nearestName(name, brokerConfigTable.names())
  return `unknown config '${name}'${nearest === null ? '' : `: did you mean '${nearest}'?`}`
}

/** node.id and broker.id are one thing under two names. */
function nodeIdOf(overrides: ReadonlyMap<string, string>): string {
  const nodeId = overrides.get('node.id')
  const brokerId = overrides.get('broker.id')
  if (nodeId !== undefined && brokerId !== undefined && textToNumber(nodeId) !== textToNumber(brokerId)) {
    throw new ConfigError(`node.id is ${nodeId} and broker.id is ${brokerId}: give one of them`)
  }
  return nodeId ?? brokerId ?? '1'
}

/** A duration in the unit that its name ends with. Any negative retention is Kafka's -1, no limit. */
function inMillis(name: string, value: string): string {
  if (name.startsWith('log.retention.') && textToNumber(value) < 0 && name !== 'log.retention.bytes') return '-1'
  if (name.endsWith('.minutes')) return String(textToNumber(value) * MINUTE_MS)
  if (name.endsWith('.hours')) return String(textToNumber(value) * HOUR_MS)
  return value
}
