/**
 * Configs as DescribeConfigs shows them: the value in force, where it comes from, and what would hold without it
 * (ConfigHelper).
 * @module
 */
import { type BrokerConfigs, brokerConfigTable, brokerDefinition, brokerSynonyms } from './broker-configs.ts'
import { clientMetricsConfigTable } from './client-metrics-configs.ts'
import { ConfigTypeCode, canonicalText, type Definition } from './definition.ts'
import { groupConfigTable, groupConfigValue } from './group-configs.ts'
import { type LogLevel, ROOT_LOGGER } from './log-levels.ts'
import { ConfigSource } from './sources.ts'
import type { ConfigTable } from './table.ts'
import { topicConfigTable, topicConfigValue } from './topic-configs.ts'

export interface DescribedConfig {
  readonly name: string
  /** Null where nothing is set, and where it is secret. */
  readonly value: string | null
  readonly readOnly: boolean
  /** A ConfigSource. */
  readonly configSource: number
  readonly isSensitive: boolean
  /** Every value there is, the one in force first. */
  readonly synonyms: readonly ConfigSynonym[]
  /** A ConfigTypeCode. */
  readonly configType: number
  /** Kafka's texts are not kept. */
  readonly documentation: string | null
}

export interface ConfigSynonym {
  readonly name: string
  readonly value: string | null
  readonly source: number
}

/** Which configs are asked for: by name, or all where it is null or empty. Names that are not known are passed over. */
type Keys = readonly string[] | null

/** The configs of a topic that sets `overrides`. */
export function describeTopicConfigs(
  overrides: ReadonlyMap<string, string>,
  broker: BrokerConfigs,
  keys: Keys = null,
): DescribedConfig[] {
  return definitions(topicConfigTable, overrides, keys).map(definition =>
    described(definition, topicConfigValue(definition.name, overrides, broker), [
      ...ownSynonym(definition, overrides, ConfigSource.TOPIC_CONFIG),
      ...synonymsOf(definition.synonym, broker),
    ]),
  )
}

/** The configs of this very broker. */
export function describeBrokerConfigs(broker: BrokerConfigs, keys: Keys = null): DescribedConfig[] {
  const { own, clusterWide } = broker.dynamic
  const names = wanted([...brokerConfigTable.names(), ...own.keys(), ...clusterWide.keys()], keys)
  return names.flatMap(name => {
    const definition = brokerDefinition(name) ?? stranger(name)
    const isAlwaysThere = brokerConfigTable.find(name)?.isInternal === false
    if (!isAlwaysThere && !broker.isSet(name)) return []
    return [described(definition, broker.value(name), synonymsOf(name, broker))]
  })
}

/** What all brokers of the cluster were told, as it was told: nothing of what a broker sets for itself. */
export function describeClusterConfigs(broker: BrokerConfigs, keys: Keys = null): DescribedConfig[] {
  const { clusterWide } = broker.dynamic
  const source = ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
  return wanted([...clusterWide.keys()], keys).flatMap(name => {
    const value = clusterWide.get(name)
    if (value === undefined) return []
    const config = described(brokerDefinition(name) ?? stranger(name), value, [{ name, value, source }])
    return [{ ...config, value: config.isSensitive ? null : value }]
  })
}

/** The one logger there is. */
export function describeLoggers(level: LogLevel, keys: Keys = null): DescribedConfig[] {
  return wanted([ROOT_LOGGER], keys)
    .filter(name => name === ROOT_LOGGER)
    .map(name => ({
      name,
      value: level,
      readOnly: false,
      configSource: ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG,
      isSensitive: false,
      synonyms: [],
      configType: ConfigTypeCode.unknown,
      documentation: '',
    }))
}

/** The configs of a group that sets `overrides`: there need be no such group. */
export function describeGroupConfigs(
  overrides: ReadonlyMap<string, string>,
  broker: BrokerConfigs,
  keys: Keys = null,
): DescribedConfig[] {
  return definitions(groupConfigTable, overrides, keys).map(definition => {
    const { name, synonym, default: fallback } = definition
    const inherited =
      synonym === null ? [{ name, value: fallback, source: ConfigSource.DEFAULT_CONFIG }] : synonymsOf(synonym, broker)
    const value = groupConfigValue(name, overrides, broker)
    return described(definition, value, [...ownSynonym(definition, overrides, ConfigSource.GROUP_CONFIG), ...inherited])
  })
}

/** The configs of a client metrics subscription that sets `overrides`: there need be no such subscription. */
export function describeClientMetricsConfigs(
  overrides: ReadonlyMap<string, string>,
  keys: Keys = null,
): DescribedConfig[] {
  return definitions(clientMetricsConfigTable, overrides, keys).map(definition => {
    const value = overrides.get(definition.name) ?? definition.default
    return described(definition, value, ownSynonym(definition, overrides, ConfigSource.CLIENT_METRICS_CONFIG))
  })
}

/** Each name once: those asked for, or all. */
function wanted(all: readonly string[], keys: Keys): readonly string[] {
  return [...new Set(keys === null || keys.length === 0 ? all : keys)]
}

function definitions(table: ConfigTable, overrides: ReadonlyMap<string, string>, keys: Keys): Definition[] {
  return wanted(table.names(), keys).flatMap(name => {
    const definition = table.find(name)
    return definition === null || (definition.isInternal && !overrides.has(name)) ? [] : [definition]
  })
}

function described(definition: Definition, text: string | null, synonyms: readonly ConfigSynonym[]): DescribedConfig {
  // What nobody knows may be a secret.
  const isSensitive = definition.type === 'password' || definition.type === 'unknown'
  return {
    name: definition.name,
    value: text === null || isSensitive ? null : canonicalText(definition, text),
    readOnly: definition.isReadOnly,
    configSource: synonyms[0]?.source ?? ConfigSource.DEFAULT_CONFIG,
    isSensitive,
    synonyms: isSensitive ? synonyms.map(synonym => ({ ...synonym, value: null })) : synonyms,
    configType: ConfigTypeCode[definition.type],
    documentation: null,
  }
}

/** A config that only a plug-in could know. */
function stranger(name: string): Definition {
  const nothing = { default: null, synonym: null, isInternal: true }
  return { name, type: 'unknown', isReadOnly: true, accepts: '*', ...nothing }
}

function ownSynonym(
  definition: Definition,
  overrides: ReadonlyMap<string, string>,
  source: number,
): readonly ConfigSynonym[] {
  const { name } = definition
  const text = overrides.get(name)
  return text === undefined ? [] : [{ name, value: canonicalText(definition, text), source }]
}

/**
 * Every value that the broker has for a config of its own, as it was written. A value under another unit's name counts
 * only behind one under this very name, as in Kafka: log.retention.hours alone is no synonym of log.retention.ms.
 */
function synonymsOf(brokerConfig: string | null, broker: BrokerConfigs): readonly ConfigSynonym[] {
  if (brokerConfig === null) return []
  const names = brokerSynonyms(brokerConfig)
  const synonyms = broker.layers.flatMap(({ source, get }) =>
    names.flatMap(name => {
      const value = get(name)
      return value === null ? [] : [{ name, value, source }]
    }),
  )
  const first = synonyms.findIndex(({ name }) => name === brokerConfig)
  return first < 0 ? [] : synonyms.slice(first)
}
