import { describe, expect, test } from 'bun:test'
import { BrokerConfigs } from '../../../src/core/configs/broker-configs.ts'
import { brokerConflict } from '../../../src/core/configs/broker-conflicts.ts'

function conflictOf(settings: Readonly<Record<string, string>>, inForce: Readonly<Record<string, string>> = {}) {
  const configs = new BrokerConfigs(new Map(Object.entries(inForce)))
  const own = new Map(Object.entries(settings))
  return brokerConflict(configs.with({ clusterWide: new Map(), own }), configs)
}

const failed = (name: string, count: number) => `Dynamic thread count update validation failed for ${name}=${count}`

describe('Kafka has something against', () => {
  const refused: readonly (readonly [Readonly<Record<string, string>>, message: string])[] = [
    [{ 'log.roll.jitter.ms': '-1' }, 'log.roll.jitter.ms must be greater than or equal to 0'],
    [{ 'log.retention.ms': '0' }, 'log.retention.ms must be unlimited (-1) or, greater than or equal to 1'],
    [{ 'log.cleaner.threads': '0' }, 'Log cleaner threads should be at least 1'],
    [
      { 'log.cleaner.dedupe.buffer.size': '1048576' },
      'log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.',
    ],
    [{ 'log.cleaner.threads': '3' }, 'Log cleaner threads cannot be increased to more than double the current value 1'],
    [
      { 'num.io.threads': '17' },
      `${failed('num.io.threads', 17)}, value should not be greater than double the current value 8`,
    ],
    [{ 'num.io.threads': '3' }, `${failed('num.io.threads', 3)}, value should be at least half the current value 8`],
    [
      { 'log.local.retention.ms': '-1' },
      'Invalid value -1 for configuration log.local.retention.ms: Value must not be -1 as log.retention.ms value is set as 604800000.',
    ],
    [
      { 'log.local.retention.bytes': '60', 'log.retention.bytes': '50' },
      'Invalid value 60 for configuration log.local.retention.bytes: Value must not be more than log.retention.bytes property value: 50',
    ],
    [
      { 'log.local.retention.ms': ' +9223372036854775807', 'log.retention.ms': '9223372036854775806' },
      'Invalid value 9223372036854775807 for configuration log.local.retention.ms: Value must not be more than log.retention.ms property value: 9223372036854775806',
    ],
    [
      { 'max.connections.per.ip': '0' },
      'max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.',
    ],
    [
      { 'max.connections.per.ip.overrides': 'a!:5' },
      'max.connections.per.ip.overrides contains invalid addresses : a!',
    ],
    [{ 'max.connections': '0' }, 'Invalid max.connections 0'],
    [{ 'listener.name.plaintext.max.connection.creation.rate': '0' }, 'Invalid max.connection.creation.rate 0'],
    [{ 'cordoned.log.dirs': '*,/data' }, 'When cordoned.log.dirs is set to *, it must not contain other values'],
    [
      { 'cordoned.log.dirs': '/data,/x' },
      'All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : /x',
    ],
    [
      { 'group.share.assignment.interval.ms': '15001' },
      'group.share.assignment.interval.ms must be less than or equal to group.share.max.assignment.interval.ms',
    ],
  ]
  test.each(refused)('%p', (settings, message) => expect(conflictOf(settings, { 'log.dirs': '/data' })).toBe(message))

  test('fewer cleaners than half of those there are', () => {
    expect(conflictOf({ 'log.cleaner.threads': '1' }, { 'log.cleaner.threads': '4' })).toBe(
      'Log cleaner threads cannot be reduced to less than half the current value 4',
    )
  })
})

describe('Kafka has nothing against', () => {
  test.each([
    {},
    { 'log.retention.ms': '-7' },
    { 'log.retention.ms': '-1', 'log.local.retention.ms': '-1' },
    { 'log.retention.bytes': '9223372036854775807', 'log.local.retention.bytes': '9223372036854775807' },
    { 'log.cleaner.threads': '2' },
    { 'num.io.threads': '4', 'num.network.threads': '6' },
    { 'max.connections.per.ip': '0', 'max.connections.per.ip.overrides': 'here:5' },
    { 'max.connections.per.ip': '0', 'max.connections.per.ip.overrides': '\u0001here\u0002:\u0665' },
    { 'cordoned.log.dirs': '*' },
    { 'group.consumer.assignment.interval.ms': '15000' },
  ] as Readonly<Record<string, string>>[])('%p', settings => {
    expect(conflictOf(settings, { 'log.dirs': '/data' })).toBeNull()
  })
})
