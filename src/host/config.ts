/** What the command line sets. @module */

export interface Settings {
  /** 0 takes a free port. */
  readonly port: number
  /** An address, or `localhost` for both loopback addresses. */
  readonly host: string
  readonly dataDirectory: string
  /** More replicas than nodes are an error, as in Kafka. */
  readonly isStrictReplication: boolean
  /** Each request is logged. */
  readonly isVerbose: boolean
  /** Kafka's server.properties, name → value, as given; the broker's config table checks them. */
  readonly overrides: ReadonlyMap<string, string>
}

export const DEFAULT_PORT = 9092
/** Stands for both loopback addresses: clients resolve the name to either. */
export const LOCALHOST = 'localhost'

type Environment = Readonly<Record<string, string | undefined>>

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
