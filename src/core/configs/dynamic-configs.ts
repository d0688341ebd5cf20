/**
 * What a broker can be told while it runs (DynamicBrokerConfig). A name that Kafka does not know is taken and kept: it may
 * be a plug-in's.
 * @module
 */
import { type BrokerConfigs, brokerDefinition, type DynamicConfigs, withoutListener } from './broker-configs.ts'
import { brokerConflict } from './broker-conflicts.ts'
import { type Definition, excerpt, refusal, textToList } from './definition.ts'
import { securityTable } from './security-table.ts'
import { ConfigTable } from './table.ts'

/** Who is told: all brokers of the cluster, or this one. */
export type Scope = keyof DynamicConfigs

const securityConfigTable = new ConfigTable(securityTable)

/** Cannot be told to all brokers at once, as all that concerns security cannot. */
const ofOneBroker: ReadonlySet<string> = new Set([
  'cordoned.log.dirs',
  'listener.security.protocol.map',
  'listeners',
  'principal.builder.class',
])
/** Of a listener's configs, those that can be told to all brokers. */
const ofAnyListener: ReadonlySet<string> = new Set([
  'max.connection.creation.rate',
  'max.connections',
  'num.network.threads',
])
/** Kafka can change these; the sockets of this broker stay where they are. */
const ofOurSockets: ReadonlySet<string> = new Set(['listener.security.protocol.map', 'listeners'])
/** Can only be told for one listener. */
const keyStores = /^ssl\.((keystore|truststore)\..*|key\.password)$/

/**
 * Why the brokers of `scope` cannot have `configs`, all that they would be told, in Kafka's words; or null. `inForce` is
 * what holds until then.
 */
export function dynamicRefusal(
  configs: ReadonlyMap<string, string>,
  scope: Scope,
  inForce: BrokerConfigs,
): string | null {
  return (
    listed('Cannot update these configs dynamically', configs, isFixed) ??
    listed(
      'These security configs can be dynamically updated only per-listener using the listener prefix',
      configs,
      name => keyStores.test(name),
    ) ??
    firstOf(configs, valueRefusal) ??
    listed(
      'Cannot update these configs at default cluster level, broker id must be specified',
      configs,
      name => scope === 'clusterWide' && isOfOneBroker(name),
    ) ??
    brokerConflict(inForce.with({ ...inForce.dynamic, [scope]: configs }), inForce)
  )
}

/** Those of `configs`, read from a log that another broker may have written, that can be in force. */
export function acceptable(configs: ReadonlyMap<string, string>, scope: Scope): ReadonlyMap<string, string> {
  const taken = [...configs].filter(([name, value]) => {
    const isMisplaced = keyStores.test(name) || (scope === 'clusterWide' && isOfOneBroker(name))
    return !isFixed(name) && !isMisplaced && valueRefusal(name, value) === null
  })
  return new Map(taken)
}

function isFixed(name: string): boolean {
  if (withoutListener(name) !== null) return false
  return ofOurSockets.has(name) || (brokerDefinition(name)?.isReadOnly ?? false)
}

function isOfOneBroker(name: string): boolean {
  const base = withoutListener(name)
  if (base !== null) return !ofAnyListener.has(base)
  return ofOneBroker.has(name) || securityConfigTable.find(name) !== null
}

function valueRefusal(name: string, value: string): string | null {
  const definition = brokerDefinition(name)
  return definition && (refusal(definition, value) ?? reporterRefusal(definition, value))
}

/** Reporters are classes too, which a broker that runs is told only where it can load them. */
function reporterRefusal({ name, default: fallback }: Definition, value: string): string | null {
  const stranger = name === 'metric.reporters' ? textToList(value).find(word => word !== fallback) : undefined
  if (stranger === undefined) return null
  return `Invalid value ${excerpt(value)} for configuration ${name}: Class ${excerpt(stranger)} could not be found.`
}

function listed(
  complaint: string,
  configs: ReadonlyMap<string, string>,
  isWrong: (name: string) => boolean,
): string | null {
  const names = [...configs.keys()].filter(isWrong)
  return names.length === 0 ? null : `${complaint}: [${excerpt(names.join(', '))}]`
}

function firstOf(
  configs: ReadonlyMap<string, string>,
  complaintOf: (name: string, value: string) => string | null,
): string | null {
  for (const [name, value] of configs) {
    const complaint = complaintOf(name, value)
    if (complaint !== null) return complaint
  }
  return null
}
