import { describe, expect, test } from 'bun:test'
import { BrokerConfigs } from '../../../src/core/configs/broker-configs.ts'
import { topicSettings, validateTopicConfigs } from '../../../src/core/configs/topic-configs.ts'
import { defaultLogConfig } from '../../../src/log/log-config.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'

const fresh = new BrokerConfigs()

function refusalOf(configs: Record<string, string | null>, broker?: BrokerConfigs): string | null {
  const refused = validateTopicConfigs(new Map(Object.entries(configs)), broker)
  if (refused) expect(refused.errorCode).toBe(ErrorCode.INVALID_CONFIG)
  return refused === null ? null : refused.message
}

function settingsOf(configs: Record<string, string>, broker: BrokerConfigs = fresh) {
  return topicSettings(new Map(Object.entries(configs)), broker)
}

describe('Kafka refuses', () => {
  const notLong = (text: string) => `Invalid value ${text} for configuration retention.ms: Not a number of type LONG`
  const throttled =
    "must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],..."
  const refused: readonly [name: string, value: string | null, message: string][] = [
    ['retention.ms', 'soon', notLong('soon')],
    ['retention.ms', '', notLong('')],
    ['retention.ms', '1.5', notLong('1.5')],
    ['retention.ms', '1e3', notLong('1e3')],
    ['retention.ms', '0x10', notLong('0x10')],
    ['retention.ms', '9223372036854775808', notLong('9223372036854775808')],
    ['retention.ms', '-2', 'Invalid value -2 for configuration retention.ms: Value must be at least -1'],
    ['retention.ms', null, 'Null value not supported for topic configs: retention.ms'],
    ['segment.bytes', '1', 'Invalid value 1 for configuration segment.bytes: Value must be at least 1048576'],
    [
      'segment.bytes',
      '2147483648',
      'Invalid value 2147483648 for configuration segment.bytes: Not a number of type INT',
    ],
    [
      'cleanup.policy',
      'none',
      'Invalid value none for configuration cleanup.policy: String must be one of: compact, delete',
    ],
    ['cleanup.policy', 'compact,', "Configuration 'cleanup.policy' values must not be empty."],
    [
      'compression.type',
      'GZIP',
      'Invalid value GZIP for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer',
    ],
    [
      'compression.gzip.level',
      '0',
      'Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1',
    ],
    [
      'compression.gzip.level',
      '10',
      'Invalid value 10 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1',
    ],
    [
      'compression.lz4.level',
      '18',
      'Invalid value 18 for configuration compression.lz4.level: Value must be no more than 17',
    ],
    [
      'min.cleanable.dirty.ratio',
      '2',
      'Invalid value 2.0 for configuration min.cleanable.dirty.ratio: Value must be no more than 1',
    ],
    [
      'min.cleanable.dirty.ratio',
      'x',
      'Invalid value x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE',
    ],
    [
      'preallocate',
      'yes',
      'Invalid value yes for configuration preallocate: Expected value to be either true or false',
    ],
    ['retention.ms', '\u00a05', notLong('\u00a05')],
    [
      'compression.type',
      '\u00a0gzip',
      'Invalid value \u00a0gzip for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer',
    ],
    [
      'cleanup.policy',
      '0:1,',
      'Invalid value 0:1 for configuration cleanup.policy: String must be one of: compact, delete',
    ],
    ['message.format.version', '2.0', 'Unknown topic config name: message.format.version'],
    ['name', 'type', 'Unknown topic config name: name'],
    ['cleanup.policy list', 'compact', 'Unknown topic config name: cleanup.policy list'],
    ['', 'x', 'Unknown topic config name: '],
    [
      'leader.replication.throttled.replicas',
      '0:1,*',
      `Invalid value [0:1, *] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas ${throttled}`,
    ],
    [
      'remote.storage.enable',
      'true',
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    ],
  ]
  for (const [name, value, message] of refused) {
    test(`${name}=${value}`, () => expect(refusalOf({ [name]: value })).toBe(message))
  }

  test('a least compaction lag above the most, wherever the other comes from', () => {
    const lags = { 'min.compaction.lag.ms': '100', 'max.compaction.lag.ms': '10' }
    const conflict = 'conflict topic config setting min.compaction.lag.ms (100) > max.compaction.lag.ms (10)'
    expect(refusalOf(lags)).toBe(conflict)
    const longest = { 'min.compaction.lag.ms': '9223372036854775807', 'max.compaction.lag.ms': '9223372036854775806' }
    expect(refusalOf(longest)).toBe(
      'conflict topic config setting min.compaction.lag.ms (9223372036854775807) > max.compaction.lag.ms (9223372036854775806)',
    )
    const impatient = new BrokerConfigs(new Map([['log.cleaner.max.compaction.lag.ms', '10']]))
    expect(refusalOf({ 'min.compaction.lag.ms': '100' }, impatient)).toBe(conflict)
    expect(refusalOf({ 'retention.ms': '100' }, impatient)).toBeNull()
  })
})

