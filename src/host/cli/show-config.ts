/** What `strikemq config` prints: every value that would be in force, and where it comes from. @module */
import { BrokerConfigs, brokerConfigTable } from '../../core/configs/broker-configs.ts'
import { refuseConflicts } from '../../core/configs/start-conflicts.ts'
import { DEFAULT_NODE_ID, hostPort, kafkaConfigs, type Settings } from '../config.ts'
import { placeOf } from '../storage.ts'
import { DEFAULT, type Resolved } from './resolve.ts'
import { topicText } from './topic-wishes.ts'

interface Row {
  readonly name: string
  /** Null where there is none. */
  readonly value: string | null
  readonly source: string
}

/**
 * Lines of aligned name, value and source, or an array of them where --json is given. `keptNodeId` is the one that the
 * data directory has.
 */
export function configText(given: Resolved, keptNodeId: number | null): string {
  const resolved = withNodeId(given, keptNodeId)
  const rows = [configFileRow(resolved), ...settingRows(resolved), ...kafkaRows(resolved)]
  return resolved.settings.isJson ? JSON.stringify(rows, null, 2) : lines(rows)
}

/** Without another wish the directory's own id holds. */
function withNodeId(resolved: Resolved, keptNodeId: number | null): Resolved {
  const { settings, originOf } = resolved
  if (keptNodeId === null || settings.nodeId !== null) return resolved
  const origin = (name: keyof Settings) => (name === 'nodeId' ? 'data directory' : originOf(name))
  return { ...resolved, settings: { ...settings, nodeId: keptNodeId }, originOf: origin }
}

function lines(rows: readonly Row[]): string {
  const cells = rows.map(({ name, value, source }) => [name, value === null ? '-' : value || "''", source] as const)
  const nameWidth = Math.max(...cells.map(([name]) => name.length))
  return cells.map(([name, value, source]) => `${name.padEnd(nameWidth)}  ${value.padEnd(24)}  ${source}`).join('\n')
}

/** Our own settings, under the names of their flags. */
const settingNames: readonly (readonly [flag: string, setting: keyof Settings])[] = [
  ['port', 'port'],
  ['http-port', 'httpPort'],
  ['host', 'host'],
  ['advertise', 'advertised'],
  ['node-id', 'nodeId'],
  ['data-dir', 'dataDirectory'],
  ['ephemeral', 'isEphemeral'],
  ['memory', 'memoryBytes'],
  ['topic', 'topics'],
  ['strict-replication', 'isStrictReplication'],
  ['ready-file', 'readyFile'],
  ['json', 'isJson'],
  ['quiet', 'isQuiet'],
  ['verbose', 'isVerbose'],
]

function configFileRow({ configFile }: Resolved): Row {
  return { name: 'config', value: configFile?.path ?? null, source: configFile?.origin ?? DEFAULT }
}

function settingRows({ settings, originOf }: Resolved): Row[] {
  const shown: Partial<Record<keyof Settings, string | null>> = {
    advertised: settings.advertised && hostPort(settings.advertised.host, settings.advertised.port),
    nodeId: String(settings.nodeId ?? DEFAULT_NODE_ID),
    dataDirectory: placeOf(settings),
    topics: settings.topics.map(topicText).join(' ') || null,
  }
  return settingNames.map(([name, setting]) => {
    const plain = settings[setting] === null ? null : String(settings[setting])
    return { name, value: shown[setting] === undefined ? plain : shown[setting], source: originOf(setting) }
  })
}

/** Kafka's configs that settings of ours decide. */
const decidedBy: Readonly<Record<string, readonly (keyof Settings)[]>> = {
  listeners: ['port', 'host'],
  'advertised.listeners': ['advertised'],
  'log.dirs': ['dataDirectory'],
  'node.id': ['nodeId'],
  'broker.id': ['nodeId'],
}

function kafkaRows({ settings, originOf, originOfConfig }: Resolved): Row[] {
  const { port, nodeId } = settings
  const inForce = { port, nodeId: nodeId ?? DEFAULT_NODE_ID, directory: placeOf(settings) }
  const configs = new BrokerConfigs(kafkaConfigs(settings, inForce))
  refuseConflicts(configs)
  return brokerConfigTable.names().map(name => {
    const value = configs.value(name)
    const isSecret = value !== null && brokerConfigTable.find(name)?.type === 'password'
    const origins = decidedBy[name]?.map(originOf) ?? [originOfConfig(name)]
    return { name, value: isSecret ? '(hidden)' : value, source: origins.find(isGiven) ?? DEFAULT }
  })
}

function isGiven(origin: string): boolean {
  return origin !== DEFAULT
}
