import { describe, expect, test } from 'bun:test'
import door, { alterConfigs } from '../../src/api/33-alter-configs.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const resource = { resourceType: 2, resourceName: 'a' }
const resources = [{ ...resource, configs: [{ name: 'segment.ms', value: '5' }] }]

describe('AlterConfigs', () => {
  test.each(versionsOf(alterConfigs))('v%i leaves nothing but what it names', version => {
    const fixture = new CatalogFixture()
    fixture.create({ name: 'a', configs: [{ name: 'retention.ms', value: '7' }] })
    expect(ask(door, alterConfigs, fixture, version, { resources, validateOnly: false })).toEqual({
      throttleTimeMs: 0,
      responses: [{ ...resource, errorCode: 0, errorMessage: null }],
    })
    expect(fixture.catalog.topicByName('a')?.configs).toEqual(new Map([['segment.ms', '5']]))
    const nothing = [{ ...resource, configs: [] }]
    ask(door, alterConfigs, fixture, version, { resources: nothing, validateOnly: true })
    expect(fixture.catalog.topicByName('a')?.configs.size).toBe(1)
  })

  test('what cannot be journaled is a storage error of each resource', () => {
    const fixture = new CatalogFixture()
    fixture.create({ name: 'a' })
    fixture.journal.isFull = true
    const { responses } = ask(door, alterConfigs, fixture, 2, { resources, validateOnly: false })
    expect(responses).toEqual([{ ...resource, errorCode: ErrorCode.KAFKA_STORAGE_ERROR, errorMessage: 'full' }])
  })
})
