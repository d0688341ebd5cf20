import { describe, expect, test } from 'bun:test'
import door, { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

function remove(fixture: CatalogFixture, version: number, names: readonly string[]) {
  const topics = names.map(name => ({ name, topicId: zeroUuid }))
  const question = { topics, topicNames: names, timeoutMs: 1000 }
  return ask(door, deleteTopics, fixture, version, question).responses
}

describe('DeleteTopics', () => {
  test.each(versionsOf(deleteTopics))('v%i removes topics by name', version => {
    const fixture = new CatalogFixture()
    const id = fixture.create({ name: 'a' })[0]?.topicId
    const [unknown, removed] = remove(fixture, version, ['a', 'b'])
    expect(unknown).toMatchObject({ name: 'b', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION })
    expect(unknown?.errorMessage === null).toBe(version < 5)
    expect(removed).toMatchObject({ name: 'a', errorCode: 0, topicId: version >= 6 ? id : zeroUuid })
    expect(fixture.catalog.topicByName('a')).toBeNull()
  })

  test('v6 removes topics by id', () => {
    const fixture = new CatalogFixture()
    const topicId = fixture.create({ name: 'a' })[0]?.topicId ?? zeroUuid
    const question = { topics: [{ name: null, topicId }], topicNames: [], timeoutMs: 1000 }
    const { responses } = ask(door, deleteTopics, fixture, 6, question)
    expect(responses).toEqual([{ name: 'a', topicId, errorCode: 0, errorMessage: null }])
  })

  test.each(versionsOf(deleteTopics))('v%i says that deletion is switched off', version => {
    const fixture = new CatalogFixture({ 'delete.topic.enable': 'false' })
    fixture.create({ name: 'a' })
    const errorCode = version < 3 ? ErrorCode.INVALID_REQUEST : ErrorCode.TOPIC_DELETION_DISABLED
    expect(remove(fixture, version, ['a'])[0]?.errorCode).toBe(errorCode)
    expect(fixture.catalog.topicByName('a')).not.toBeNull()
  })

  test('a journal that is full is a storage error', () => {
    const fixture = new CatalogFixture()
    fixture.create({ name: 'a' })
    fixture.journal.isFull = true
    expect(remove(fixture, 5, ['a'])[0]?.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect(fixture.catalog.topicByName('a')).not.toBeNull()
  })
})
