/**
 * What Kafka has against a broker's configs as a whole: values wrong together, or too far from those in force
 * (KafkaConfig.validateValues, DynamicThreadPool, DynamicLogConfig, LogCleaner). What can be wrong only at a start is in
 * start-conflicts.ts.
 * @module
 */
import type { BrokerConfigs } from './broker-configs.ts'
import { ipOverridesFault } from './connection-overrides.ts'
import { excerpt, textToLong } from './definition.ts'
import { groupBoundsConflict } from './group-bounds.ts'
import { javaTrim } from './java-text.ts'

export type Rule = (wanted: BrokerConfigs, inForce: BrokerConfigs) => string | null

/** What is wrong with `wanted` for a broker that runs and has `inForce`, in Kafka's words, or null. */
export function brokerConflict(wanted: BrokerConfigs, inForce: BrokerConfigs): string | null {
  return firstComplaint([...standingRules, ...rulesOfChange], wanted, inForce)
}

/** What the first of `rules` that is broken says, or null. */
export function firstComplaint(rules: readonly Rule[], wanted: BrokerConfigs, inForce: BrokerConfigs): string | null {
  for (const rule of rules) {
    const complaint = rule(wanted, inForce)
    if (complaint !== null) return complaint
  }
  return null
}

const MEBIBYTE = 1024 * 1024
const NO_LIMIT = -1n
/** A local retention that is the topic's whole one. */
const AS_THE_WHOLE = -2n

const rollsInTime: Rule = wanted => {
  if (wanted.number('log.roll.ms') < 1) return 'log.roll.ms must be greater than or equal to 1'
  if (wanted.number('log.roll.jitter.ms') < 0) return 'log.roll.jitter.ms must be greater than or equal to 0'
  if (wanted.number('log.retention.ms') !== 0) return null
  return 'log.retention.ms must be unlimited (-1) or, greater than or equal to 1'
}

const cleansWithMemory: Rule = wanted => {
  const threads = wanted.number('log.cleaner.threads')
  if (threads < 1) return 'Log cleaner threads should be at least 1'
  if (wanted.number('log.cleaner.dedupe.buffer.size') / threads > MEBIBYTE) return null
  return 'log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.'
}

const cleanersGrowSlowly: Rule = (wanted, inForce) => {
  const threads = wanted.number('log.cleaner.threads')
  const current = inForce.number('log.cleaner.threads')
  if (threads < Math.floor(current / 2)) {
    return `Log cleaner threads cannot be reduced to less than half the current value ${current}`
  }
  return threads > current * 2
    ? `Log cleaner threads cannot be increased to more than double the current value ${current}`
    : null
}

/** Pools whose size may at most double or halve at once. There are no threads here, but a directory may go to Kafka. */
const pools = [
  'background.threads',
  'num.io.threads',
  'num.network.threads',
  'num.recovery.threads.per.data.dir',
  'num.replica.fetchers',
  'remote.log.manager.copier.thread.pool.size',
  'remote.log.manager.expiration.thread.pool.size',
  'remote.log.manager.follower.thread.pool.size',
  'remote.log.reader.threads',
]

const growsSlowly: Rule = (wanted, inForce) => {
  for (const name of pools) {
    const count = wanted.number(name)
    const current = inForce.number(name)
    const failed = `Dynamic thread count update validation failed for ${name}=${count}`
    if (count < Math.floor(current / 2)) return `${failed}, value should be at least half the current value ${current}`
    if (count > current * 2) {
      return `${failed}, value should not be greater than double the current value ${current}`
    }
  }
  return null
}

const keepsLocallyWhatItKeeps: Rule = wanted => {
  for (const unit of ['ms', 'bytes']) {
    const whole = textToLong(wanted.valueInForce(`log.retention.${unit}`) ?? '')
    const local = textToLong(wanted.valueInForce(`log.local.retention.${unit}`) ?? '')
    if (whole === NO_LIMIT || local === AS_THE_WHOLE) continue
    const invalid = `Invalid value ${local} for configuration log.local.retention.${unit}: Value must not be`
    if (local === NO_LIMIT) return `${invalid} -1 as log.retention.${unit} value is set as ${whole}.`
    if (local > whole) return `${invalid} more than log.retention.${unit} property value: ${whole}`
  }
  return null
}

const admitsSomebody: Rule = wanted => {
  const overrides = wanted.value('max.connections.per.ip.overrides') ?? ''
  const fault = ipOverridesFault(overrides)
  if (fault !== null || wanted.maxConnectionsPerIp > 0 || javaTrim(overrides) !== '') return fault
  return 'max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.'
}

/** ListenerReconfigurable and ConnectionQuotas: a broker may start without any, and must not be told so. */
const goesOnAdmitting: Rule = wanted => {
  const limits = [
    ['max.connections', wanted.maxConnections],
    ['max.connection.creation.rate', wanted.maxConnectionCreationRate],
  ] as const
  const closed = limits.find(([, limit]) => limit <= 0)
  return closed ? `Invalid ${closed.join(' ')}` : null
}

const cordonsItsOwn: Rule = wanted => {
  const cordoned = wanted.list('cordoned.log.dirs')
  if (cordoned.length === 0 || (cordoned.length === 1 && cordoned[0] === '*')) return null
  if (cordoned.includes('*')) return 'When cordoned.log.dirs is set to *, it must not contain other values'
  const own = wanted.list('log.dirs')
  const strange = cordoned.filter(directory => !own.includes(directory))
  const missing = 'All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries'
  return strange.length === 0 ? null : `${missing} : ${excerpt(strange.join(', '))}`
}

/** What groups may choose, within bounds that are configs too. */
const choicesOfGroups = [
  'group.consumer.assignment.interval.ms',
  'group.consumer.heartbeat.interval.ms',
  'group.consumer.session.timeout.ms',
  'group.share.assignment.interval.ms',
  'group.share.delivery.count.limit',
  'group.share.heartbeat.interval.ms',
  'group.share.partition.max.record.locks',
  'group.share.record.lock.duration.ms',
  'group.share.session.timeout.ms',
  'group.streams.assignment.interval.ms',
  'group.streams.heartbeat.interval.ms',
  'group.streams.num.standby.replicas',
  'group.streams.session.timeout.ms',
]

const boundsGroups: Rule = wanted => {
  for (const name of choicesOfGroups) {
    const complaint = groupBoundsConflict(name, name, wanted.number(name), wanted)
    if (complaint !== null) return complaint
  }
  return null
}

/** Of every broker's configs, whether it starts or runs. */
export const standingRules = [rollsInTime, cleansWithMemory, admitsSomebody, cordonsItsOwn, boundsGroups]
const rulesOfChange = [cleanersGrowSlowly, growsSlowly, keepsLocallyWhatItKeeps, goesOnAdmitting]
