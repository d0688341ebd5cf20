import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { BrokerConfigs } from '../../src/core/configs/broker-configs.ts'
import { ConfigTypeCode } from '../../src/core/configs/definition.ts'
import {
  type DescribedConfig,
  describeBrokerConfigs,
  describeClientMetricsConfigs,
  describeGroupConfigs,
  describeTopicConfigs,
} from '../../src/core/configs/describe.ts'
import { ConfigSource } from '../../src/core/configs/sources.ts'

/** A config as a fresh Kafka described it. Booleans are there where they are true, synonyms where there are some. */
interface KafkaConfig {
  readonly name: string
  readonly type: keyof typeof ConfigTypeCode
  readonly value: string | null
  readonly source: string
  readonly readOnly?: true
  readonly sensitive?: true
  readonly synonyms?: readonly string[]
}

type Kind = 'topic' | 'broker' | 'group' | 'client_metrics'

const kafka = readKafkaConfigs()
/** As every cluster of Kafka 4.3 is told when it is made. */
const broker = new BrokerConfigs()
broker.dynamic = { clusterWide: new Map([['min.insync.replicas', '1']]), own: new Map() }
const nothingSet: ReadonlyMap<string, string> = new Map()

function readKafkaConfigs(): Record<Kind, readonly KafkaConfig[]> {
  const shared = join(import.meta.dir, '../../../shared/kafka/configs.json')
  const bytes = existsSync(shared)
    ? readFileSync(shared)
    : gunzipSync(readFileSync(join(import.meta.dir, 'configs.json.gz')))
  return JSON.parse(bytes.toString())
}

/** What we describe, in the form of Kafka's file. */
function summary(config: DescribedConfig): KafkaConfig {
  const { name, value, synonyms, readOnly, isSensitive } = config
  return {
    name,
    type: wordFor(ConfigTypeCode, config.configType),
    value,
    source: wordFor(ConfigSource, config.configSource).toLowerCase(),
    ...(readOnly && { readOnly }),
    ...(isSensitive && { sensitive: isSensitive }),
    ...(synonyms.length > 0 && { synonyms: synonyms.map(synonym => synonym.name) }),
  }
}

function wordFor<Word extends string>(codes: Readonly<Record<Word, number>>, code: number): Word {
  for (const word in codes) if (codes[word] === code) return word
  throw new Error(`nothing has the code ${code}`)
}

test("topic configs are Kafka's: names, types, defaults, sources, synonyms", () => {
  expect(describeTopicConfigs(nothingSet, broker).map(summary)).toEqual([...kafka.topic])
})

test("group configs are Kafka's", () => {
  expect(describeGroupConfigs(nothingSet, broker).map(summary)).toEqual([...kafka.group])
})

test("client metrics configs are Kafka's", () => {
  expect(describeClientMetricsConfigs(nothingSet).map(summary)).toEqual([...kafka.client_metrics])
})

test("broker configs are Kafka's: names, types, what can change and what is secret", () => {
  const shape = ({ name, type, readOnly, sensitive }: KafkaConfig) => ({ name, type, readOnly, sensitive })
  expect(describeBrokerConfigs(broker).map(summary).map(shape).sort(byName)).toEqual(
    kafka.broker.map(shape).sort(byName),
  )
})

test("broker configs that nobody set have Kafka's defaults", () => {
  // The recording broker had its log.dir, whose default is the system's, made unknowable.
  const unset = ({ name, source }: KafkaConfig) => source === 'default_config' && name !== 'log.dir'
  const ours = new Map(describeBrokerConfigs(new BrokerConfigs()).map(config => [config.name, summary(config)]))
  const compared = kafka.broker.filter(unset).filter(({ name }) => ours.get(name)?.source === 'default_config')
  expect(compared.length).toBeGreaterThan(300)
  for (const config of compared) expect(ours.get(config.name)).toEqual(config)
})

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1
}
