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
import { configFlag, flags, overrideFlag, variableOf } from './flags.ts'
import { kafkaKeys } from './kafka-keys.ts'
import { type Given, parseEnvironment } from './parse.ts'
import { refuseBadTopics } from './refuse-topics.ts'

/** How near a source is to whoever starts the broker. The nearest wins. */
const Rank = { file: 1, environment: 2, flag: 3 } as const

interface Origin {
  readonly rank: number
  /** As in 'flag --port', 'environment STRIKEMQ_PORT', 'server.properties:3'. */
  readonly text: string
}

export interface Resolved {
  readonly settings: Settings
  /** The file that Kafka's configs were read from; its origin in words. Null where there is none. */
  readonly configFile: { readonly path: string; readonly origin: string } | null
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
  refuseMisnamedConfigs(environment)
  const variables = parseEnvironment(environment)
  const configFile = configFileOf(flagged, 'flag') ?? configFileOf(variables, 'environment')
  const kafka = new Map([
    ...(configFile ? valuesInFile(configFile.path, readText) : []),
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
  return { settings, configFile, originOf, originOfConfig: name => kafka.get(name)?.origin.text ?? DEFAULT }
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

/** Kafka's configs have Kafka's prefix, not ours. */
function refuseMisnamedConfigs(environment: Environment): void {
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(OWN_PREFIX) || !text || flags.some(flag => variableOf(flag) === variable)) continue
    const words = variable.slice(OWN_PREFIX.length)
    if (brokerConfigTable.find(configNamed(words)) === null) continue
    throw new UsageError(`unknown variable '${variable}'; did you mean '${KAFKA_PREFIX}${words}'?`)
  }
}

function configFileOf(given: readonly Given[], kind: string): Resolved['configFile'] {
  const last = given.findLast(({ flag }) => flag === configFlag)
  return last ? { path: last.text, origin: `${kind} ${last.as}` } : null
}

/** Every value must be right, and the last of a flag counts; all of them, joined, where it may be repeated. */
function patchesOf(given: readonly Given[], rank: number, kind: string): Patch[] {
  const last = new Map(given.map(one => [one.flag, one]))
  return given.flatMap(one => {
    const { flag, as } = one
    const { read, isRepeatable } = flag
    if (!read || (isRepeatable && last.get(flag) !== one)) return []
    const texts = isRepeatable ? given.filter(other => other.flag === flag).map(other => other.text) : [one.text]
    const patch = read(texts.join(' '), as)
    refuseBadTopics(patch.topics ?? [], as)
    return [{ patch, origin: { rank, text: `${kind} ${as}` } }]
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

const OWN_PREFIX = 'STRIKEMQ_'
const KAFKA_PREFIX = 'KAFKA_'
const SEPARATORS = ['.', '_', '-']

/**
 * Variables as Kafka's container images read them: KAFKA_NUM_PARTITIONS, two underscores for one, three for a dash. What
 * names no config is not ours: KAFKA_HEAP_OPTS, and whatever else begins so.
 */
function valuesInEnvironment(environment: Environment): KafkaValues {
  return Object.entries(environment).flatMap(([variable, text]): KafkaValues => {
    if (!variable.startsWith(KAFKA_PREFIX) || !text) return []
    const name = configNamed(variable.slice(KAFKA_PREFIX.length))
    if (brokerConfigTable.find(name) === null) return []
    const origin = { rank: Rank.environment, text: `environment ${variable}` }
    return [[name, checked(name, text, `${variable}: `, origin)]]
  })
}

/** The config that a variable means, by what follows the prefix. */
function configNamed(words: string): string {
  return words.toLowerCase().replace(/_+/g, run => SEPARATORS[run.length - 1] ?? run)
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
