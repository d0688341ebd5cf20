/** The configs of groups: whether Kafka would take them (GroupConfig). @module */
import { ErrorCode } from '../../wire/errors.ts'
import type { BrokerConfigs } from './broker-configs.ts'
import { type ConfigRefusal, excerpt, refusal, textToNumber } from './definition.ts'
import { groupBoundsConflict } from './group-bounds.ts'
import { groupTable } from './group-table.ts'
import { javaTrim } from './java-text.ts'
import { ConfigTable } from './table.ts'

export const groupConfigTable = new ConfigTable(groupTable)

/** Why Kafka refuses a group with these configs and no others, in its words, or null. */
export function validateGroupConfigs(
  configs: ReadonlyMap<string, string>,
  broker: BrokerConfigs,
): ConfigRefusal | null {
  const message =
    nameRefusal(configs) ?? valueRefusal(configs) ?? outOfBounds(configs, broker) ?? impatience(configs, broker)
  return message === null ? null : { errorCode: ErrorCode.INVALID_CONFIG, message }
}

function nameRefusal(configs: ReadonlyMap<string, string>): string | null {
  for (const name of configs.keys()) {
    if (groupConfigTable.find(name) === null) return `Unknown group config name: ${excerpt(name)}`
  }
  return null
}

function valueRefusal(configs: ReadonlyMap<string, string>): string | null {
  for (const [name, value] of configs) {
    const definition = groupConfigTable.find(name)
    const complaint = definition && (refusal(definition, value) ?? offsetResetRefusal(name, value))
    if (complaint !== null) return complaint
  }
  return null
}

function outOfBounds(configs: ReadonlyMap<string, string>, broker: BrokerConfigs): string | null {
  for (const [name, value] of configs) {
    const synonym = groupConfigTable.find(name)?.synonym
    const complaint = synonym ? groupBoundsConflict(name, synonym, textToNumber(value), broker) : null
    if (complaint !== null) return complaint
  }
  return null
}

/** The text in force for a group: its own, the broker's, Kafka's default. */
export function groupConfigValue(
  name: string,
  overrides: ReadonlyMap<string, string>,
  broker: BrokerConfigs,
): string | null {
  const own = overrides.get(name)
  const definition = groupConfigTable.find(name)
  if (own !== undefined || definition === null) return own ?? null
  return (definition.synonym === null ? null : broker.value(definition.synonym)) ?? definition.default
}

/** A member must be heard of more often than it is given up. */
function impatience(configs: ReadonlyMap<string, string>, broker: BrokerConfigs): string | null {
  for (const kind of ['consumer', 'share', 'streams']) {
    const timeout = `${kind}.session.timeout.ms`
    const interval = `${kind}.heartbeat.interval.ms`
    const number = (name: string) => textToNumber(groupConfigValue(name, configs, broker) ?? '')
    if (number(timeout) <= number(interval)) return `${timeout} must be greater than ${interval}`
  }
  return null
}

/** An age in ISO 8601's form, as java.time.Duration reads it. */
const duration = /^\+?P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d{0,9})?S)?)?$/i
const byDuration = 'by_duration:'

/** A group begins at an end of its partitions or at an age (ShareGroupAutoOffsetResetStrategy). */
function offsetResetRefusal(name: string, value: string): string | null {
  const text = javaTrim(value)
  if (name !== 'share.auto.offset.reset' || text === 'earliest' || text === 'latest') return null
  if (text.startsWith(byDuration) && duration.test(text.slice(byDuration.length))) return null
  const form = "The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'."
  return `Invalid value ${excerpt(value)} for configuration ${name}: ${form}`
}
