import { describe, expect, test } from 'bun:test'
import { BrokerConfigs, ConfigError } from '../../../src/core/configs/broker-configs.ts'

function configsOf(settings: Record<string, string>): BrokerConfigs {
  return new BrokerConfigs(new Map(Object.entries(settings)))
}

describe('a broker that nobody told anything', () => {
  const fresh = new BrokerConfigs()

  test("has Kafka's defaults, but for what a single node needs", () => {
    expect(fresh.nodeId).toBe(1)
    expect(fresh.numPartitions).toBe(1)
    expect(fresh.autoCreateTopicsEnable).toBe(true)
    expect(fresh.messageMaxBytes).toBe(1_048_588)
    expect(fresh.fetchMaxBytes).toBe(57_671_680)
    expect(fresh.rack).toBeNull()
    expect(fresh.number('offsets.topic.replication.factor')).toBe(1)
    expect(fresh.number('log.flush.interval.messages')).toBe(2 ** 63)
    expect(fresh.number('log.retention.ms')).toBe(604_800_000)
    expect(fresh.list('process.roles')).toEqual(['broker', 'controller'])
    expect(fresh.strictReplication).toBe(false)
  })
})

describe('settings', () => {
  test('replace defaults', () => {
    const configs = configsOf({ 'num.partitions': ' 3 ', 'auto.create.topics.enable': 'False', 'broker.rack': 'r1' })
    expect(configs.numPartitions).toBe(3)
    expect(configs.autoCreateTopicsEnable).toBe(false)
    expect(configs.rack).toBe('r1')
  })

  test('node.id and broker.id are one', () => {
    expect(configsOf({ 'broker.id': '7' }).nodeId).toBe(7)
    expect(configsOf({ 'node.id': '7' }).value('broker.id')).toBe('7')
    expect(() => configsOf({ 'node.id': '7', 'broker.id': '8' })).toThrow(ConfigError)
  })

  const refused: readonly [name: string, value: string, message: string][] = [
    ['log.retention.hour', '1', "unknown config 'log.retention.hour': did you mean 'log.retention.hours'?"],
    ['mesage.max.byte', '1', "unknown config 'mesage.max.byte': did you mean 'message.max.bytes'?"],
    ['colour', 'blue', "unknown config 'colour'"],
    ['num.partitions', '0', 'Invalid value 0 for configuration num.partitions: Value must be at least 1'],
    ['num.partitions', 'many', 'Invalid value many for configuration num.partitions: Not a number of type INT'],
    [
      'offsets.topic.replication.factor',
      '40000',
      'Invalid value 40000 for configuration offsets.topic.replication.factor: Not a number of type SHORT',
    ],
    [
      'create.topic.policy.class.name',
      'com.Mine',
      'Invalid value com.Mine for configuration create.topic.policy.class.name: Class com.Mine could not be found.',
    ],
    [
      'group.consumer.migration.policy',
      'x',
      'Invalid value x for configuration group.consumer.migration.policy: String must be one of (case insensitive): DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL',
    ],
  ]
  for (const [name, value, message] of refused) {
    test(`refuses ${name}=${value}`, () => expect(() => configsOf({ [name]: value })).toThrow(new ConfigError(message)))
  }

  test('takes a choice in any case where Kafka does', () => {
    expect(configsOf({ 'group.consumer.migration.policy': 'upgrade' }).value('group.consumer.migration.policy')).toBe(
      'upgrade',
    )
  })
})

describe('limits of connections', () => {
  test('an address may have its own, changed while the broker runs', () => {
    const configs = configsOf({ 'max.connections.per.ip': '5', 'max.connections.per.ip.overrides': '10.0.0.7:1' })
    expect([configs.maxConnectionsOf('10.0.0.7'), configs.maxConnectionsOf('10.0.0.8')]).toEqual([1, 5])
    const own = new Map([['max.connections.per.ip.overrides', '10.0.0.8:2']])
    configs.dynamic = { clusterWide: new Map(), own }
    expect([configs.maxConnectionsOf('10.0.0.7'), configs.maxConnectionsOf('10.0.0.8')]).toEqual([5, 2])
  })

  test("the broker's hold, and those of its listener for clients", () => {
    const configs = configsOf({
      listeners: 'CONTROLLER://:9093,Outside://:9092',
      'max.connections': '50',
      'listener.name.outside.max.connections': '7',
      'listener.name.controller.max.connections': '1',
      'listener.name.outside.max.connection.creation.rate': '3',
    })
    expect(configs.maxConnections).toBe(7)
    expect(configs.maxConnectionCreationRate).toBe(3)
    expect(configs.quotaWindowSeconds).toBe(10)
  })
})
