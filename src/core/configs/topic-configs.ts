/**
 * The configs of a topic: whether Kafka would take them, and the settings that a log and its cleaner work with.
 * @module
 */
import { assert } from '../../base/assert.ts'
import { ErrorCode } from '../../wire/errors.ts'
import type { TimestampType } from '../../wire/records/batch.ts'
import type { CodecName } from '../../wire/records/compression/index.ts'
import type { BrokerConfigs } from './broker-configs.ts'
import {
  type ConfigRefusal,
  excerpt,
  refusal,
  textToBoolean,
  textToDouble,
  textToList,
  textToLong,
  textToNumber,
} from './definition.ts'
import { javaTrim } from './java-text.ts'
import { ConfigTable } from './table.ts'
import { topicTable } from './topic-table.ts'

export const topicConfigTable = new ConfigTable(topicTable)

/** A topic's configs as typed values, under Kafka's names (LogConfig). No limit is -1; Long.MAX is 2 ** 63. */
export interface TopicSettings {
  /** One policy, both, or none: then nothing is ever deleted. */
  readonly cleanupPolicy: readonly CleanupPolicy[]
  readonly compressionType: CompressionType
  /** Of `compressionType`; undefined where it has none. */
  readonly compressionLevel: number | undefined
  readonly deleteRetentionMs: number
  readonly flushMessages: number
  readonly flushMs: number
  readonly indexIntervalBytes: number
  readonly maxCompactionLagMs: number
  readonly maxMessageBytes: number
  readonly messageTimestampAfterMaxMs: number
  readonly messageTimestampBeforeMaxMs: number
  readonly messageTimestampType: TimestampType
  readonly minCleanableDirtyRatio: number
  readonly minCompactionLagMs: number
  readonly minInsyncReplicas: number
  readonly producerIdExpirationMs: number
  readonly retentionBytes: number
  readonly retentionMs: number
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
  readonly segmentJitterMs: number
  readonly segmentMs: number
}

export type CleanupPolicy = 'compact' | 'delete'

/** What a batch is stored as; `producer` keeps what came. */
export type CompressionType = 'producer' | 'uncompressed' | Exclude<CodecName, 'none'>

const cleanupPolicies: readonly CleanupPolicy[] = ['compact', 'delete']
const compressionTypes: readonly CompressionType[] = ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd']
const timestampTypes: readonly TimestampType[] = ['CreateTime', 'LogAppendTime']

/**
 * Why Kafka refuses a topic with these configs, in ControllerConfigurationValidator's and LogConfig's words, or null.
 * Configs that are not given count with the broker's values.
 */
export function validateTopicConfigs(
  configs: ReadonlyMap<string, string | null>,
  broker?: BrokerConfigs,
): ConfigRefusal | null {
  const message = nullRefusal(configs) ?? nameRefusal(configs) ?? valueRefusal(configs) ?? conflict(configs, broker)
  return message === null ? null : { errorCode: ErrorCode.INVALID_CONFIG, message }
}

/** What is in force for a topic with these configs, which have been validated. */
export function topicSettings(overrides: ReadonlyMap<string, string>, broker: BrokerConfigs): TopicSettings {
  const text = (name: string) => topicConfigValue(name, overrides, broker) ?? ''
  const number = (name: string) => textToNumber(text(name))
  const compressionType = oneOf(compressionTypes, text('compression.type'))
  const level = `compression.${compressionType}.level`
  return {
    cleanupPolicy: cleanupPolicies.filter(policy => textToList(text('cleanup.policy')).includes(policy)),
    compressionType,
    compressionLevel: topicConfigTable.find(level) === null ? undefined : number(level),
    deleteRetentionMs: number('delete.retention.ms'),
    flushMessages: number('flush.messages'),
    flushMs: number('flush.ms'),
    indexIntervalBytes: number('index.interval.bytes'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    maxMessageBytes: number('max.message.bytes'),
    messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    messageTimestampType: oneOf(timestampTypes, text('message.timestamp.type')),
    minCleanableDirtyRatio: textToDouble(text('min.cleanable.dirty.ratio')),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    minInsyncReplicas: number('min.insync.replicas'),
    producerIdExpirationMs: broker.producerIdExpirationMs,
    retentionBytes: number('retention.bytes'),
    retentionMs: number('retention.ms'),
    // The internal one is free of the least size, and wins (LogConfig.segmentSize).
    segmentBytes: number(overrides.has('internal.segment.bytes') ? 'internal.segment.bytes' : 'segment.bytes'),
    segmentIndexBytes: number('segment.index.bytes'),
    segmentJitterMs: number('segment.jitter.ms'),
    segmentMs: number('segment.ms'),
  }
}

/** The text in force: the topic's own, the broker's, Kafka's default; null where there is none of them. */
export function topicConfigValue(
  name: string,
  overrides: ReadonlyMap<string, string | null>,
  broker?: BrokerConfigs,
): string | null {
  const definition = topicConfigTable.find(name)
  const own = overrides.get(name) ?? null
  if (own !== null || definition === null) return own
  const inherited = definition.synonym === null ? null : (broker?.valueInForce(definition.synonym) ?? null)
  return inherited ?? definition.default
}

function nullRefusal(configs: ReadonlyMap<string, string | null>): string | null {
  const names = [...configs].filter(([, value]) => value === null).map(([name]) => name)
  return names.length === 0 ? null : `Null value not supported for topic configs: ${excerpt(names.join(','))}`
}

function nameRefusal(configs: ReadonlyMap<string, string | null>): string | null {
  for (const name of configs.keys()) {
    if (topicConfigTable.find(name) === null) return `Unknown topic config name: ${excerpt(name)}`
  }
  return null
}

function valueRefusal(configs: ReadonlyMap<string, string | null>): string | null {
  for (const [name, value] of configs) {
    const definition = topicConfigTable.find(name)
    const complaint = definition === null || value === null ? null : refusal(definition, value)
    if (complaint !== null) return complaint
  }
  return null
}

/** Values that are right each by itself, and wrong together. */
function conflict(configs: ReadonlyMap<string, string | null>, broker?: BrokerConfigs): string | null {
  if (configs.size === 0) return null
  const text = (name: string) => topicConfigValue(name, configs, broker) ?? ''
  if (textToBoolean(text('remote.storage.enable'))) {
    return 'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.'
  }
  const least = textToLong(text('min.compaction.lag.ms'))
  const most = textToLong(text('max.compaction.lag.ms'))
  if (least <= most) return null
  return `conflict topic config setting min.compaction.lag.ms (${least}) > max.compaction.lag.ms (${most})`
}

function oneOf<T extends string>(choices: readonly T[], text: string): T {
  const choice = choices.find(candidate => candidate === javaTrim(text))
  assert(choice !== undefined, `'${text}' is none of ${choices.join(', ')}`)
  return choice
}
