/** The flags of the command line: what reads them and what explains them. @module */
import { DEFAULT_HTTP_PORT, DEFAULT_NODE_ID, DEFAULT_PORT, LOCALHOST, type Settings } from '../config.ts'
import { topicsOf } from './topic-wishes.ts'
import { advertisedOf, anyText, hostOf, portOf, sizeOf, switchOf, wholeNumberOf } from './values.ts'

export interface Flag {
  readonly names: readonly string[]
  /** Stands for the value in the help; flags without one are switches. */
  readonly placeholder?: string
  readonly help: string
  /** May be repeated: the values are joined by a blank, as they are in the environment. */
  readonly isRepeatable?: boolean
  /** It matters before the broker is there: to those who come early. */
  readonly isEarly?: boolean
  /**
   * What the value sets; `as` is how it was given, for the complaint. Missing where a flag sets nothing by itself.
   * Throws UsageError.
   */
  readonly read?: (text: string, as: string) => Partial<Settings>
}

export const helpFlag: Flag = { names: ['-h', '--help'], help: 'show this text' }
export const versionFlag: Flag = { names: ['--version'], help: 'show the version' }
export const configFlag: Flag = {
  names: ['--config'],
  placeholder: 'FILE',
  help: "read Kafka's server.properties from a file",
}
export const overrideFlag: Flag = {
  names: ['-o'],
  placeholder: 'KEY=VALUE',
  help: "set one of Kafka's server.properties; may be repeated",
}

export const flags: readonly Flag[] = [
  {
    names: ['--port'],
    placeholder: 'PORT',
    isEarly: true,
    read: (text, as) => ({ port: portOf(text, as) }),
    help: `port for Kafka clients, ${DEFAULT_PORT} by default; 0 takes a free one`,
  },
  {
    names: ['--http-port'],
    placeholder: 'PORT',
    read: (text, as) => ({ httpPort: text === 'off' ? text : portOf(text, as), isHttpPortAsked: true }),
    help: `port for REST, ${DEFAULT_HTTP_PORT} by default; 0 takes a free one, off none`,
  },
  {
    names: ['--host'],
    placeholder: 'ADDRESS',
    isEarly: true,
    read: (text, as) => ({ host: hostOf(text, as) }),
    help: `address to listen on, ${LOCALHOST} by default; 0.0.0.0 for all`,
  },
  {
    names: ['--advertise'],
    placeholder: 'HOST:PORT',
    read: (text, as) => ({ advertised: advertisedOf(text, as) }),
    help: 'tell every client this address, not the one that it reached',
  },
  {
    names: ['--node-id'],
    placeholder: 'ID',
    read: (text, as) => ({ nodeId: wholeNumberOf(text, as) }),
    help: `id of this node, ${DEFAULT_NODE_ID} by default; a data directory keeps its own`,
  },
  {
    names: ['--data-dir'],
    placeholder: 'DIRECTORY',
    isEarly: true,
    read: (text, as) => ({ dataDirectory: anyText(text, as, "a directory, as in './strikemq'") }),
    help: 'where topics are kept, ~/.local/share/strikemq by default',
  },
  {
    names: ['--ephemeral'],
    isEarly: true,
    read: (text, as) => ({ isEphemeral: switchOf(text, as) }),
    help: 'keep everything in memory, and nothing when the broker stops',
  },
  {
    names: ['--memory'],
    placeholder: 'SIZE',
    read: (text, as) => ({ memoryBytes: sizeOf(text, as) }),
    help: 'what an ephemeral broker may hold, as in 512m; 1g by default',
  },
  configFlag,
  overrideFlag,
  {
    names: ['--topic'],
    placeholder: 'NAME:PARTITIONS[:KEY=VALUE...]',
    isRepeatable: true,
    read: (text, as) => ({ topics: topicsOf(text, as) }),
    help: 'make a topic before the broker is ready; may be repeated',
  },
  {
    names: ['--strict-replication'],
    read: (text, as) => ({ isStrictReplication: switchOf(text, as) }),
    help: 'refuse topics with more replicas than there are nodes, as Kafka does',
  },
  {
    names: ['--ready-file'],
    placeholder: 'FILE',
    read: (text, as) => ({ readyFile: anyText(text, as, "a file, as in './ready.json'") }),
    help: 'write address, port and process id there, as JSON, once ready',
  },
  {
    names: ['--json'],
    read: (text, as) => ({ isJson: switchOf(text, as) }),
    help: 'say ready as one line of JSON',
  },
  {
    names: ['-q', '--quiet'],
    read: (text, as) => ({ isQuiet: switchOf(text, as) }),
    help: 'say nothing when ready',
  },
  {
    names: ['-v', '--verbose'],
    read: (text, as) => ({ isVerbose: switchOf(text, as) }),
    help: 'log each request, decoded',
  },
  helpFlag,
  versionFlag,
]

/** The name in the help's and the environment's sense: the long one, if there is one. */
export function longNameOf({ names }: Flag): string {
  return names.at(-1) ?? ''
}

/** The variable that stands for a flag, as in STRIKEMQ_DATA_DIR; null for flags that set nothing by themselves. */
export function variableOf(flag: Flag): string | null {
  if (!flag.read && flag !== configFlag) return null
  return `STRIKEMQ_${longNameOf(flag).slice('--'.length).toUpperCase().replaceAll('-', '_')}`
}
