import { describe, expect, test } from 'bun:test'
import { fetch } from '../../src/api/01-fetch.ts'
import { createTopics } from '../../src/api/19-create-topics.ts'
import { describeConfigs } from '../../src/api/32-describe-configs.ts'
import { alterConfigs } from '../../src/api/33-alter-configs.ts'
import { createPartitions } from '../../src/api/37-create-partitions.ts'
import { incrementalAlterConfigs } from '../../src/api/44-incremental-alter-configs.ts'
import { describeClientQuotas } from '../../src/api/48-describe-client-quotas.ts'
import { alterClientQuotas } from '../../src/api/49-alter-client-quotas.ts'
import { Operation } from '../../src/core/catalog/config-changes.ts'
import { ResourceType } from '../../src/core/catalog/state.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { fetchOf, onlyPartition, produceTo, valuesOf, World } from '../sim/world.ts'

const { TOPIC, BROKER } = ResourceType

function alter(world: World, resourceType: number, resourceName: string, name: string, value: string | null): void {
  const configOperation = value === null ? Operation.DELETE : Operation.SET
  const resources = [{ resourceType, resourceName, configs: [{ name, configOperation, value }] }]
  const { responses } = world.connect().call(incrementalAlterConfigs, 1, { resources, validateOnly: false })
  expect(responses[0]?.errorMessage).toBeNull()
}

function describedValue(
  world: World,
  resourceType: number,
  resourceName: string,
  name: string,
): string | null | undefined {
  const resources = [{ resourceType, resourceName, configurationKeys: [name] }]
  const question = { resources, includeSynonyms: false, includeDocumentation: false }
  return world.connect().call(describeConfigs, 4, question).results[0]?.configs[0]?.value
}

function grow(world: World, name: string, count: number): number | undefined {
  const request = { topics: [{ name, count, assignments: null }], timeoutMs: 1000, validateOnly: false }
  return world.connect().call(createPartitions, 3, request).results[0]?.errorCode
}

describe('configs are in force at once and after any stop', () => {
  const stops: readonly (readonly [string, (world: World) => void])[] = [
    ['no stop', () => {}],
    ['a clean stop', world => world.restart()],
    ['a crash', world => world.crash()],
  ]

  test.each(stops)('of a topic: %s', (_, stop) => {
    const world = new World()
    world.createTopic('t', 2)
    expect(produceTo(world.connect(), 't').errorCode).toBe(0)
    alter(world, TOPIC, 't', 'max.message.bytes', '60')
    stop(world)
    for (const partition of [0, 1]) {
      expect(produceTo(world.connect(), 't', {}, partition).errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE)
    }
    alter(world, TOPIC, 't', 'max.message.bytes', null)
    expect(produceTo(world.connect(), 't').errorCode).toBe(0)
  })

  test.each(stops)('of all brokers, and so of the topics that set nothing: %s', (_, stop) => {
    const world = new World({ settings: { 'message.max.bytes': '50000' } })
    world.createTopic('t')
    world.createTopic('own', 1, { 'max.message.bytes': '1000' })
    for (const name of ['t', 'own']) expect(produceTo(world.connect(), name).errorCode).toBe(0)
    alter(world, BROKER, '', 'message.max.bytes', '60')
    stop(world)
    expect(produceTo(world.connect(), 't').errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE)
    expect(produceTo(world.connect(), 'own').errorCode).toBe(0)
    alter(world, BROKER, '1', 'message.max.bytes', '70000')
    expect(produceTo(world.connect(), 't').errorCode).toBe(0)
    expect(describedValue(world, TOPIC, 't', 'max.message.bytes')).toBe('70000')
  })
})

test('a topic that is made again has nothing of the configs of the one before it', () => {
  const world = new World()
  world.createTopic('t')
  alter(world, TOPIC, 't', 'max.message.bytes', '60')
  world.deleteTopic('t')
  world.createTopic('t')
  for (const restart of [false, true]) {
    if (restart) world.restart()
    expect(produceTo(world.connect(), 't').errorCode).toBe(0)
    expect(describedValue(world, TOPIC, 't', 'max.message.bytes')).toBe('1048588')
  }
})

