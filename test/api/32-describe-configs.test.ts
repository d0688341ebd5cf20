import { describe, expect, test } from 'bun:test'
import door, { describeConfigs } from '../../src/api/32-describe-configs.ts'
import { ResourceType } from '../../src/core/catalog/state.ts'
import { ConfigSource } from '../../src/core/configs/sources.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask as askDoor, versionsOf } from './ask.ts'

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ResourceType

const fixture = new CatalogFixture({ 'message.max.bytes': '5000' })
fixture.create({ name: 'compacted', configs: [{ name: 'cleanup.policy', value: ' compact ' }] })

interface Asked {
  readonly version?: number
  readonly keys?: readonly string[] | null
  readonly includeSynonyms?: boolean
}

/** The one result for one resource, as it comes out of the bytes of that version. */
function ask(resourceType: number, resourceName: string, asked: Asked = {}) {
  const { version = 4, keys = null, includeSynonyms = false } = asked
  const resources = [{ resourceType, resourceName, configurationKeys: keys }]
  const question = { resources, includeSynonyms, includeDocumentation: false }
  const [result] = askDoor(door, describeConfigs, fixture, version, question).results
  if (!result) throw new Error('no result')
  return result
}

/** Sets one config of one resource. */
function alter(resourceType: number, resourceName: string, name: string, value: string): void {
  const configs = [{ name, value }]
  const change = { resources: [{ resourceType, resourceName, configs }], isReplacing: false, validateOnly: false }
  const [altered] = fixture.catalog.alterConfigs(change, 0)
  expect(altered?.errorMessage).toBeNull()
}

describe('a topic', () => {
  test('shows its own configs, the broker’s, and defaults, with their synonyms', () => {
    const keys = ['cleanup.policy', 'max.message.bytes', 'segment.index.bytes', 'no.such', 'cleanup.policy']
    const { errorCode, configs: described } = ask(TOPIC, 'compacted', { keys, includeSynonyms: true })
    expect(errorCode).toBe(ErrorCode.NONE)
    expect(described).toEqual([
      {
        name: 'cleanup.policy',
        value: 'compact',
        readOnly: false,
        configSource: ConfigSource.TOPIC_CONFIG,
        isDefault: false,
        isSensitive: false,
        synonyms: [
          { name: 'cleanup.policy', value: 'compact', source: ConfigSource.TOPIC_CONFIG },
          { name: 'log.cleanup.policy', value: 'delete', source: ConfigSource.DEFAULT_CONFIG },
        ],
        configType: 7,
        documentation: null,
      },
      {
        name: 'max.message.bytes',
        value: '5000',
        readOnly: false,
        configSource: ConfigSource.STATIC_BROKER_CONFIG,
        isDefault: false,
        isSensitive: false,
        synonyms: [
          { name: 'message.max.bytes', value: '5000', source: ConfigSource.STATIC_BROKER_CONFIG },
          { name: 'message.max.bytes', value: '1048588', source: ConfigSource.DEFAULT_CONFIG },
        ],
        configType: 3,
        documentation: null,
      },
      {
        name: 'segment.index.bytes',
        value: '10485760',
        readOnly: false,
        configSource: ConfigSource.DEFAULT_CONFIG,
        isDefault: false,
        isSensitive: false,
        synonyms: [{ name: 'log.index.size.max.bytes', value: '10485760', source: ConfigSource.DEFAULT_CONFIG }],
        configType: 3,
        documentation: null,
      },
    ])
  })

  test('shows all it has where no keys are given', () => {
    expect(ask(TOPIC, 'compacted').configs).toHaveLength(33)
    expect(ask(TOPIC, 'compacted', { keys: [] }).configs).toHaveLength(33)
    expect(ask(TOPIC, 'compacted', { keys: ['no.such'] }).configs).toEqual([])
  })

  test('without includeSynonyms there are none', () => {
    expect(ask(TOPIC, 'compacted', { keys: ['cleanup.policy'] }).configs[0]?.synonyms).toEqual([])
  })

  test('version 0 says what is a default', () => {
    const keys = ['cleanup.policy', 'segment.bytes']
    const described = ask(TOPIC, 'compacted', { version: 0, keys }).configs
    expect(described.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ['cleanup.policy', false],
      ['segment.bytes', true],
    ])
  })
})

