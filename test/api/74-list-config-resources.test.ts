import { expect, test } from 'bun:test'
import door, { listConfigResources } from '../../src/api/74-list-config-resources.ts'
import { ResourceType } from '../../src/core/catalog/state.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask } from './ask.ts'

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ResourceType

const fixture = new CatalogFixture()
fixture.create({ name: 'a' })
const told = [
  { resourceType: GROUP, resourceName: 'g', configs: [{ name: 'consumer.session.timeout.ms', value: '50000' }] },
  { resourceType: CLIENT_METRICS, resourceName: 'm', configs: [{ name: 'interval.ms', value: '5000' }] },
]
fixture.catalog.alterConfigs({ resources: told, isReplacing: false, validateOnly: false }, 0)

function listed(version: number, resourceTypes: readonly number[]) {
  const { errorCode, configResources } = ask(door, listConfigResources, fixture, version, { resourceTypes })
  return [errorCode, configResources.map(({ resourceType, resourceName }) => [resourceType, resourceName]).sort()]
}

test('v0 lists client metrics subscriptions', () => {
  expect(listed(0, [])).toEqual([0, [[CLIENT_METRICS, 'm']]])
})

test('v1 lists what has configs, of the kinds that are asked for or of all', () => {
  expect(listed(1, [GROUP, TOPIC, GROUP])).toEqual([
    0,
    [
      [TOPIC, 'a'],
      [GROUP, 'g'],
    ],
  ])
  expect(listed(1, [])).toEqual([
    0,
    [
      [CLIENT_METRICS, 'm'],
      [TOPIC, 'a'],
      [GROUP, 'g'],
      [BROKER, '1'],
      [BROKER_LOGGER, '1'],
    ],
  ])
  expect(listed(1, [TOPIC, 77])).toEqual([ErrorCode.UNSUPPORTED_VERSION, []])
})
