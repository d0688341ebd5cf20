/** Client quotas and features, for handing them to Apache Kafka. @module */
import { deepEqual } from 'node:assert/strict'
import { apiVersions } from '../../src/api/18-api-versions.ts'
import { describeClientQuotas } from '../../src/api/48-describe-client-quotas.ts'
import { alterClientQuotas } from '../../src/api/49-alter-client-quotas.ts'
import { updateFeatures } from '../../src/api/57-update-features.ts'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import { connect, type WireClient } from '../clients/wire-client.ts'

const QUOTAS_VERSION = 1
const UPDATE_VERSION = 2
const API_VERSIONS_VERSION = 4
const SAFE_DOWNGRADE = 2
/** What the metadata log has beside the features that this broker tells, for Kafka's sake. */
const kafkas: Levels = { 'group.version': 1, 'share.version': 1 }
/** One that Kafka has too, and that was switched off. */
const SWITCHED_OFF = 'streams.version'
/** Told of the quorum, which differs from one Kafka to the next. */
const KRAFT_VERSION = 'kraft.version'

type Entity = Readonly<Record<string, string | null>>
type Levels = Readonly<Record<string, number>>

/** What each entity is given. */
const quotas: readonly (readonly [entity: Entity, values: Levels])[] = [
  [{ user: 'a' }, { producer_byte_rate: 1_048_576, request_percentage: 12.5 }],
  [{ user: null }, { consumer_byte_rate: 4_503_599_627_370_497 }],
  [{ 'client-id': 'c', user: 'a' }, { controller_mutation_rate: 0.1 }],
  [{ 'client-id': null, user: 'a' }, { producer_byte_rate: 1 }],
  [{ ip: '127.0.0.77' }, { connection_creation_rate: 500 }],
]
/** Given, and taken back. */
const forgotten: Entity = { user: 'forgotten' }

/** Gives everybody their quotas, and switches a feature off. */
export async function tellQuotas(client: WireClient): Promise<void> {
  for (const [entity, values] of quotas) await alter(client, entity, values, false)
  for (const remove of [false, true]) await alter(client, forgotten, { producer_byte_rate: 1 }, remove)
  const featureUpdates = [
    { feature: SWITCHED_OFF, maxVersionLevel: 0, upgradeType: SAFE_DOWNGRADE, allowDowngrade: true },
  ]
  requireDone(await client.call(updateFeatures, UPDATE_VERSION, { featureUpdates, validateOnly: false }))
}

async function alter(client: WireClient, entity: Entity, values: Levels, remove: boolean): Promise<void> {
  const parts = Object.entries(entity).map(([entityType, entityName]) => ({ entityType, entityName }))
  const ops = Object.entries(values).map(([key, value]) => ({ key, value, remove }))
  const request = { entries: [{ entity: parts, ops }], validateOnly: false }
  const { entries } = await client.call(alterClientQuotas, QUOTAS_VERSION, request)
  for (const entry of entries) requireDone(entry)
}

function requireDone({
  errorCode,
  errorMessage,
}: {
  readonly errorCode: number
  readonly errorMessage: string | null
}) {
  if (errorCode !== ErrorCode.NONE) throw new Error(`${errorName(errorCode)}: ${errorMessage}`)
}

/** Throws where the broker at `port` has other quotas than `tellQuotas` gave. */
export async function requireQuotas(port: number): Promise<void> {
  using client = await connect(port)
  const { entries } = await client.call(describeClientQuotas, QUOTAS_VERSION, { components: [], strict: false })
  const found = (entries ?? []).map(({ entity, values }) => [
    Object.fromEntries(entity.map(({ entityType, entityName }) => [entityType, entityName])),
    Object.fromEntries(values.map(({ key, value }) => [key, value])),
  ])
  deepEqual(sorted(found), sorted(quotas))
}

function sorted(rows: readonly unknown[]): readonly string[] {
  return rows.map(row => JSON.stringify(row, sortedKeys)).sort()
}

/** For JSON: the names of an object in their order. */
function sortedKeys(_key: string, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? Object.fromEntries(Object.entries(value).sort()) : value
}

/** The features in force, as the broker at `port` tells them. */
export async function viewFeatures(port: number): Promise<Levels> {
  using client = await connect(port)
  const request = { clientSoftwareName: 'takeover', clientSoftwareVersion: '1' }
  const { finalizedFeatures } = await client.call(apiVersions, API_VERSIONS_VERSION, request)
  const told = finalizedFeatures.filter(({ name }) => name !== KRAFT_VERSION)
  return Object.fromEntries(told.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]).sort())
}

/** Throws where Kafka at `port` has other features than the broker before it, which told those of `view`. */
export async function requireFeatures(port: number, view: Levels): Promise<void> {
  deepEqual(await viewFeatures(port), { ...kafkas, ...view })
}
