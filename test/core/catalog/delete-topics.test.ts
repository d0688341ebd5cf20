import { describe, expect, test } from 'bun:test'
import { parseUuid, type Uuid, zeroUuid } from '../../../src/base/uuid.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { CatalogFixture } from './fixture.ts'

const otherId = parseUuid('7Ag3tGzdQ0anAd3Wf9cX1A') ?? zeroUuid

function withTopic() {
  const fixture = new CatalogFixture()
  const id = fixture.create({ name: 'a' })[0]?.topicId ?? zeroUuid
  const remove = (...topics: readonly (readonly [name: string | null, topicId: Uuid])[]) =>
    fixture.catalog
      .deleteTopics({ topics: topics.map(([name, topicId]) => ({ name, topicId })), timeoutMs: 1000 }, 0)
      .map(({ name, topicId, errorCode }) => [name, topicId, errorCode])
  return { fixture, id, remove }
}

describe('deleteTopics', () => {
  test.each(['name', 'id'])('removes a topic by its %s', by => {
    const { fixture, id, remove } = withTopic()
    const topic = fixture.catalog.topicByName('a')
    expect(remove(by === 'name' ? ['a', zeroUuid] : [null, id])).toEqual([['a', id, 0]])
    expect(fixture.removed).toEqual(topic ? [topic] : [])
    expect(fixture.catalog.topicByName('a')).toBeNull()
    expect(fixture.catalog.topicById(id)).toBeNull()
    expect(fixture.journal.records.at(-1)).toEqual({ type: 'removeTopicRecord', value: { topicId: id } })
  })

  test('what is not there, or is named in two ways or in none, stays as it is', () => {
    const { fixture, id, remove } = withTopic()
    const { INVALID_REQUEST, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION } = ErrorCode
    expect(remove(['b', zeroUuid])).toEqual([['b', zeroUuid, UNKNOWN_TOPIC_OR_PARTITION]])
    expect(remove([null, otherId])).toEqual([[null, otherId, UNKNOWN_TOPIC_ID]])
    expect(remove(['a', id])).toEqual([['a', id, INVALID_REQUEST]])
    expect(remove([null, zeroUuid])).toEqual([[null, zeroUuid, INVALID_REQUEST]])
    expect(remove(['a', zeroUuid], ['a', zeroUuid], ['a', zeroUuid])).toEqual([['a', zeroUuid, INVALID_REQUEST]])
    expect(remove([null, id], [null, id])).toEqual([[null, id, INVALID_REQUEST]])
    expect(remove([null, id], ['a', zeroUuid])).toEqual([['a', id, INVALID_REQUEST]])
    expect(fixture.catalog.topicByName('a')).not.toBeNull()
  })

  test('goes as far as 10,000 topics', () => {
    const fixture = new CatalogFixture()
    const names = Array.from({ length: 10_001 }, (_, index) => `t${index}`)
    for (let from = 0; from < names.length; from += 5000) {
      fixture.create(...names.slice(from, from + 5000).map(name => ({ name })))
    }
    const topics = names.map(name => ({ name, topicId: zeroUuid }))
    const answers = fixture.catalog.deleteTopics({ topics, timeoutMs: 1000 }, 0)
    const codes = answers.map(({ errorCode }) => errorCode)
    expect(codes).toEqual([...Array(10_000).fill(ErrorCode.NONE), ErrorCode.UNKNOWN_SERVER_ERROR])
    expect([...fixture.catalog.topics()].map(({ name }) => name)).toEqual(['t10000'])
  })

  test('no time is no deletion', () => {
    const { fixture, id } = withTopic()
    const answers = fixture.catalog.deleteTopics({ topics: [{ name: null, topicId: id }], timeoutMs: 0 }, 0)
    const errorCode = ErrorCode.REQUEST_TIMED_OUT
    expect(answers).toEqual([{ name: null, topicId: id, errorCode, errorMessage: null }])
    expect(fixture.catalog.topicById(id)).not.toBeNull()
  })

  test('configs and collisions go with the topic', () => {
    const fixture = new CatalogFixture()
    fixture.create({ name: 'a.b', configs: [{ name: 'retention.ms', value: '1' }] })
    fixture.catalog.deleteTopics({ topics: [{ name: 'a.b', topicId: zeroUuid }], timeoutMs: 1 }, 0)
    expect(fixture.create({ name: 'a_b' })[0]?.errorCode).toBe(0)
    fixture.catalog.deleteTopics({ topics: [{ name: 'a_b', topicId: zeroUuid }], timeoutMs: 1 }, 0)
    fixture.create({ name: 'a.b' })
    expect(fixture.catalog.topicByName('a.b')?.configs.size).toBe(0)
  })
})
