/** The bounds that a broker sets to what its groups may choose (GroupCoordinatorConfig, ShareGroupConfig). @module */
import { type BrokerConfigs, brokerConfigTable } from './broker-configs.ts'

/**
 * Why `value` is out of the bounds of the broker's config `bounded` (`group.consumer.session.timeout.ms` is bounded by
 * `group.consumer.min.session.timeout.ms` and its like with `max`), in Kafka's words; or null, as where there are none.
 * `shown` is the name under which the value was given.
 */
export function groupBoundsConflict(
  shown: string,
  bounded: string,
  value: number,
  broker: BrokerConfigs,
): string | null {
  const [, prefix = '', rest = ''] = /^(group\.[a-z]+\.)(?:num\.)?(.+)$/.exec(bounded) ?? []
  const least = `${prefix}min.${rest}`
  const most = `${prefix}max.${rest}`
  if (isThere(least) && value < broker.number(least)) return `${shown} must be greater than or equal to ${least}`
  return isThere(most) && value > broker.number(most) ? `${shown} must be less than or equal to ${most}` : null
}

function isThere(name: string): boolean {
  return brokerConfigTable.find(name) !== null
}
