import { describe, expect, test } from 'bun:test'
import { BrokerConfigs, ConfigError } from '../../../src/core/configs/broker-configs.ts'
import { refuseConflicts } from '../../../src/core/configs/start-conflicts.ts'

type Settings = Readonly<Record<string, string>>

function start(settings: Settings): void {
  refuseConflicts(new BrokerConfigs(new Map(Object.entries({ 'log.dirs': '/data', ...settings }))))
}

/** Each was put to Apache Kafka's KafkaConfig too, which refuses it. */
describe('no broker starts with', () => {
  const refused: readonly (readonly [Settings, named: string])[] = [
    [{ 'log.roll.ms': '0' }, 'log.roll.ms'],
    [{ 'log.retention.minutes': '0' }, 'log.retention.ms'],
    [{ 'log.cleaner.threads': '0' }, 'cleaner threads'],
    [{ 'log.cleaner.threads': '200' }, 'log.cleaner.dedupe.buffer.size'],
    [{ 'max.connections.per.ip': '0' }, 'max.connections.per.ip'],
    [{ 'max.connections.per.ip.overrides': 'here:x' }, 'max.connections.per.ip.overrides'],
    [{ 'cordoned.log.dirs': '/y' }, 'cordoned.log.dirs'],
    [{ 'process.roles': '' }, 'process.roles'],
    [{ 'process.roles': 'controller' }, 'process.roles'],
    [{ 'group.consumer.assignors': '' }, 'group.consumer.assignors'],
    [{ 'group.coordinator.rebalance.protocols': '' }, 'group.coordinator.rebalance.protocols'],
    [{ 'group.coordinator.rebalance.protocols': 'consumer' }, 'group.coordinator.rebalance.protocols'],
    [{ 'replica.fetch.wait.max.ms': '40000' }, 'replica.socket.timeout.ms'],
    [{ 'replica.fetch.wait.max.ms': '20000', 'replica.lag.time.max.ms': '10000' }, 'replica.lag.time.max.ms'],
    [{ 'connections.max.idle.ms': '50' }, 'connection.failed.authentication.delay.ms'],
    [{ 'queued.max.request.bytes': '100' }, 'queued.max.request.bytes'],
    [{ 'offsets.topic.compression.codec': '9' }, 'offsets.topic.compression.codec'],
    [
      { 'inter.broker.listener.name': 'PLAINTEXT', 'security.inter.broker.protocol': 'PLAINTEXT' },
      'inter.broker.listener.name',
    ],
    [{ 'group.consumer.heartbeat.interval.ms': '20000' }, 'group.consumer.max.heartbeat.interval.ms'],
    [{ 'group.consumer.session.timeout.ms': '10000' }, 'group.consumer.min.session.timeout.ms'],
    [
      { 'group.consumer.session.timeout.ms': '5000', 'group.consumer.min.session.timeout.ms': '5000' },
      'group.consumer.heartbeat.interval.ms must be less',
    ],
    [{ 'group.share.max.delivery.count.limit': '5', 'group.share.delivery.count.limit': '6' }, 'delivery.count.limit'],
    [{ 'group.share.record.lock.duration.ms': '70000' }, 'group.share.max.record.lock.duration.ms'],
    [{ 'group.share.max.size': '100', 'group.share.max.share.sessions': '50' }, 'group.share.max.share.sessions'],
    [{ 'group.streams.num.standby.replicas': '3' }, 'group.streams.max.standby.replicas'],
  ]
  test.each(refused)('%p', (settings, named) => {
    expect(() => start(settings)).toThrow(ConfigError)
    expect(() => start(settings)).toThrow(named)
  })
})

describe('a broker starts with', () => {
  test.each([
    {},
    { 'connections.max.idle.ms': '-1' },
    { 'queued.max.request.bytes': '0' },
    { 'log.local.retention.ms': '-1' },
    { 'num.io.threads': '400' },
    { 'group.min.session.timeout.ms': '7000000' },
    { 'process.roles': 'broker' },
  ] as Settings[])('%p', settings => start(settings))
})
