import { describe, expect, test } from 'bun:test'
import door, { createPartitions } from '../../src/api/37-create-partitions.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const assignments = [{ brokerIds: [1] }]

describe('CreatePartitions', () => {
  test.each(versionsOf(createPartitions))('v%i makes more partitions, or says why not', version => {
    const fixture = new CatalogFixture()
    fixture.create({ name: 'a' }, { name: 'b' })
    const topics = [
      { name: 'a', count: 3, assignments: null },
      { name: 'b', count: 2, assignments },
      { name: 'c', count: 2, assignments },
    ]
    expect(ask(door, createPartitions, fixture, version, { topics, timeoutMs: 1000, validateOnly: false })).toEqual({
      throttleTimeMs: 0,
      results: [
        { name: 'a', errorCode: 0, errorMessage: null },
        { name: 'b', errorCode: 0, errorMessage: null },
        { name: 'c', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: null },
      ],
    })
    expect(Array.from(fixture.catalog.topics(), ({ partitions }) => partitions.length)).toEqual([3, 2])
  })

  test('what cannot be journaled is a storage error of each topic', () => {
    const fixture = new CatalogFixture()
    fixture.create({ name: 'a' })
    fixture.journal.isFull = true
    const topics = [{ name: 'a', count: 3, assignments: null }]
    const { results } = ask(door, createPartitions, fixture, 3, { topics, timeoutMs: 1000, validateOnly: false })
    expect(results).toEqual([{ name: 'a', errorCode: ErrorCode.KAFKA_STORAGE_ERROR, errorMessage: 'full' }])
    expect(fixture.catalog.topicByName('a')?.partitions).toHaveLength(1)
  })
})