describe('brokers', () => {
  test('this one, under any spelling of its id', () => {
    for (const name of ['1', '01', '+1']) {
      expect(ask(BROKER, name, { keys: ['broker.id', 'delegation.token.secret.key'] }).configs).toMatchObject([
        { name: 'broker.id', value: '1', configSource: ConfigSource.STATIC_BROKER_CONFIG, readOnly: true },
        { name: 'delegation.token.secret.key', value: null, isSensitive: true, configType: 9 },
      ])
    }
  })

  test('all together: only what they were told together, as it was told', () => {
    expect(ask(BROKER, '').configs).toEqual([])
    alter(BROKER, '', 'log.retention.ms', ' 5 ')
    const source = ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
    expect(ask(BROKER, '', { includeSynonyms: true }).configs).toMatchObject([
      {
        name: 'log.retention.ms',
        value: ' 5 ',
        readOnly: false,
        configSource: source,
        synonyms: [{ name: 'log.retention.ms', value: ' 5 ', source }],
      },
    ])
    expect(ask(BROKER, '', { keys: ['message.max.bytes'] }).configs).toEqual([])
  })

  test('what one was told comes before what all were told, and both before its settings; topics follow', () => {
    alter(BROKER, '', 'message.max.bytes', '6000')
    alter(BROKER, '1', 'message.max.bytes', '7000')
    const synonyms = [
      { name: 'message.max.bytes', value: '7000', source: ConfigSource.DYNAMIC_BROKER_CONFIG },
      { name: 'message.max.bytes', value: '6000', source: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG },
      { name: 'message.max.bytes', value: '5000', source: ConfigSource.STATIC_BROKER_CONFIG },
      { name: 'message.max.bytes', value: '1048588', source: ConfigSource.DEFAULT_CONFIG },
    ]
    const shown = { value: '7000', configSource: ConfigSource.DYNAMIC_BROKER_CONFIG, synonyms }
    expect(ask(BROKER, '1', { keys: ['message.max.bytes'], includeSynonyms: true }).configs).toMatchObject([shown])
    expect(ask(TOPIC, 'compacted', { keys: ['max.message.bytes'], includeSynonyms: true }).configs).toMatchObject([
      shown,
    ])
    for (const name of ['', '1']) alter(BROKER, name, 'message.max.bytes', '5000')
  })

  test('what nobody knows may be a secret; what is set for one listener has the type of what it overrides', () => {
    alter(BROKER, '1', 'a.plug-in’s', 'x')
    alter(BROKER, '1', 'listener.name.plaintext.max.connections', '5')
    alter(BROKER, '1', 'listener.name.plaintext.ssl.keystore.password', 'secret')
    const keys = [
      'a.plug-in’s',
      'listener.name.plaintext.max.connections',
      'listener.name.plaintext.ssl.keystore.password',
    ]
    const described = ask(BROKER, '1', { keys: [...keys, 'no.such'], includeSynonyms: true }).configs
    expect(
      described.map(config => [
        config.value,
        config.readOnly,
        config.isSensitive,
        config.configType,
        config.synonyms.length,
      ]),
    ).toEqual([
      [null, true, true, 0, 1],
      ['5', true, false, 3, 2],
      [null, true, true, 9, 1],
    ])
    const names = ask(BROKER, '1').configs.map(({ name }) => name)
    for (const name of keys) expect(names).toContain(name)
  })

  test('the one logger', () => {
    expect(ask(BROKER_LOGGER, '1').configs).toMatchObject([
      { name: 'root', configSource: ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG, readOnly: false },
    ])
    expect(ask(BROKER_LOGGER, '1', { keys: ['kafka.no.such.Logger'] }).configs).toEqual([])
    alter(BROKER_LOGGER, '1', 'root', 'DEBUG')
    expect(ask(BROKER_LOGGER, '1').configs[0]?.value).toBe('DEBUG')
  })
})

test('groups and client metrics need not exist', () => {
  expect(ask(GROUP, 'any').configs).toHaveLength(17)
  expect(ask(CLIENT_METRICS, 'any').configs.map(({ name, value }) => [name, value])).toEqual([
    ['interval.ms', '300000'],
    ['match', ''],
    ['metrics', ''],
  ])
})

test('groups and client metrics show what they have set', () => {
  alter(GROUP, 'g', 'consumer.session.timeout.ms', '50000')
  const keys = ['consumer.session.timeout.ms', 'consumer.heartbeat.interval.ms']
  expect(ask(GROUP, 'g', { keys }).configs).toMatchObject([
    { value: '50000', configSource: ConfigSource.GROUP_CONFIG },
    { value: '5000', configSource: ConfigSource.DEFAULT_CONFIG },
  ])
  alter(CLIENT_METRICS, 'm', 'interval.ms', ' 60000')
  expect(ask(CLIENT_METRICS, 'm', { keys: ['interval.ms'] }).configs).toMatchObject([
    { value: '60000', configSource: ConfigSource.CLIENT_METRICS_CONFIG },
  ])
})

test.each(versionsOf(describeConfigs))('v%i: one resource of a type that is not known spoils all', version => {
  for (const strange of [0, 3, -1]) {
    const resources = [
      { resourceType: TOPIC, resourceName: 'compacted', configurationKeys: null },
      { resourceType: strange, resourceName: 'x', configurationKeys: null },
    ]
    const question = { resources, includeSynonyms: false, includeDocumentation: false }
    expect(askDoor(door, describeConfigs, fixture, version, question).results).toEqual(
      resources.map(({ resourceType, resourceName }) => ({
        errorCode: ErrorCode.INVALID_REQUEST,
        errorMessage:
          'This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details.',
        resourceType,
        resourceName,
        configs: [],
      })),
    )
  }
})

describe('what cannot be described has no configs', () => {
  const faults: readonly [type: number, name: string, errorCode: ErrorCode][] = [
    [TOPIC, 'missing', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    [TOPIC, 'a b', ErrorCode.INVALID_TOPIC_EXCEPTION],
    [TOPIC, '', ErrorCode.INVALID_TOPIC_EXCEPTION],
    [BROKER, '2', ErrorCode.INVALID_REQUEST],
    [BROKER, 'abc', ErrorCode.INVALID_REQUEST],
    [BROKER, ' 1', ErrorCode.INVALID_REQUEST],
    [BROKER_LOGGER, '', ErrorCode.INVALID_REQUEST],
    [BROKER_LOGGER, '2', ErrorCode.INVALID_REQUEST],
    [CLIENT_METRICS, '', ErrorCode.INVALID_REQUEST],
    [GROUP, '', ErrorCode.INVALID_REQUEST],
    [0, 'x', ErrorCode.INVALID_REQUEST],
    [77, 'x', ErrorCode.INVALID_REQUEST],
  ]
  for (const [resourceType, resourceName, errorCode] of faults) {
    test(`type ${resourceType}, '${resourceName}'`, () => {
      const result = ask(resourceType, resourceName)
      expect(result).toMatchObject({ errorCode, resourceType, resourceName, configs: [] })
      expect(result.errorMessage).not.toBeNull()
    })
  }
})
