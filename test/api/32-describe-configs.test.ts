import { describe, expect, test } from 'bun:test'
import door, { describeConfigs } from '../../src/api/32-describe-configs.ts'
import type { Call } from '../../src/api/api.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { Catalog } from '../../src/core/catalog/catalog.ts'
import { BrokerConfigs } from '../../src/core/configs/broker-configs.ts'
import { ConfigSource } from '../../src/core/configs/sources.ts'
import { FetchSessions } from '../../src/core/fetch-sessions.ts'
import { codecOf } from '../../src/wire/compile.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { isFlexible } from '../../src/wire/frame.ts'
import { Reader } from '../../src/wire/reader.ts'
import type { Draft } from '../../src/wire/schema.ts'
import { Writer } from '../../src/wire/writer.ts'

const TOPIC = 2
const BROKER = 4
const BROKER_LOGGER = 8
const CLIENT_METRICS = 16
const GROUP = 32

const configs = new BrokerConfigs(new Map([['message.max.bytes', '5000']]))
const catalog = new Catalog({
  identity: { nodeId: 1, clusterId: 'test', directoryId: zeroUuid },
  configs,
  journal: { append: () => {} },
  directories: { create: () => {}, remove: () => {}, removeStrays: () => {} },
  randomBytes: size => new Uint8Array(size).fill(7),
})
catalog.createTopics(
  {
    topics: [
      {
        name: 'compacted',
        numPartitions: 1,
        replicationFactor: 1,
        assignments: [],
        configs: [{ name: 'cleanup.policy', value: ' compact ' }],
      },
    ],
    validateOnly: false,
    timeoutMs: 1000,
  },
  0,
)

function unreachable(): never {
  throw new Error('no business of this door')
}

function callOf(version: number): Call {
  return {
    version,
    clientId: null,
    now: 0,
    endpoint: { host: 'localhost', port: 9092 },
    roomBytes: 0,
    served: [],
    catalog,
    configs,
    fetchSessions: new FetchSessions(0, { below: unreachable }),
    logs: { find: unreachable, produce: unreachable, refuse: unreachable, errorCodeOf: unreachable },
    purgatory: { park: unreachable },
  }
}

interface Asked {
  readonly version?: number
  readonly keys?: readonly string[] | null
  readonly includeSynonyms?: boolean
}

/** The one result for one resource, as it comes out of the bytes of that version. */
function ask(resourceType: number, resourceName: string, asked: Asked = {}) {
  const { version = 4, keys = null, includeSynonyms = false } = asked
  const resources = [{ resourceType, resourceName, configurationKeys: keys }]
  const answer = door.handle?.({ resources, includeSynonyms, includeDocumentation: false }, callOf(version))
  const writer = new Writer()
  const codec = codecOf(describeConfigs.response, version, isFlexible(describeConfigs.flexible, version))
  // A door's answer is what its own contract writes: the dispatcher relies on the same.
  codec.write(writer, answer as Draft<typeof describeConfigs.response>)
  const [result] = codec.read(new Reader(writer.toBytes())).results
  if (!result) throw new Error('no result')
  return result
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

  test('all together: only what they were told together', () => {
    const described = ask(BROKER, '', { includeSynonyms: true }).configs
    const source = ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
    expect(described).toMatchObject([
      {
        name: 'min.insync.replicas',
        value: '1',
        configSource: source,
        synonyms: [{ name: 'min.insync.replicas', value: '1', source }],
      },
    ])
  })

  test('the one logger', () => {
    expect(ask(BROKER_LOGGER, '1').configs).toMatchObject([
      { name: 'root', configSource: ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG, readOnly: false },
    ])
    expect(ask(BROKER_LOGGER, '1', { keys: ['kafka.no.such.Logger'] }).configs).toEqual([])
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
