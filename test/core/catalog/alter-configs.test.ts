import { describe, expect, test } from 'bun:test'
import { zeroUuid } from '../../../src/base/uuid.ts'
import type { ConfigChange } from '../../../src/core/catalog/commands.ts'
import { Operation } from '../../../src/core/catalog/config-changes.ts'
import { ResourceType } from '../../../src/core/catalog/state.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { CatalogFixture } from './fixture.ts'

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ResourceType
const { SET, DELETE, APPEND } = Operation

type Resource = readonly [resourceType: number, resourceName: string, ...configs: readonly ConfigChange[]]

function set(name: string, value: string | null, configOperation: number = SET): ConfigChange {
  return { name, configOperation, value }
}

function withTopic({ hasElr = false } = {}) {
  const fixture = new CatalogFixture()
  fixture.create({ name: 'a', configs: [{ name: 'retention.ms', value: '7' }] })
  if (hasElr) {
    const value = { name: 'eligible.leader.replicas.version', featureLevel: 1 }
    fixture.catalog.recover({ type: 'featureLevelRecord', value })
    fixture.catalog.resume(0)
  }
  fixture.journal.records.length = 0
  const alter = (...resources: readonly Resource[]) => ask(fixture, resources)
  return { fixture, alter }
}

function ask(
  { catalog }: CatalogFixture,
  resources: readonly Resource[],
  { isReplacing = false, validateOnly = false } = {},
) {
  const changes = resources.map(([resourceType, resourceName, ...configs]) => ({ resourceType, resourceName, configs }))
  return catalog.alterConfigs({ resources: changes, isReplacing, validateOnly }, 0)
}

const codesOf = (answers: ReturnType<typeof ask>) => answers.map(({ errorCode }) => errorCode)

