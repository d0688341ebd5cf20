/** Which configs change, and why the others do not (Kafka's ConfigAdminManager and ConfigurationControlManager). @module */
import { type BrokerConfigs, brokerConfigTable } from '../configs/broker-configs.ts'
import { validateClientMetricsConfigs } from '../configs/client-metrics-configs.ts'
import { type ConfigRefusal, excerpt } from '../configs/definition.ts'
import { dynamicRefusal } from '../configs/dynamic-configs.ts'
import { validateGroupConfigs } from '../configs/group-configs.ts'
import { isLogLevel, type LogLevel, logLevels, ROOT_LOGGER } from '../configs/log-levels.ts'
import type { ConfigTable } from '../configs/table.ts'
import { topicConfigTable, validateTopicConfigs } from '../configs/topic-configs.ts'
import { brokerNameFault } from './broker-name.ts'
import type {
  AlterConfigs,
  AlteredResource,
  CatalogEffect,
  ConfigChange,
  ConfigResource,
  ResourceChange,
} from './commands.ts'
import { type ChangedConfigs, changedConfigs, isOperation, Operation } from './config-changes.ts'
import { type CatalogDecision, type Fault, fault, MAX_RECORDS, noFault } from './decision.ts'
import { MIN_INSYNC_REPLICAS } from './least-isr.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { type CatalogState, configsOf, hasEligibleLeaderReplicas, ResourceType } from './state.ts'
import { topicNameFault } from './topic.ts'

/** What a command does to one resource. */
interface Change {
  readonly records: readonly MetadataRecord[]
  readonly effects: readonly CatalogEffect[]
}

interface Context {
  readonly state: CatalogState
  readonly broker: BrokerConfigs
  readonly isReplacing: boolean
}

type Changer = (resource: ResourceChange, context: Context) => Change | Fault

export function decideAlterConfigs(state: CatalogState, command: AlterConfigs, broker: BrokerConfigs): CatalogDecision {
  const context = { state, broker, isReplacing: command.isReplacing }
  const repeated = repeatedResources(command.resources)
  const records: MetadataRecord[] = []
  const effects: CatalogEffect[] = []
  const answers = command.resources.map((resource): AlteredResource => {
    const isRepeated = repeated.has(keyOf(resource))
    const change = isRepeated ? invalidRequest('Each resource must appear at most once.') : changeOf(resource, context)
    if ('errorCode' in change) return answerFor(resource, change)
    for (const record of change.records) records.push(record)
    for (const effect of change.effects) effects.push(effect)
    return answerFor(resource, noFault)
  })
  const isTooMuch = records.length > MAX_RECORDS
  const reply = { type: 'alterConfigs', resources: isTooMuch ? answers.map(tooMuch) : answers } as const
  return isTooMuch || command.validateOnly ? { replies: [['', reply]] } : { records, effects, replies: [['', reply]] }
}

function answerFor(
  { resourceType, resourceName }: ConfigResource,
  { errorCode, errorMessage }: Fault,
): AlteredResource {
  return { errorCode, errorMessage, resourceType, resourceName }
}

/** The answer where the request is more than one decision may write: then nothing of it is done. */
function tooMuch(answer: AlteredResource): AlteredResource {
  const excess = fault('POLICY_VIOLATION', 'Unable to perform excessively large batch operation.')
  return answer.errorCode === noFault.errorCode ? answerFor(answer, excess) : answer
}

function repeatedResources(resources: readonly ConfigResource[]): ReadonlySet<string> {
  const keys = new Set<string>()
  const repeated = resources.map(keyOf).filter(key => keys.size === keys.add(key).size)
  return new Set(repeated)
}

function keyOf({ resourceType, resourceName }: ConfigResource): string {
  return `${resourceType}:${resourceName}`
}

function changeOf(resource: ResourceChange, context: Context): Change | Fault {
  const names = resource.configs.map(({ name }) => name)
  if (new Set(names).size < names.length) return invalidRequest('Error due to duplicate config keys')
  const nulls = resource.configs.filter(
    ({ configOperation, value }) => value === null && configOperation !== Operation.DELETE,
  )
  if (nulls.length > 0) {
    return invalidRequest(`Null value not supported for : ${excerpt(nulls.map(({ name }) => name).join(', '))}`)
  }
  const changer = changers.get(resource.resourceType)
  const isServed = changer !== undefined && !(context.isReplacing && changer === changeLogger)
  return isServed ? changer(resource, context) : invalidRequest(`Unknown resource type ${resource.resourceType}`)
}

