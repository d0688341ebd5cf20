/** What the command line, the environment and the config file set. @module */

export interface Settings {
  /** 0 takes a free port. */
  readonly port: number
  /** 0 takes a free port. */
  readonly httpPort: number | 'off'
  /** A port that was asked for has to be free; without the default one there is no HTTP. */
  readonly isHttpPortAsked: boolean
  /** An address, or `localhost` for both loopback addresses. */
  readonly host: string
  /** The listener's name in Kafka's configs. */
  readonly listenerName: string
  /** What every client is told instead of the address that it reached. */
  readonly advertised: { readonly host: string; readonly port: number } | null
  /** Null: the one that the directory has, or 1. */
  readonly nodeId: number | null
  readonly dataDirectory: string
  /** Everything lies in memory, whatever `dataDirectory` says. */
  readonly isEphemeral: boolean
  /** The bound of an ephemeral broker's files. */
  readonly memoryBytes: number
  /** Made before the broker is ready. */
  readonly topics: readonly TopicWish[]
  /** Written when the broker is ready, removed when it stops. */
  readonly readyFile: string | null
  /** Ready is said as a line of JSON. */
  readonly isJson: boolean
  /** Ready is not said. */
  readonly isQuiet: boolean
  /** More replicas than nodes are an error, as in Kafka. */
  readonly isStrictReplication: boolean
  /** Each request is logged. */
  readonly isVerbose: boolean
  /** Kafka's server.properties, name → value, checked; without those that have a setting of their own here. */
  readonly overrides: ReadonlyMap<string, string>
}

/** What those need who receive clients before the broker is there. */
export type EarlySettings = Pick<Settings, 'host' | 'port' | 'dataDirectory' | 'isEphemeral'>

/** A topic that is to be there. */
export interface TopicWish {
  readonly name: string
  readonly partitionCount: number
  readonly configs: readonly { readonly name: string; readonly value: string }[]
}

/** A configuration that cannot be followed. The message is one line, and names what is wrong and where it stands. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const DEFAULT_PORT = 9092
export const DEFAULT_HTTP_PORT = 8080
export const MAX_PORT = 65535
export const DEFAULT_NODE_ID = 1
export const DEFAULT_MEMORY_BYTES = 1024 ** 3
/** Stands for both loopback addresses: clients resolve the name to either. */
export const LOCALHOST = 'localhost'
/** All addresses of IPv4. */
export const WILDCARD = '0.0.0.0'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Where data lies unless told otherwise: $XDG_DATA_HOME/strikemq or ~/.local/share/strikemq (XDG Base Directory, which
 * says to pass over relative paths), on Windows %LOCALAPPDATA%\strikemq. Null where the environment names none of them.
 */
export function defaultDataDirectory(environment: Environment, platform: string): string | null {
  const { XDG_DATA_HOME, HOME, LOCALAPPDATA } = environment
  if (platform === 'win32') return LOCALAPPDATA ? `${LOCALAPPDATA}\\strikemq` : null
  if (XDG_DATA_HOME?.startsWith('/')) return `${XDG_DATA_HOME}/strikemq`
  return HOME ? `${HOME}/.local/share/strikemq` : null
}

/** As in an address: IPv6 in brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Settings under the names that Kafka has for them, as they are in force on this port, in this directory, as this node. */
export function kafkaConfigs(
  settings: Settings,
  inForce: { readonly port: number; readonly directory: string; readonly nodeId: number },
): Map<string, string> {
  const { overrides, listenerName: name, host, advertised } = settings
  const configs = new Map(overrides)
  configs.set('listeners', `${name}://${hostPort(host, inForce.port)}`)
  if (advertised) configs.set('advertised.listeners', `${name}://${hostPort(advertised.host, advertised.port)}`)
  return configs.set('log.dirs', inForce.directory).set('node.id', String(inForce.nodeId))
}
