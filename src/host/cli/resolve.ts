/** Which of all the values that are given are in force: flags over the environment over the file over defaults. @module */
import { brokerConfigTable, configFault } from '../../core/configs/broker-configs.ts'
import {
  DEFAULT_HTTP_PORT,
  DEFAULT_MEMORY_BYTES,
  DEFAULT_PORT,
  defaultDataDirectory,
  type Environment,
  LOCALHOST,
  type Settings,
  UsageError,
} from '../config.ts'
import { PropertiesError, parseProperties } from '../config-file.ts'
import { systemCodeOf } from '../system-error.ts'
import { configFlag, overrideFlag } from './flags.ts'
import { kafkaKeys } from './kafka-keys.ts'
import { type Given, parseEnvironment } from './parse.ts'

/** How near a source is to whoever starts the broker. The nearest wins. */
const Rank = { file: 1, environment: 2, flag: 3 } as const

interface Origin {
  readonly rank: number
  /** As in 'flag --port', 'environment STRIKEMQ_PORT', 'server.properties:3'. */
  readonly text: string
}

export interface Resolved {
  readonly settings: Settings
  /** Where the value of a setting comes from, in words. */
  originOf(setting: keyof Settings): string
  /** The same of one of Kafka's configs in `settings.overrides`. */
  originOfConfig(name: string): string
}

export interface World {
  readonly environment: Environment
  readonly platform: string
  /** Throws the system's error. */
  readonly readText: (path: string) => string
}

/** What one value sets. */
interface Patch {
  readonly patch: Partial<Settings>
  readonly origin: Origin
}

/** A value of one of Kafka's configs. */
interface KafkaValue {
  readonly text: string
  /** How it was given, for complaints. */
  readonly as: string
  readonly origin: Origin
}

/** The origin of what nobody gave. */
export const DEFAULT = 'default'

/** Throws UsageError. */
export function resolveSettings(flagged: readonly Given[], world: World): Resolved {
  const { environment, platform, readText } = world
  const variables = parseEnvironment(environment)
  const path = (flagged.findLast(isConfigFile) ?? variables.findLast(isConfigFile))?.text
  const kafka = new Map([
    ...(path === undefined ? [] : valuesInFile(path, readText)),
    ...valuesInEnvironment(environment),
    ...valuesInFlags(flagged),
  ])
  // A flag and a config of the same rank: the flag, which comes later, says it more plainly.
  const patches = [
    ...kafkaPatches(kafka),
    ...patchesOf(variables, Rank.environment, 'environment'),
    ...patchesOf(flagged, Rank.flag, 'flag'),
  ].sort((one, other) => one.origin.rank - other.origin.rank)

  let settings = defaultSettings(defaultDataDirectory(environment, platform) ?? '', plainConfigs(kafka))
  for (const { patch } of patches) settings = { ...settings, ...patch }
  const originOf = (name: keyof Settings) => patches.findLast(({ patch }) => name in patch)?.origin.text ?? DEFAULT
  refuseConflicts(settings, originOf('memoryBytes') !== DEFAULT)
  return { settings, originOf, originOfConfig: name => kafka.get(name)?.origin.text ?? DEFAULT }
}

function defaultSettings(dataDirectory: string, overrides: ReadonlyMap<string, string>): Settings {
  return {
    port: DEFAULT_PORT,
    httpPort: DEFAULT_HTTP_PORT,
    isHttpPortAsked: false,
    host: LOCALHOST,
    listenerName: 'PLAINTEXT',
    advertised: null,
    nodeId: null,
    dataDirectory,
    isEphemeral: false,
    memoryBytes: DEFAULT_MEMORY_BYTES,
    topics: [],
    readyFile: null,
    isJson: false,
    isQuiet: false,
    isStrictReplication: false,
    isVerbose: false,
    overrides,
  }
}

