import { describe, expect, test } from 'bun:test'
import door, { createTopics } from '../../src/api/19-create-topics.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture, newTopic } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const configs = [{ name: 'cleanup.policy', value: 'compact' }]

function create(fixture: CatalogFixture, version: number, names: readonly string[], validateOnly = false) {
  const topics = names.map(name => newTopic({ name, numPartitions: 2, configs }))
  return ask(door, createTopics, fixture, version, { topics, validateOnly, timeoutMs: 1000 }).topics
}

describe('CreateTopics', () => {
  test.each(versionsOf(createTopics))('v%i answers with what the version has', version => {
    const fixture = new CatalogFixture()
    const [made, refused] = create(fixture, version, ['a', 'b b'])
    const id = fixture.catalog.topicByName('a')?.id
    const isCounted = version >= 5
    expect(made).toMatchObject({
      name: 'a',
      topicId: version >= 7 ? id : zeroUuid,
      errorCode: 0,
      numPartitions: isCounted ? 2 : -1,
      replicationFactor: isCounted ? 1 : -1,
      topicConfigErrorCode: 0,
    })
    expect(refused).toMatchObject({ errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, numPartitions: -1, configs: [] })
  })

  test.each([5, 6, 7])('v%i shows the configs in force, also of a topic that is only validated', version => {
    const [made] = create(new CatalogFixture(), version, ['a'], true)
    expect(made?.configs?.find(({ name }) => name === 'cleanup.policy')).toEqual({
      name: 'cleanup.policy',
      value: 'compact',
      readOnly: false,
      configSource: 1,
      isSensitive: false,
    })
    expect(made?.configs?.find(({ name }) => name === 'segment.bytes')?.configSource).toBe(5)
  })

  test.each([5, 6, 7])('v%i shows values as they were written', version => {
    const fixture = new CatalogFixture({ 'log.roll.ms': ' 77 ', 'log.retention.hours': '+1' })
    const written = { 'cleanup.policy': ' compact , delete ', 'segment.bytes': ' 2000000', preallocate: ' TRUE' }
    const configs = Object.entries(written).map(([name, value]) => ({ name, value }))
    const request = { topics: [newTopic({ name: 'a', configs })], validateOnly: false, timeoutMs: 1000 }
    const [made] = ask(door, createTopics, fixture, version, request).topics
    const shown = Object.fromEntries(made?.configs?.map(({ name, value }) => [name, value]) ?? [])
    expect(shown).toMatchObject({
      ...written,
      'segment.ms': ' 77 ',
      'retention.ms': '3600000',
      'flush.ms': '9223372036854775807',
    })
  })

  test('v0 cannot ask for validation alone', () => {
    const fixture = new CatalogFixture()
    create(fixture, 0, ['a'], true)
    expect(fixture.catalog.topicByName('a')).not.toBeNull()
  })

  test('a journal that is full is a storage error', () => {
    const fixture = new CatalogFixture()
    fixture.journal.isFull = true
    const codes = create(fixture, 7, ['a', 'b']).map(({ errorCode }) => errorCode)
    expect(codes).toEqual([ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.KAFKA_STORAGE_ERROR])
  })
})
