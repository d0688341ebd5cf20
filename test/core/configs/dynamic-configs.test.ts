import { describe, expect, test } from 'bun:test'
import { BrokerConfigs } from '../../../src/core/configs/broker-configs.ts'
import { acceptable, dynamicRefusal, type Scope } from '../../../src/core/configs/dynamic-configs.ts'

const fresh = new BrokerConfigs(new Map([['log.dirs', '/data']]))

function refusalOf(configs: Readonly<Record<string, string>>, scope: Scope = 'own'): string | null {
  return dynamicRefusal(new Map(Object.entries(configs)), scope, fresh)
}

const ofOneBroker = 'Cannot update these configs at default cluster level, broker id must be specified'
const ofListeners = 'These security configs can be dynamically updated only per-listener using the listener prefix'

describe('a broker cannot be told', () => {
  const refused: readonly (readonly [Readonly<Record<string, string>>, Scope, message: string])[] = [
    [{ 'broker.id': '2', 'node.id': '2' }, 'own', 'Cannot update these configs dynamically: [broker.id, node.id]'],
    [{ listeners: 'PLAINTEXT://:1' }, 'own', 'Cannot update these configs dynamically: [listeners]'],
    [{ 'ssl.keystore.location': '/x' }, 'own', `${ofListeners}: [ssl.keystore.location]`],
    [{ 'ssl.client.auth': 'required' }, 'clusterWide', `${ofOneBroker}: [ssl.client.auth]`],
    [{ 'cordoned.log.dirs': '*' }, 'clusterWide', `${ofOneBroker}: [cordoned.log.dirs]`],
    [{ 'listener.name.a.ssl.key.password': 'x' }, 'clusterWide', `${ofOneBroker}: [listener.name.a.ssl.key.password]`],
    [
      { 'log.retention.ms': 'x' },
      'own',
      'Invalid value x for configuration log.retention.ms: Not a number of type LONG',
    ],
    [
      { 'listener.name.a.max.connections': 'x' },
      'own',
      'Invalid value x for configuration listener.name.a.max.connections: Not a number of type INT',
    ],
    [
      { 'principal.builder.class': 'com.Mine' },
      'own',
      'Invalid value com.Mine for configuration principal.builder.class: Class com.Mine could not be found.',
    ],
    [
      { 'metric.reporters': 'org.apache.kafka.common.metrics.JmxReporter,com.Mine' },
      'own',
      'Invalid value org.apache.kafka.common.metrics.JmxReporter,com.Mine for configuration metric.reporters: Class com.Mine could not be found.',
    ],
    [{ 'log.roll.ms': '0' }, 'clusterWide', 'log.roll.ms must be greater than or equal to 1'],
  ]
  test.each(refused)('%p (%s)', (configs, scope, message) => expect(refusalOf(configs, scope)).toBe(message))
})

describe('a broker can be told', () => {
  test.each([
    'log.retention.ms',
    'leader.replication.throttled.rate',
    'a.plug-in’s own',
    '',
    'listener.name.a.max.connections',
  ])("'%s', alone or with all", name => {
    for (const scope of ['own', 'clusterWide'] as const) expect(refusalOf({ [name]: '5' }, scope)).toBeNull()
  })

  test('nothing', () => expect(refusalOf({})).toBeNull())
})

test('of what a log holds, that which nobody could be told is passed over', () => {
  const configs = new Map([
    ['message.max.bytes', '5'],
    ['log.roll.ms', 'x'],
    ['broker.rack', 'r'],
    ['ssl.keystore.type', 'JKS'],
    ['ssl.client.auth', 'none'],
    ['no.such', 'x'],
  ])
  expect([...acceptable(configs, 'own').keys()]).toEqual(['message.max.bytes', 'ssl.client.auth', 'no.such'])
  expect([...acceptable(configs, 'clusterWide').keys()]).toEqual(['message.max.bytes', 'no.such'])
})

test('what a broker is told holds before its settings, the stronger first, in any unit', () => {
  const configs = new BrokerConfigs(new Map([['log.retention.minutes', '5']]))
  expect(configs.number('log.retention.ms')).toBe(300_000)
  const clusterWide = new Map([['log.retention.ms', '7']])
  configs.dynamic = { clusterWide, own: new Map() }
  expect(configs.number('log.retention.ms')).toBe(7)
  const trial = configs.with({ clusterWide, own: new Map([['log.retention.ms', '8']]) })
  expect(trial.number('log.retention.ms')).toBe(8)
  expect(configs.number('log.retention.ms')).toBe(7)
})