describe('new partitions', () => {
  test('have directories before anybody is told of them, take records and give them, and stay', () => {
    const world = new World()
    world.createTopic('t')
    expect(produceTo(world.connect(), 't', {}, 2).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(grow(world, 't', 3)).toBe(0)
    expect(world.disk.list('t-2')).not.toEqual([])
    expect(produceTo(world.connect(), 't', { values: ['new'] }, 2).errorCode).toBe(0)
    world.crash()
    const found = world.connect().call(fetch, 12, fetchOf('t', { partitions: [{ partition: 2 }] }))
    expect(valuesOf(onlyPartition(found))).toEqual(['new'])
    expect(produceTo(world.connect(), 't', {}, 1).errorCode).toBe(0)
  })

  test('are no reason to open the others', () => {
    const world = new World()
    world.createTopic('t', 5)
    world.restart()
    const calls = world.callsDuring(() => grow(world, 't', 6))
    const touched = new Set(calls.map(({ path }) => path.split('/')[0] ?? ''))
    expect([...touched].filter(path => path.startsWith('t-'))).toEqual(['t-5'])
  })

  test('that cannot be written down are not there', () => {
    const world = new World()
    world.createTopic('t')
    world.disk.capacityBytes = world.disk.usedBytes
    expect(grow(world, 't', 3)).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    world.disk.capacityBytes = Number.POSITIVE_INFINITY
    expect(produceTo(world.connect(), 't', {}, 1).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(grow(world, 't', 2)).toBe(0)
    expect(produceTo(world.connect(), 't', {}, 1).errorCode).toBe(0)
  })
})

describe('a request that would write more than 8 MiB of metadata is refused as a whole', () => {
  const names = Array.from({ length: 300 }, (_, index) => `t${index}`)
  const refused: number[] = names.map(() => ErrorCode.UNKNOWN_SERVER_ERROR)
  /** A value of 30 kB. */
  const value = Array.from({ length: 4300 }, (_, index) => `1:${1000 + index}`).join(',')
  const configs = [{ name: 'leader.replication.throttled.replicas', configOperation: Operation.SET, value }]
  const codesOf = (answers: readonly { readonly errorCode: number }[]) => answers.map(({ errorCode }) => errorCode)

  test('of client quotas', () => {
    const world = new World()
    const ops = [{ key: 'request_percentage', value: 1, remove: false }]
    const entries = names.map(name => ({ entity: [{ entityType: 'user', entityName: name.padEnd(30_000) }], ops }))
    const { entries: answers } = world.connect().call(alterClientQuotas, 1, { entries, validateOnly: false })
    expect(codesOf(answers)).toEqual(refused)
    expect(answers[0]?.errorMessage).toBeString()
    for (const stop of [() => {}, () => world.crash()]) {
      stop()
      const everything = { components: [], strict: false }
      expect(world.connect().call(describeClientQuotas, 1, everything).entries).toEqual([])
    }
  })

  test('of topics', () => {
    const world = new World()
    const shape = { numPartitions: 1, replicationFactor: 1, assignments: [], configs }
    const topics = names.map(name => ({ name, ...shape }))
    const answer = world.connect().call(createTopics, 7, { topics, timeoutMs: 1000, validateOnly: false })
    expect(codesOf(answer.topics)).toEqual(refused)
    expect(world.disk.list('t0-0')).toEqual([])
    world.createTopic('t0')
  })

  test('of configs', () => {
    const world = new World()
    for (const name of names) world.createTopic(name)
    const resources = names.map(resourceName => ({ resourceType: TOPIC, resourceName, configs }))
    const client = world.connect()
    const request = { resources, validateOnly: false }
    expect(codesOf(client.call(incrementalAlterConfigs, 1, request).responses)).toEqual(refused)
    expect(codesOf(client.call(alterConfigs, 2, request).responses)).toEqual(refused)
    expect(describedValue(world, TOPIC, 't0', 'leader.replication.throttled.replicas')).toBe('')
  })
})
