import { describe, expect, test } from 'bun:test'
import door, { incrementalAlterConfigs } from '../../src/api/44-incremental-alter-configs.ts'
import { Operation } from '../../src/core/catalog/config-changes.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const resource = { resourceType: 2, resourceName: 'a' }
const configs = [
  { name: 'retention.ms', configOperation: Operation.DELETE, value: null },
  { name: 'cleanup.policy', configOperation: Operation.APPEND, value: 'compact' },
  { name: 'segment.ms', configOperation: Operation.SET, value: '5' },
]

describe('IncrementalAlterConfigs', () => {
  test.each(versionsOf(incrementalAlterConfigs))('v%i changes what it names', version => {
    const fixture = new CatalogFixture()
    const kept = { name: 'max.message.bytes', value: '6' }
    fixture.create({ name: 'a', configs: [{ name: 'retention.ms', value: '7' }, kept] })
    const resources = [
      { ...resource, configs },
      { resourceType: 77, resourceName: 'x', configs: [] },
    ]
    expect(ask(door, incrementalAlterConfigs, fixture, version, { resources, validateOnly: false })).toEqual({
      throttleTimeMs: 0,
      responses: [
        { ...resource, errorCode: 0, errorMessage: null },
        {
          resourceType: 77,
          resourceName: 'x',
          errorCode: ErrorCode.INVALID_REQUEST,
          errorMessage: 'Unknown resource type 77',
        },
      ],
    })
    expect(Object.fromEntries(fixture.catalog.topicByName('a')?.configs ?? [])).toEqual({
      'max.message.bytes': '6',
      'cleanup.policy': 'delete,compact',
      'segment.ms': '5',
    })
  })

  test('what cannot be journaled is a storage error of each resource', () => {
    const fixture = new CatalogFixture()
    fixture.create({ name: 'a' })
    fixture.journal.isFull = true
    const question = { resources: [{ ...resource, configs }], validateOnly: false }
    const { responses } = ask(door, incrementalAlterConfigs, fixture, 1, question)
    expect(responses).toEqual([{ ...resource, errorCode: ErrorCode.KAFKA_STORAGE_ERROR, errorMessage: 'full' }])
  })
})