describe('Kafka takes', () => {
  const taken: readonly [name: string, value: string][] = [
    ['retention.ms', ' +5 '],
    ['retention.ms', '9223372036854775807'],
    ['retention.bytes', '-100'],
    ['cleanup.policy', ''],
    ['cleanup.policy', '\u0000'],
    ['retention.ms', '\u0661'],
    ['cleanup.policy', ' compact , delete, compact'],
    ['compression.type', ' gzip'],
    ['compression.gzip.level', '-1'],
    ['min.cleanable.dirty.ratio', '.5f'],
    ['preallocate', 'TRUE'],
    ['leader.replication.throttled.replicas', '*'],
    ['leader.replication.throttled.replicas', '0:1,1:2'],
    ['leader.replication.throttled.replicas', ''],
    ['min.insync.replicas', '3'],
    ['internal.segment.bytes', '100'],
  ]
  for (const [name, value] of taken) {
    test(`${name}=${value}`, () => expect(refusalOf({ [name]: value })).toBeNull())
  }
})

test('a number of a million digits is refused at once, and not repeated', () => {
  const message = refusalOf({ 'retention.ms': '9'.repeat(1_000_000) })
  expect(message).toEndWith('Not a number of type LONG')
  expect(message?.length).toBeLessThan(400)
})

describe('settings', () => {
  test("without overrides they are Kafka's defaults", () => {
    expect(settingsOf({})).toMatchObject(defaultLogConfig)
  })

  test('overrides hold', () => {
    const settings = settingsOf({
      'cleanup.policy': 'delete, compact',
      'compression.type': 'zstd',
      'compression.zstd.level': '-5',
      'compression.gzip.level': '9',
      'message.timestamp.type': '\u0001LogAppendTime',
      'segment.bytes': '\u0000 2000000 ',
      'retention.ms': '-\u0661',
      'flush.messages': '1',
      'min.cleanable.dirty.ratio': '.25f',
    })
    expect(settings).toMatchObject({
      cleanupPolicy: ['compact', 'delete'],
      compressionType: 'zstd',
      compressionLevel: -5,
      messageTimestampType: 'LogAppendTime',
      segmentBytes: 2_000_000,
      retentionMs: -1,
      flushMessages: 1,
      minCleanableDirtyRatio: 0.25,
    })
  })

  test('a codec without levels has none', () => {
    expect(settingsOf({ 'compression.type': 'snappy' }).compressionLevel).toBeUndefined()
    expect(settingsOf({ 'compression.zstd.level': '7' }).compressionLevel).toBeUndefined()
  })

  test('no policy is no policy, and the internal segment size wins', () => {
    expect(settingsOf({ 'cleanup.policy': '' }).cleanupPolicy).toEqual([])
    expect(settingsOf({ 'segment.bytes': '2000000', 'internal.segment.bytes': '100' }).segmentBytes).toBe(100)
  })

  test("what a topic does not set is the broker's, in its own unit", () => {
    const settings = new Map([
      ['message.max.bytes', '5000'],
      ['log.retention.hours', '2'],
      ['log.roll.hours', '1'],
      ['log.roll.jitter.ms', '7'],
      ['log.flush.scheduler.interval.ms', '9'],
      ['min.insync.replicas', '2'],
    ])
    expect(settingsOf({}, new BrokerConfigs(settings))).toMatchObject({
      maxMessageBytes: 5000,
      retentionMs: 7_200_000,
      segmentMs: 3_600_000,
      segmentJitterMs: 7,
      flushMs: 9,
      minInsyncReplicas: 2,
    })
  })

  test('minutes come before hours, and any negative retention is none', () => {
    const minutes = new Map([
      ['log.retention.hours', '2'],
      ['log.retention.minutes', '30'],
    ])
    expect(settingsOf({}, new BrokerConfigs(minutes)).retentionMs).toBe(1_800_000)
    const endless = new Map([['log.retention.hours', '-5']])
    expect(settingsOf({}, new BrokerConfigs(endless)).retentionMs).toBe(-1)
  })
})