/** Values that are right each by itself, and make no sense together. */
function refuseConflicts(settings: Settings, isMemoryGiven: boolean): void {
  const { dataDirectory, isEphemeral, port, httpPort, isHttpPortAsked } = settings
  if (isMemoryGiven && !isEphemeral) throw new UsageError('--memory bounds what --ephemeral holds, which is not given')
  if (dataDirectory === '' && !isEphemeral) throw new UsageError('--data-dir is missing, and HOME is not set')
  if (port !== 0 && port === httpPort && isHttpPortAsked)
    throw new UsageError(`--port and --http-port are both ${port}`)
}

function isConfigFile({ flag }: Given): boolean {
  return flag === configFlag
}

/** Every value must be right, and the last of a flag counts; all of them, joined, where it may be repeated. */
function patchesOf(given: readonly Given[], rank: number, kind: string): Patch[] {
  return given.flatMap(({ flag, text, as }) => {
    const { read, isRepeatable } = flag
    if (!read) return []
    const texts = isRepeatable ? given.filter(other => other.flag === flag).map(other => other.text) : [text]
    return [{ patch: read(texts.join(' '), as), origin: { rank, text: `${kind} ${as}` } }]
  })
}

type KafkaValues = [name: string, value: KafkaValue][]

function valuesInFile(path: string, readText: World['readText']): KafkaValues {
  return propertiesIn(path, readText).map(({ key, value, line }) => {
    const place = `${path}:${line}`
    return [key, checked(key, value, `${place}: `, { rank: Rank.file, text: place })]
  })
}

function propertiesIn(path: string, readText: World['readText']) {
  try {
    return parseProperties(readText(path))
  } catch (error) {
    if (error instanceof PropertiesError) throw new UsageError(`${path}:${error.line}: ${error.message}`)
    const code = systemCodeOf(error)
    if (code === null) throw error
    throw new UsageError(`config file ${path} cannot be read: ${code}`)
  }
}

const KAFKA_PREFIX = 'KAFKA_'
const SEPARATORS = ['.', '_', '-']

/**
 * Variables as Kafka's container images read them: KAFKA_NUM_PARTITIONS, two underscores for one, three for a dash. What
 * names no config is not ours: KAFKA_HEAP_OPTS, and whatever else begins so.
 */
function valuesInEnvironment(environment: Environment): KafkaValues {
  return Object.entries(environment).flatMap(([variable, text]): KafkaValues => {
    if (!variable.startsWith(KAFKA_PREFIX) || !text) return []
    const words = variable.slice(KAFKA_PREFIX.length).toLowerCase()
    const name = words.replace(/_+/g, run => SEPARATORS[run.length - 1] ?? run)
    if (brokerConfigTable.find(name) === null) return []
    const origin = { rank: Rank.environment, text: `environment ${variable}` }
    return [[name, checked(name, text, `${variable}: `, origin)]]
  })
}

function valuesInFlags(flagged: readonly Given[]): KafkaValues {
  return flagged.flatMap(({ flag, text, as }): KafkaValues => {
    if (flag !== overrideFlag) return []
    const equals = text.indexOf('=')
    if (equals < 1) throw new UsageError(`-o wants KEY=VALUE, as in 'num.partitions=3', not '${text}'`)
    const name = text.slice(0, equals).trim()
    return [[name, checked(name, text.slice(equals + 1).trim(), '', { rank: Rank.flag, text: `flag ${as}` })]]
  })
}

function checked(name: string, text: string, place: string, origin: Origin): KafkaValue {
  const fault = configFault(name, text)
  if (fault !== null) throw new UsageError(place + fault)
  return { text, as: place + name, origin }
}

/** What Kafka's configs set that a flag could set too. */
function kafkaPatches(kafka: ReadonlyMap<string, KafkaValue>): Patch[] {
  const lookup = (name: string) => kafka.get(name)?.text ?? null
  return kafkaKeys.flatMap(({ name, read }) => {
    const value = kafka.get(name)
    return value ? [{ patch: read(value.text, value.as, lookup), origin: value.origin }] : []
  })
}

/** The others. */
function plainConfigs(kafka: ReadonlyMap<string, KafkaValue>): Map<string, string> {
  const plain = [...kafka].filter(([name]) => kafkaKeys.every(key => key.name !== name))
  return new Map(plain.map(([name, { text }]) => [name, text]))
}