const changeTopic: Changer = (resource, context) => {
  const { resourceName } = resource
  const changed = changedBy(resource, context)
  if ('errorCode' in changed) return changed
  if (resourceName === '') return invalidRequest('Default topic resources are not allowed.')
  const nameFault = topicNameFault(resourceName)
  if (nameFault !== null) return fault('INVALID_TOPIC_EXCEPTION', nameFault)
  const refused = validateTopicConfigs(changed.configs, context.broker)
  if (refused) return faultOf(refused)
  const topic = context.state.topicsByName.get(resourceName)
  if (!topic) return fault('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`)
  const records = [...changed.records, ...clearingRecords(changed, resourceName, context)]
  return { records, effects: [{ type: 'configsChanged', topicId: topic.id }] }
}

const changeBroker: Changer = (resource, context) => {
  const { resourceName, configs } = resource
  const { state, broker } = context
  const isClusterWide = resourceName === ''
  const nameFault = isClusterWide ? null : brokerNameFault(resourceName, broker.nodeId)
  if (nameFault !== null) return invalidRequest(nameFault)
  const strange = configs.find(change => !isOperation(change))
  if (strange) return invalidRequest(`Unknown operations type ${strange.configOperation}`)
  const changed = changedBy(resource, context)
  if ('errorCode' in changed) return changed
  const refused = dynamicRefusal(changed.configs, isClusterWide ? 'clusterWide' : 'own', broker)
  if (refused !== null) return invalidRequest(refused)
  const fixed = hasEligibleLeaderReplicas(state) ? leastIsrFault(changed, isClusterWide) : null
  if (fixed) return fixed
  const records = [...changed.records, ...clearingRecords(changed, '', context)]
  return { records, effects: [{ type: 'configsChanged', topicId: null }] }
}

const changeGroup = changeOfWhatIsOnlyKept('Default group resources are not allowed.', validateGroupConfigs)
const changeClientMetrics = changeOfWhatIsOnlyKept("Subscription name can't be empty", validateClientMetricsConfigs)

/** Of resources that need not exist, and for which nothing has to be done; `nameless` is said of one without a name. */
function changeOfWhatIsOnlyKept(
  nameless: string,
  validate: (configs: ReadonlyMap<string, string>, broker: BrokerConfigs) => ConfigRefusal | null,
): Changer {
  return (resource, context) => {
    const changed = changedBy(resource, context)
    if ('errorCode' in changed) return changed
    if (resource.resourceName === '') return invalidRequest(nameless)
    const refused = validate(changed.configs, context.broker)
    return refused ? faultOf(refused) : { records: changed.records, effects: [] }
  }
}

/** Kafka keeps no level over a restart either. */
const changeLogger: Changer = ({ resourceName, configs }, { broker }) => {
  const nameFault = brokerNameFault(resourceName, broker.nodeId)
  if (nameFault !== null) return invalidRequest(nameFault)
  const effects: CatalogEffect[] = []
  for (const change of configs) {
    const level = logLevelOf(change)
    if (typeof level !== 'string') return level
    effects.push({ type: 'logLevelChanged', level })
  }
  return { records: [], effects }
}

const changers: ReadonlyMap<number, Changer> = new Map([
  [ResourceType.TOPIC, changeTopic],
  [ResourceType.BROKER, changeBroker],
  [ResourceType.BROKER_LOGGER, changeLogger],
  [ResourceType.CLIENT_METRICS, changeClientMetrics],
  [ResourceType.GROUP, changeGroup],
])

function changedBy(resource: ResourceChange, { state, isReplacing }: Context): ChangedConfigs | Fault {
  const { resourceType, resourceName } = resource
  const before = configsOf(state, resourceType, resourceName)
  return changedConfigs(resource, before, isReplacing, tables.get(resourceType) ?? null)
}

/** The configs that can be lists: Kafka's controller knows none of groups and client metrics. */
const tables: ReadonlyMap<number, ConfigTable> = new Map([
  [ResourceType.TOPIC, topicConfigTable],
  [ResourceType.BROKER, brokerConfigTable],
])

/** Another least size of the ISR makes what is known of eligible leaders void (KIP-966): of one topic, or of all (''). */
function clearingRecords({ records }: ChangedConfigs, topicName: string, { state }: Context): MetadataRecord[] {
  const isConcerned = hasEligibleLeaderReplicas(state) && leastIsrValues(records).length > 0
  return isConcerned ? [{ type: 'clearElrRecord', value: { topicName } }] : []
}

/** Eligible leader replicas need one least size of the ISR for the whole cluster. */
function leastIsrFault({ records }: ChangedConfigs, isClusterWide: boolean): Fault | null {
  const named = leastIsrValues(records)
  if (named.length > 0 && !isClusterWide) {
    return fault('INVALID_CONFIG', `Broker-level ${MIN_INSYNC_REPLICAS} cannot be altered while ELR is enabled.`)
  }
  if (!named.includes(null)) return null
  return fault('INVALID_CONFIG', `Cluster-level ${MIN_INSYNC_REPLICAS} cannot be removed while ELR is enabled.`)
}

/** What `records` make of min.insync.replicas. */
function leastIsrValues(records: readonly MetadataRecord[]): (string | null)[] {
  return records.flatMap(record =>
    record.type === 'configRecord' && record.value.name === MIN_INSYNC_REPLICAS ? [record.value.value] : [],
  )
}

/** The level that a change gives to the one logger there is. */
function logLevelOf({ name, configOperation = Operation.SET, value }: ConfigChange): LogLevel | Fault {
  if (configOperation === Operation.APPEND || configOperation === Operation.SUBTRACT) {
    const operation = configOperation === Operation.APPEND ? 'APPEND' : 'SUBTRACT'
    return invalidRequest(`${operation} operation is not allowed for the BROKER_LOGGER resource`)
  }
  if (configOperation !== Operation.SET && configOperation !== Operation.DELETE) {
    return fault('UNKNOWN_SERVER_ERROR', null)
  }
  if (name !== ROOT_LOGGER) return fault('INVALID_CONFIG', `Logger ${excerpt(name)} does not exist!`)
  if (configOperation === Operation.DELETE) {
    return invalidRequest(`Removing the log level of the ${ROOT_LOGGER} logger is not allowed`)
  }
  if (value !== null && isLogLevel(value)) return value
  const wrong = `Cannot set the log level of ${ROOT_LOGGER} to ${excerpt(value ?? '')} as it is not a supported log level.`
  return fault('INVALID_CONFIG', `${wrong} Valid log levels are ${[...logLevels].sort().join(', ')}`)
}

function faultOf({ errorCode, message }: ConfigRefusal): Fault {
  return { errorCode, errorMessage: message }
}

function invalidRequest(errorMessage: string): Fault {
  return fault('INVALID_REQUEST', errorMessage)
}
