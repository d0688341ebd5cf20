import { describe, expect, test } from 'bun:test'
import { BrokerConfigs } from '../../../src/core/configs/broker-configs.ts'
import { groupConfigTable, groupConfigValue, validateGroupConfigs } from '../../../src/core/configs/group-configs.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'

function refusalOf(configs: Readonly<Record<string, string>>, settings: Readonly<Record<string, string>> = {}) {
  const broker = new BrokerConfigs(new Map(Object.entries(settings)))
  const refused = validateGroupConfigs(new Map(Object.entries(configs)), broker)
  if (refused) expect(refused.errorCode).toBe(ErrorCode.INVALID_CONFIG)
  return refused?.message ?? null
}

describe('Kafka refuses', () => {
  const bound = (name: string, side: 'greater' | 'less', limit: string) =>
    `${name} must be ${side} than or equal to ${limit}`
  const refused: readonly (readonly [name: string, value: string, message: string])[] = [
    ['no.such', '1', 'Unknown group config name: no.such'],
    ['retention.ms', '1', 'Unknown group config name: retention.ms'],
    [
      'consumer.session.timeout.ms',
      'x',
      'Invalid value x for configuration consumer.session.timeout.ms: Not a number of type INT',
    ],
    [
      'consumer.session.timeout.ms',
      '44999',
      bound('consumer.session.timeout.ms', 'greater', 'group.consumer.min.session.timeout.ms'),
    ],
    [
      'consumer.session.timeout.ms',
      '60001',
      bound('consumer.session.timeout.ms', 'less', 'group.consumer.max.session.timeout.ms'),
    ],
    [
      'streams.num.standby.replicas',
      '3',
      bound('streams.num.standby.replicas', 'less', 'group.streams.max.standby.replicas'),
    ],
    [
      'share.delivery.count.limit',
      '11',
      bound('share.delivery.count.limit', 'less', 'group.share.max.delivery.count.limit'),
    ],
    [
      'share.isolation.level',
      'x',
      'Invalid value x for configuration share.isolation.level: String must be one of: read_committed, read_uncommitted',
    ],
  ]
  test.each(refused)('%s=%s', (name, value, message) => expect(refusalOf({ [name]: value })).toBe(message))

  test('an interval that is as long as the timeout, wherever that comes from', () => {
    const message = 'consumer.session.timeout.ms must be greater than consumer.heartbeat.interval.ms'
    const settings = { 'group.consumer.max.heartbeat.interval.ms': '50000' }
    expect(refusalOf({ 'consumer.heartbeat.interval.ms': '45000' }, settings)).toBe(message)
    expect(refusalOf({ 'consumer.heartbeat.interval.ms': '44999' }, settings)).toBeNull()
  })

  test.each([
    'EARLIEST',
    'none',
    '',
    'by_duration:',
    'By_duration:PT1H',
    '\u00a0earliest',
    ...['P', 'PT', '-PT1H', 'P1W', 'x'].map(by),
  ])("to begin at '%s'", reset => {
    expect(refusalOf({ 'share.auto.offset.reset': reset })).toStartWith(
      `Invalid value ${reset} for configuration share.auto.offset.reset: The value must be either 'earliest'`,
    )
  })
})

test.each([
  ' earliest',
  '\u0001earliest\u0002',
  'latest',
  ...['PT0S', 'pt1h', 'P1D', 'P2DT3H4M5.678S', '+PT1M'].map(by),
])("a share group may begin at '%s'", reset => expect(refusalOf({ 'share.auto.offset.reset': reset })).toBeNull())

test('each group config falls back on one of the broker, or on its default', () => {
  const broker = new BrokerConfigs(new Map([['group.consumer.session.timeout.ms', '50000']]))
  expect(groupConfigValue('consumer.session.timeout.ms', new Map(), broker)).toBe('50000')
  expect(groupConfigValue('share.isolation.level', new Map(), broker)).toBe('read_uncommitted')
  for (const name of groupConfigTable.names()) expect(groupConfigValue(name, new Map(), broker)).not.toBeNull()
  expect(groupConfigValue('no.such', new Map(), broker)).toBeNull()
})

function by(duration: string): string {
  return `by_duration:${duration}`
}
