/** Kafka's configs that say the same as a flag: what they set. @module */
import { textToList } from '../../core/configs/definition.ts'
import { MAX_PORT, type Settings, UsageError, WILDCARD } from '../config.ts'
import { advertisedOf, hostOf } from './values.ts'

/** The value of another config, or null where nobody has set it. */
export type Lookup = (name: string) => string | null

interface KafkaKey {
  readonly name: string
  /** What the value sets; `as` is how it was given, for the complaint. Throws UsageError. */
  readonly read: (text: string, as: string, lookup: Lookup) => Partial<Settings>
}

/** Of two names for one thing the later one holds, as log.dirs does over log.dir in Kafka. */
export const kafkaKeys: readonly KafkaKey[] = [
  { name: 'broker.id', read: nodeIdIn },
  { name: 'node.id', read: nodeIdIn },
  { name: 'log.dir', read: directoryIn },
  { name: 'log.dirs', read: directoryIn },
  { name: 'listeners', read: listenerIn },
  { name: 'advertised.listeners', read: (text, as, lookup) => ({ advertised: advertisedIn(text, as, lookup) }) },
]

/** Kafka's own default for broker.id, -1, asks for none. Where both names are given they must agree. */
function nodeIdIn(text: string, as: string, lookup: Lookup): Partial<Settings> {
  const others = [lookup('node.id'), lookup('broker.id')].filter(other => other !== null && Number(other) >= 0)
  const other = others.find(other => Number(other) !== Number(text))
  if (Number(text) < 0) return {}
  if (other) throw new UsageError(`${as} is ${text}, and ${other} is given too: node.id and broker.id are one`)
  return { nodeId: Number(text) }
}

function directoryIn(text: string, as: string): Partial<Settings> {
  const [directory, another] = textToList(text)
  if (!directory) throw new UsageError(`${as} wants a directory`)
  if (another !== undefined) throw new UsageError(`${as} wants one directory: more are not served`)
  return { dataDirectory: directory }
}

interface Listener {
  readonly name: string
  readonly address: string
}

/** NAME://HOST:PORT of the listener for clients. Without a host it is all addresses, as in Kafka. */
function listenerIn(text: string, as: string, lookup: Lookup): Partial<Settings> {
  const [listener, another] = clientListeners(text, as, lookup)
  if (!listener) throw new UsageError(`${as} wants a listener for clients, as in 'PLAINTEXT://:9092'`)
  if (another) throw new UsageError(`${as} wants one listener for clients, not ${listener.name} and ${another.name}`)
  const protocol = protocolOf(listener.name, lookup)
  if (protocol !== 'PLAINTEXT') throw new UsageError(`${as} wants the protocol PLAINTEXT: ${protocol} is not served`)
  const [, address, name, digits] = /^(?:\[([^[\]]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(listener.address) ?? []
  const port = Number(digits)
  if (!(port <= MAX_PORT)) throw new UsageError(`${as} wants NAME://HOST:PORT, not '${text}'`)
  return { listenerName: listener.name, host: address ?? (name ? hostOf(name, as) : WILDCARD), port }
}

function advertisedIn(text: string, as: string, lookup: Lookup): Settings['advertised'] {
  const advertised = clientListeners(text, as, lookup)
  const [own] = clientListeners(lookup('listeners') ?? '', as, lookup)
  const listener = advertised.find(({ name }) => name === (own?.name ?? 'PLAINTEXT')) ?? advertised[0]
  return listener ? advertisedOf(listener.address, as) : null
}

/** The listeners in a list that are not for controllers. */
function clientListeners(text: string, as: string, lookup: Lookup): Listener[] {
  const controllers = textToList((lookup('controller.listener.names') ?? 'CONTROLLER').toUpperCase())
  const listeners = textToList(text).map(word => {
    const [, name, address] = /^([\w.-]+):\/\/(.*)$/.exec(word) ?? []
    if (name === undefined || address === undefined) {
      throw new UsageError(`${as} wants NAME://HOST:PORT, not '${word}'`)
    }
    return { name: name.toUpperCase(), address }
  })
  return listeners.filter(({ name }) => !controllers.includes(name))
}

/** A listener's name is its protocol unless the map says otherwise. */
function protocolOf(listenerName: string, lookup: Lookup): string {
  const pairs = textToList(lookup('listener.security.protocol.map') ?? '').map(pair => pair.split(':'))
  return (pairs.find(([name]) => name?.toUpperCase() === listenerName)?.[1] ?? listenerName).toUpperCase()
}