describe('alterConfigs', () => {
  test('writes what changes, puts it in force, and answers each resource in its turn', () => {
    const { fixture, alter } = withTopic()
    const answers = alter(
      [TOPIC, 'a', set('retention.ms', '8'), set('cleanup.policy', 'compact', APPEND)],
      [GROUP, 'g', set('consumer.session.timeout.ms', '50000')],
      [TOPIC, 'no.such', set('retention.ms', '8')],
      [CLIENT_METRICS, 'm', set('interval.ms', '5000')],
    )
    expect(answers.map(({ resourceType, resourceName, errorCode }) => [resourceType, resourceName, errorCode])).toEqual(
      [
        [TOPIC, 'a', 0],
        [GROUP, 'g', 0],
        [TOPIC, 'no.such', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
        [CLIENT_METRICS, 'm', 0],
      ],
    )
    const value = { resourceType: TOPIC, resourceName: 'a' }
    expect(fixture.journal.records.slice(0, 2)).toEqual([
      { type: 'configRecord', value: { ...value, name: 'retention.ms', value: '8' } },
      { type: 'configRecord', value: { ...value, name: 'cleanup.policy', value: 'delete,compact' } },
    ])
    expect(fixture.journal.records).toHaveLength(4)
    const topic = fixture.catalog.topicByName('a')
    expect(topic?.configs.get('retention.ms')).toBe('8')
    expect(fixture.configured).toEqual(topic ? [topic] : [])
    expect(fixture.catalog.configsOf(GROUP, 'g')).toEqual(new Map([['consumer.session.timeout.ms', '50000']]))
    expect(fixture.catalog.configuredNames(CLIENT_METRICS)).toEqual(['m'])
  })

  test('with validation alone nothing happens', () => {
    const { fixture } = withTopic()
    const resources: readonly Resource[] = [
      [TOPIC, 'a', set('retention.ms', '8')],
      [BROKER, '', set('message.max.bytes', '8')],
      [BROKER_LOGGER, '1', set('root', 'DEBUG')],
      [GROUP, 'g', set('no.such', '8')],
    ]
    expect(codesOf(ask(fixture, resources, { validateOnly: true }))).toEqual([0, 0, 0, ErrorCode.INVALID_CONFIG])
    expect(fixture.journal.records).toEqual([])
    expect(fixture.configured).toEqual([])
    expect(fixture.configs.messageMaxBytes).toBe(1_048_588)
    expect(fixture.log.level).toBe('INFO')
  })

  test('what cannot be journaled has not happened', () => {
    const { fixture, alter } = withTopic()
    fixture.journal.isFull = true
    expect(() => alter([TOPIC, 'a', set('retention.ms', '8')])).toThrow('full')
    expect(fixture.catalog.topicByName('a')?.configs.get('retention.ms')).toBe('7')
    expect(fixture.configured).toEqual([])
  })

  test('a resource that comes twice is refused each time, the others are not', () => {
    const { alter } = withTopic()
    const twice: Resource = [TOPIC, 'a', set('retention.ms', '8')]
    const { INVALID_REQUEST } = ErrorCode
    expect(codesOf(alter(twice, [GROUP, 'a'], twice))).toEqual([INVALID_REQUEST, 0, INVALID_REQUEST])
  })

  const refused: readonly (readonly [Resource, keyof typeof ErrorCode, message: string | null])[] = [
    [[TOPIC, 'a', set('x', '1'), set('x', '1')], 'INVALID_REQUEST', 'Error due to duplicate config keys'],
    [[TOPIC, 'a', set('x', null), set('y', null)], 'INVALID_REQUEST', 'Null value not supported for : x, y'],
    [
      [TOPIC, 'a', set('cleanup.policy', null, APPEND)],
      'INVALID_REQUEST',
      'Null value not supported for : cleanup.policy',
    ],
    [[TOPIC, 'a', set('retention.ms', '1', 9)], 'UNKNOWN_SERVER_ERROR', null],
    [[TOPIC, 'a', set('no.such', '1')], 'INVALID_CONFIG', 'Unknown topic config name: no.such'],
    [
      [TOPIC, 'a', set('retention.ms', 'x')],
      'INVALID_CONFIG',
      'Invalid value x for configuration retention.ms: Not a number of type LONG',
    ],
    [[TOPIC, '', set('retention.ms', '1')], 'INVALID_REQUEST', 'Default topic resources are not allowed.'],
    [[TOPIC, 'no.such'], 'UNKNOWN_TOPIC_OR_PARTITION', "The topic 'no.such' does not exist."],
    [[GROUP, ''], 'INVALID_REQUEST', 'Default group resources are not allowed.'],
    [[GROUP, 'g', set('no.such', '1')], 'INVALID_CONFIG', 'Unknown group config name: no.such'],
    [[CLIENT_METRICS, ''], 'INVALID_REQUEST', "Subscription name can't be empty"],
    [[CLIENT_METRICS, 'm', set('no.such', '1')], 'INVALID_REQUEST', 'Unknown client metrics configuration: no.such'],
    [
      [CLIENT_METRICS, 'm', set('metrics', 'x', APPEND)],
      'INVALID_CONFIG',
      "Can't APPEND to key metrics because its type is not LIST.",
    ],
    [[BROKER, '2'], 'INVALID_REQUEST', 'Unexpected broker id, expected 1, but received 2'],
    [[BROKER, 'x'], 'INVALID_REQUEST', 'Broker id must be an integer, but it is: x'],
    [[BROKER, '1', set('broker.id', '2')], 'INVALID_REQUEST', 'Cannot update these configs dynamically: [broker.id]'],
    [[BROKER, '1', set('log.retention.ms', '1', 9)], 'INVALID_REQUEST', 'Unknown operations type 9'],
    [
      [BROKER, '1', set('log.retention.ms', '1', APPEND)],
      'INVALID_CONFIG',
      "Can't APPEND to key log.retention.ms because its type is not LIST.",
    ],
    [[BROKER_LOGGER, '2'], 'INVALID_REQUEST', 'Unexpected broker id, expected 1, but received 2'],
    [[BROKER_LOGGER, '1', set('kafka', 'INFO')], 'INVALID_CONFIG', 'Logger kafka does not exist!'],
    [
      [BROKER_LOGGER, '1', set('root', 'info')],
      'INVALID_CONFIG',
      'Cannot set the log level of root to info as it is not a supported log level. ' +
        'Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN',
    ],
    [
      [BROKER_LOGGER, '1', set('root', 'INFO', APPEND)],
      'INVALID_REQUEST',
      'APPEND operation is not allowed for the BROKER_LOGGER resource',
    ],
    [
      [BROKER_LOGGER, '1', set('root', null, DELETE)],
      'INVALID_REQUEST',
      'Removing the log level of the root logger is not allowed',
    ],
    [[BROKER_LOGGER, '1', set('root', 'INFO', 9)], 'UNKNOWN_SERVER_ERROR', null],
    [[0, 'x'], 'INVALID_REQUEST', 'Unknown resource type 0'],
    [[77, 'x'], 'INVALID_REQUEST', 'Unknown resource type 77'],
  ]
  test.each(refused)('refuses %p with %s', (resource, error, errorMessage) => {
    const { fixture, alter } = withTopic()
    const [resourceType, resourceName] = resource
    expect(alter(resource)).toEqual([{ resourceType, resourceName, errorCode: ErrorCode[error], errorMessage }])
    expect(fixture.journal.records).toEqual([])
  })

  test('an invalid topic name is a fault of its own', () => {
    expect(codesOf(withTopic().alter([TOPIC, 'a b']))).toEqual([ErrorCode.INVALID_TOPIC_EXCEPTION])
  })

  test('deletes what nobody has set, or knows', () => {
    const { fixture, alter } = withTopic()
    expect(codesOf(alter([TOPIC, 'a', set('no.such', null, DELETE)], [GROUP, 'g', set('x', null, DELETE)]))).toEqual([
      0, 0,
    ])
    expect(fixture.journal.records).toEqual([])
  })

  test('replacing unsets what is not named, and knows no loggers', () => {
    const { fixture } = withTopic()
    const resources: readonly Resource[] = [
      [TOPIC, 'a', { name: 'segment.ms', value: '5' }],
      [BROKER_LOGGER, '1', { name: 'root', value: 'INFO' }],
    ]
    expect(codesOf(ask(fixture, resources, { isReplacing: true }))).toEqual([0, ErrorCode.INVALID_REQUEST])
    expect(fixture.catalog.topicByName('a')?.configs).toEqual(new Map([['segment.ms', '5']]))
  })

  test('a deleted topic takes its configs along', () => {
    const { fixture, alter } = withTopic()
    alter([TOPIC, 'a', set('segment.ms', '5')])
    fixture.catalog.deleteTopics({ topics: [{ name: 'a', topicId: zeroUuid }], timeoutMs: 1 }, 0)
    fixture.create({ name: 'a' })
    expect(fixture.catalog.topicByName('a')?.configs.size).toBe(0)
    alter([TOPIC, 'a', set('segment.ms', '6')])
    expect(fixture.catalog.topicByName('a')?.configs).toEqual(new Map([['segment.ms', '6']]))
  })

  test('more than one decision may write is nothing', () => {
    const { fixture, alter } = withTopic()
    const many = Array.from({ length: 10_001 }, (_, index) => set(`plug-in.${index}`, '1'))
    expect(codesOf(alter([TOPIC, 'a', set('retention.ms', '8')], [BROKER, '1', ...many], [GROUP, '']))).toEqual([
      ErrorCode.POLICY_VIOLATION,
      ErrorCode.POLICY_VIOLATION,
      ErrorCode.INVALID_REQUEST,
    ])
    expect(fixture.journal.records).toEqual([])
    expect(codesOf(alter([BROKER, '1', ...many.slice(1)]))).toEqual([0])
  })
})

describe('brokers', () => {
  test('what one is told holds before what all are told, and topics follow', () => {
    const { fixture, alter } = withTopic()
    alter([BROKER, '', set('message.max.bytes', '2000')])
    expect(fixture.configs.messageMaxBytes).toBe(2000)
    alter([BROKER, '1', set('message.max.bytes', '3000')])
    expect(fixture.configs.messageMaxBytes).toBe(3000)
    alter([BROKER, '1', set('message.max.bytes', null, DELETE)], [BROKER, '', set('message.max.bytes', null, DELETE)])
    expect(fixture.configs.messageMaxBytes).toBe(1_048_588)
    expect(fixture.catalog.configuredNames(BROKER)).toEqual([])
    expect(fixture.configured.map(({ name }) => name)).toEqual(['a', 'a', 'a', 'a'])
  })

  test('the log tells as much as it is told to', () => {
    const { fixture, alter } = withTopic()
    expect(codesOf(alter([BROKER_LOGGER, '1', set('root', 'TRACE')]))).toEqual([0])
    expect(fixture.catalog.logLevel).toBe('TRACE')
    expect(fixture.journal.records).toEqual([])
  })
})

describe('the least size of the ISR', () => {
  const name = 'min.insync.replicas'

  test('may be anybody’s where there are no eligible leader replicas', () => {
    const { fixture, alter } = withTopic()
    expect(codesOf(alter([BROKER, '1', set(name, '2')], [BROKER, '', set(name, null, DELETE)]))).toEqual([0, 0])
    expect(fixture.journal.records.map(({ type }) => type)).toEqual(['configRecord', 'configRecord'])
  })

  test('is the cluster’s and the topic’s where there are', () => {
    const { fixture, alter } = withTopic({ hasElr: true })
    expect(alter([BROKER, '1', set(name, '2')])[0]).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
      errorMessage: 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.',
    })
    const removed = { errorMessage: 'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.' }
    expect(alter([BROKER, '', set(name, null, DELETE)])[0]).toMatchObject(removed)
    expect(ask(fixture, [[BROKER, '', set('message.max.bytes', '1')]], { isReplacing: true })[0]).toMatchObject(removed)
    expect(codesOf(alter([BROKER, '', set(name, '2')], [TOPIC, 'a', set(name, '2')]))).toEqual([0, 0])
    const clearing = fixture.journal.records.flatMap(({ type, value }) => (type === 'clearElrRecord' ? [value] : []))
    expect(clearing).toEqual([{ topicName: '' }, { topicName: 'a' }])
  })
})
