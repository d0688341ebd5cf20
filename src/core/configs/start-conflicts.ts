/**
 * Why no broker of Kafka's starts with configs that are right value by value: what they have in common is wrong
 * (KafkaConfig.validateValues, GroupCoordinatorConfig, ShareGroupConfig).
 * @module
 */
import { isCodec } from '../../wire/records/compression/index.ts'
import { type BrokerConfigs, ConfigError } from './broker-configs.ts'
import { firstComplaint, type Rule, standingRules } from './broker-conflicts.ts'

/** Throws ConfigError where Kafka would not start. */
export function refuseConflicts(configs: BrokerConfigs): void {
  const complaint = firstComplaint([...standingRules, ...rulesOfStart], configs, configs)
  if (complaint !== null) throw new ConfigError(complaint)
}

const neverEmpty = ['group.coordinator.rebalance.protocols', 'group.consumer.assignors', 'group.share.assignors']

const hasWhatItNeeds: Rule = configs => {
  const empty = neverEmpty.find(name => configs.list(name).length === 0)
  if (empty !== undefined) return `${empty} must not be empty`
  if (!configs.list('process.roles').includes('broker')) return 'process.roles must have the role broker'
  if (configs.list('group.coordinator.rebalance.protocols').includes('classic')) return null
  return "group.coordinator.rebalance.protocols: disabling the 'classic' protocol is not supported"
}

/** The first may not be more than the second. */
const ordered: readonly (readonly [smaller: string, larger: string])[] = [
  ['replica.fetch.wait.max.ms', 'replica.socket.timeout.ms'],
  ['replica.fetch.wait.max.ms', 'replica.lag.time.max.ms'],
  ['group.share.max.size', 'group.share.max.share.sessions'],
]

/** The first must be less than the second, which may be none at all: -1. */
const strictlyOrdered: typeof ordered = [
  ['connection.failed.authentication.delay.ms', 'connections.max.idle.ms'],
  ['group.consumer.heartbeat.interval.ms', 'group.consumer.session.timeout.ms'],
  ['group.share.heartbeat.interval.ms', 'group.share.session.timeout.ms'],
  ['group.streams.heartbeat.interval.ms', 'group.streams.session.timeout.ms'],
]

const keepsOrder: Rule = configs => {
  for (const [smaller, larger] of ordered) {
    if (configs.number(smaller) > configs.number(larger)) return `${larger} must be greater than or equal to ${smaller}`
  }
  for (const [smaller, larger] of strictlyOrdered) {
    const limit = configs.number(larger)
    if (limit >= 0 && configs.number(smaller) >= limit) return `${smaller} must be less than ${larger}`
  }
  return null
}

const queuesWholeRequests: Rule = configs => {
  const queuedBytes = configs.number('queued.max.request.bytes')
  if (queuedBytes <= 0 || queuedBytes >= configs.socketRequestMaxBytes) return null
  return 'queued.max.request.bytes must be larger or equal to socket.request.max.bytes'
}

const knowsItsCodecs: Rule = configs => {
  const names = ['offsets.topic.compression.codec', 'share.coordinator.state.topic.compression.codec']
  const wrong = names.find(name => !isCodec(configs.number(name)))
  return wrong === undefined ? null : `${wrong}: unknown compression type id: ${configs.number(wrong)}`
}

const namesOneWayBetweenBrokers: Rule = configs => {
  const names = ['inter.broker.listener.name', 'security.inter.broker.protocol']
  return names.every(name => configs.isSet(name)) ? `only one of ${names.join(' and ')} should be set` : null
}

const rulesOfStart = [hasWhatItNeeds, keepsOrder, queuesWholeRequests, knowsItsCodecs, namesOneWayBetweenBrokers]
