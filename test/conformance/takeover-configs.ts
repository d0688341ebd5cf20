/** Configs of brokers, groups and client metrics subscriptions, for handing them to Apache Kafka. @module */
import { deepEqual } from 'node:assert/strict'
import { describeConfigs } from '../../src/api/32-describe-configs.ts'
import { incrementalAlterConfigs } from '../../src/api/44-incremental-alter-configs.ts'
import { ConfigSource } from '../../src/core/configs/sources.ts'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import { connect, type WireClient } from '../clients/wire-client.ts'

const ALTER_VERSION = 1
const DESCRIBE_VERSION = 4
const SET = 0
const TOPIC = 2
const BROKER = 4
const CLIENT_METRICS = 16
const GROUP = 32

type Configs = Readonly<Record<string, string>>

/** What each resource is told. */
const told: readonly (readonly [resourceType: number, resourceName: string, configs: Configs])[] = [
  [BROKER, '', { 'log.retention.ms': '604800123', 'message.max.bytes': '2000000' }],
  [BROKER, '1', { 'message.max.bytes': '3000000', 'log.roll.ms': '700000000', 'num.io.threads': '9' }],
  [GROUP, 'told', { 'consumer.session.timeout.ms': '50000', 'share.auto.offset.reset': 'by_duration:PT1H' }],
  [CLIENT_METRICS, 'told', { 'interval.ms': '60000', match: 'client_id=a.*', metrics: 'org.apache.kafka.' }],
]
/** A cluster that is made has been told this much. */
const fromTheStart: Configs = { 'min.insync.replicas': '1' }

const sources = new Map<number, readonly number[]>([
  [BROKER, [ConfigSource.DYNAMIC_BROKER_CONFIG, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG]],
  [GROUP, [ConfigSource.GROUP_CONFIG]],
  [CLIENT_METRICS, [ConfigSource.CLIENT_METRICS_CONFIG]],
])

/** Tells everybody. */
export async function tellAll(client: WireClient): Promise<void> {
  for (const [resourceType, resourceName, configs] of told) await tell(client, resourceType, resourceName, configs)
}

/** Gives a topic other configs. */
export async function tellTopic(client: WireClient, name: string, configs: Configs): Promise<void> {
  await tell(client, TOPIC, name, configs)
}

async function tell(client: WireClient, resourceType: number, resourceName: string, wanted: Configs): Promise<void> {
  const configs = Object.entries(wanted).map(([name, value]) => ({ name, configOperation: SET, value }))
  const request = { resources: [{ resourceType, resourceName, configs }], validateOnly: false }
  const { responses } = await client.call(incrementalAlterConfigs, ALTER_VERSION, request)
  for (const { errorCode, errorMessage } of responses) {
    if (errorCode !== ErrorCode.NONE) throw new Error(`${resourceName}: ${errorName(errorCode)}: ${errorMessage}`)
  }
}

/** Throws where the broker at `port` was not told what `tellAll` told it, or something else. */
export async function requireTold(port: number): Promise<void> {
  using client = await connect(port)
  for (const [resourceType, resourceName, configs] of told) {
    const expected = resourceType === BROKER ? { ...withDefaults(resourceName), ...configs } : configs
    deepEqual(await describe(client, resourceType, resourceName), expected)
  }
}

/** What a broker shows of what all were told. */
function withDefaults(resourceName: string): Configs {
  const [, , forAll] = told[0] ?? [BROKER, '', {}]
  return resourceName === '' ? fromTheStart : { ...fromTheStart, ...forAll }
}

async function describe(client: WireClient, resourceType: number, resourceName: string) {
  const { results } = await client.call(describeConfigs, DESCRIBE_VERSION, {
    resources: [{ resourceType, resourceName, configurationKeys: null }],
    includeSynonyms: false,
    includeDocumentation: false,
  })
  const wanted = sources.get(resourceType) ?? []
  const own = results.flatMap(({ configs }) => configs.filter(({ configSource }) => wanted.includes(configSource)))
  return Object.fromEntries(own.map(({ name, value }) => [name, value]))
}
