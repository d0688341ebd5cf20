/** The flags of the command line: what parses them and what explains them. @module */
import { DEFAULT_PORT, LOCALHOST, type Settings } from '../config.ts'

/** A command line that cannot be followed. The message is one line and names the flag. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
/** Settings while they are read. */
export interface Draft extends Mutable<Omit<Settings, 'overrides'>> {
  readonly overrides: Map<string, string>
}

export interface Flag {
  readonly names: readonly string[]
  /** Stands for the value in the help; flags without one are switches. */
  readonly placeholder?: string
  readonly help: string
  /** Missing where the flag asks for an answer instead of a broker. */
  readonly apply?: (draft: Draft, value: string) => void
}

const MAX_PORT = 65535

export const helpFlag: Flag = { names: ['-h', '--help'], help: 'show this text' }
export const versionFlag: Flag = { names: ['--version'], help: 'show the version' }

export const flags: readonly Flag[] = [
  {
    names: ['--port'],
    placeholder: 'PORT',
    apply: setPort,
    help: `port for Kafka clients, ${DEFAULT_PORT} by default; 0 takes a free one`,
  },
  {
    names: ['--host'],
    placeholder: 'ADDRESS',
    apply: setHost,
    help: `address to listen on, ${LOCALHOST} by default; 0.0.0.0 for all`,
  },
  {
    names: ['--data-dir'],
    placeholder: 'DIRECTORY',
    apply: setDataDirectory,
    help: 'where topics are kept, ~/.local/share/strikemq by default',
  },
  {
    names: ['--strict-replication'],
    apply: draft => {
      draft.isStrictReplication = true
    },
    help: 'refuse topics with more replicas than there are nodes, as Kafka does',
  },
  {
    names: ['-o'],
    placeholder: 'KEY=VALUE',
    apply: addOverride,
    help: "set one of Kafka's server.properties; may be repeated",
  },
  {
    names: ['-v', '--verbose'],
    apply: draft => {
      draft.isVerbose = true
    },
    help: 'log each request, decoded',
  },
  helpFlag,
  versionFlag,
]

function setPort(draft: Draft, value: string): void {
  const port = Number(value)
  if (!/^\d+$/.test(value) || port > MAX_PORT) {
    throw new UsageError(`--port wants a number from 0 to ${MAX_PORT}, not '${value}'`)
  }
  draft.port = port
}

function setHost(draft: Draft, value: string): void {
  if (value === '') throw new UsageError(`--host wants an address, as in '0.0.0.0'`)
  draft.host = value
}

function setDataDirectory(draft: Draft, value: string): void {
  if (value === '') throw new UsageError(`--data-dir wants a directory, as in './strikemq'`)
  draft.dataDirectory = value
}

function addOverride(draft: Draft, value: string): void {
  const equals = value.indexOf('=')
  if (equals < 1) throw new UsageError(`-o wants KEY=VALUE, as in 'num.partitions=3', not '${value}'`)
  draft.overrides.set(value.slice(0, equals).trim(), value.slice(equals + 1).trim())
}
