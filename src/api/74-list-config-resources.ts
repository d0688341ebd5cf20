import type { Catalog } from '../core/catalog/catalog.ts'
import { ResourceType } from '../core/catalog/state.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * ListConfigResources v0–1. v0 lists client metrics subscriptions (KIP-1000), v1 resources of any kind (KIP-1142): all
 * topics and brokers, and of groups and subscriptions those that have a config. Nothing is left out.
 */
export const listConfigResources = contract({
  key: 74,
  name: 'ListConfigResources',
  versions: '0-1',
  flexible: 0,
  request: () => ({
    resourceTypes: array(int8(), '1+'),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    configResources: array({
      resourceName: string(),
      resourceType: int8('1+').default(16),
    }),
  }),
})

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ResourceType
const listed: readonly number[] = [GROUP, CLIENT_METRICS, BROKER_LOGGER, BROKER, TOPIC]

export default api(listConfigResources, ({ resourceTypes }, { catalog, version }) => {
  const asked = new Set(version === 0 ? [CLIENT_METRICS] : resourceTypes.length === 0 ? listed : resourceTypes)
  if ([...asked].some(type => !listed.includes(type))) {
    return { throttleTimeMs: 0, errorCode: ErrorCode.UNSUPPORTED_VERSION, configResources: [] }
  }
  const configResources = [...asked].flatMap(resourceType =>
    namesOf(resourceType, catalog).map(resourceName => ({ resourceName, resourceType })),
  )
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, configResources }
})

function namesOf(resourceType: number, catalog: Catalog): readonly string[] {
  if (resourceType === TOPIC) return Array.from(catalog.topics(), ({ name }) => name)
  if (resourceType === BROKER || resourceType === BROKER_LOGGER) return catalog.brokers.map(({ id }) => String(id))
  return catalog.configuredNames(resourceType)
}
