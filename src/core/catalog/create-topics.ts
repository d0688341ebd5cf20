/** Which topics come to be, and why the others do not (Kafka's ControllerApis and ReplicationControlManager). @module */
import { type Uuid, zeroUuid } from '../../base/uuid.ts'
import { ErrorCode } from '../../wire/errors.ts'
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import { validateTopicConfigs } from '../configs/topic-configs.ts'
import type { BrokerIdentity, CatalogEffect, CreatedTopic, CreateTopics, NewTopic } from './commands.ts'
import { type CatalogDecision, type Fault, fault, MAX_RECORDS } from './decision.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { CORDONED, misassignment, newPartition } from './new-partition.ts'
import { type CatalogState, ResourceType } from './state.ts'
import { CLUSTER_METADATA, topicNameFault, unifiedName } from './topic.ts'

/** What one request may ask for (ReplicationControlManager.MAX_PARTITIONS_PER_BATCH). */
const MAX_PARTITIONS = 10_000

/** A topic that can be made: the replicas of each partition. */
interface Plan {
  readonly replicas: readonly (readonly number[])[]
}

export function decideCreateTopics(
  state: CatalogState,
  command: CreateTopics,
  broker: BrokerConfigs,
  identity: BrokerIdentity,
): CatalogDecision {
  const { repeated, reserved, wanted } = sort(command)
  const refused = wanted.length > 0 ? refusalOfAll(command, wanted, broker) : null
  if (refused) return answer(command.topics.map(topic => failed(topic.name, refused)))

  const records: MetadataRecord[] = []
  const effects: CatalogEffect[] = []
  const created: CreatedTopic[] = []
  for (const { topic, id } of wanted) {
    const plan = faultOf(state, topic, broker) ?? planOf(topic, broker, identity)
    if ('errorCode' in plan) created.push(failed(topic.name, plan))
    else {
      const configs = configsOf(topic)
      for (const record of recordsOf(topic.name, id, configs, plan, identity)) records.push(record)
      effects.push({ type: 'partitionsAdded', topicId: id, from: 0 })
      created.push(succeeded(topic.name, id, configs, plan))
    }
  }
  if (records.length > MAX_RECORDS) {
    const tooMuch = fault('POLICY_VIOLATION', `A request may write at most ${MAX_RECORDS} records of metadata`)
    return answer(command.topics.map(topic => failed(topic.name, tooMuch)))
  }
  for (const name of repeated) created.push(failed(name, fault('INVALID_REQUEST', 'The request names it twice')))
  for (const name of reserved) created.push(failed(name, fault('INVALID_REQUEST', 'The name is reserved')))
  if (command.validateOnly) return answer(created)
  return { records, effects, ...answer(created) }
}

function answer(topics: readonly CreatedTopic[]): CatalogDecision {
  return { replies: [['', { type: 'createTopics', topics }]] }
}

/** Sets apart the names that come more than once and the one that nobody may use. */
function sort({ topics, ids }: CreateTopics) {
  const counts = new Map<string, number>()
  for (const { name } of topics) counts.set(name, (counts.get(name) ?? 0) + 1)
  const once = topics.filter(({ name }) => counts.get(name) === 1)
  return {
    repeated: [...counts].filter(([, count]) => count > 1).map(([name]) => name),
    reserved: once.filter(({ name }) => name === CLUSTER_METADATA).map(({ name }) => name),
    wanted: topics
      .map((topic, index) => ({ topic, id: ids[index] ?? zeroUuid }))
      .filter(({ topic }) => counts.get(topic.name) === 1 && topic.name !== CLUSTER_METADATA),
  }
}

/** Why not one topic of the request can be made, or null. */
function refusalOfAll(
  { timeoutMs }: CreateTopics,
  wanted: readonly { readonly topic: NewTopic }[],
  broker: BrokerConfigs,
): Fault | null {
  if (timeoutMs <= 0) return { errorCode: ErrorCode.REQUEST_TIMED_OUT, errorMessage: null }
  let partitionCount = 0
  for (const { topic } of wanted) {
    const { assignments, numPartitions } = topic
    if (assignments.length > 0) partitionCount += assignments.length
    else partitionCount += numPartitions === -1 ? broker.numPartitions : Math.max(numPartitions, 0)
  }
  if (partitionCount <= MAX_PARTITIONS) return null
  return fault('POLICY_VIOLATION', `A request may ask for at most ${MAX_PARTITIONS} partitions, not ${partitionCount}`)
}

/** What is wrong with a topic's name or configs. Names of the same request do not collide: Kafka looks at topics alone. */
function faultOf(state: CatalogState, { name, configs }: NewTopic, broker: BrokerConfigs): Fault | null {
  if (state.topicsByName.has(name)) return fault('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists`)
  const nameFault = topicNameFault(name)
  if (nameFault) return fault('INVALID_TOPIC_EXCEPTION', nameFault)
  const [other] = state.namesByUnifiedName.get(unifiedName(name)) ?? []
  if (other !== undefined) {
    return fault('INVALID_TOPIC_EXCEPTION', `Topic '${name}' would share its metrics with '${other}'`)
  }
  const refused = validateTopicConfigs(new Map(configs.map(config => [config.name, config.value])), broker)
  return refused && fault('INVALID_CONFIG', refused.message)
}

function planOf(topic: NewTopic, broker: BrokerConfigs, { nodeId }: BrokerIdentity): Plan | Fault {
  if (topic.assignments.length > 0) return planByHand(topic, nodeId)
  const { numPartitions, replicationFactor } = topic
  if (replicationFactor === 0 || replicationFactor < -1) {
    return fault('INVALID_REPLICATION_FACTOR', `There is no replication factor ${replicationFactor}`)
  }
  if (numPartitions === 0 || numPartitions < -1) {
    return fault('INVALID_PARTITIONS', `A topic cannot have ${numPartitions} partitions`)
  }
  const factor = replicationFactor === -1 ? broker.defaultReplicationFactor : replicationFactor
  if (factor > 1 && broker.strictReplication) {
    return fault('INVALID_REPLICATION_FACTOR', `${factor} replicas need as many brokers, and there is one`)
  }
  if (broker.isCordoned) {
    return fault('INVALID_REPLICATION_FACTOR', `Unable to replicate the partition ${factor} time(s): ${CORDONED}`)
  }
  const count = numPartitions === -1 ? broker.numPartitions : numPartitions
  return { replicas: Array.from({ length: count }, () => [nodeId]) }
}

function planByHand({ assignments, numPartitions, replicationFactor }: NewTopic, nodeId: number): Plan | Fault {
  if (replicationFactor !== -1 || numPartitions !== -1) {
    return fault('INVALID_REQUEST', 'With an assignment, the counts of partitions and replicas must be -1')
  }
  const misassigned = (why: string) => fault('INVALID_REPLICA_ASSIGNMENT', why)
  const replicas: (readonly number[])[] = []
  for (const { partitionIndex, brokerIds } of assignments) {
    if (replicas[partitionIndex]) return misassigned(`Partition ${partitionIndex} is assigned twice`)
    const wrong = misassignment(brokerIds, nodeId)
    if (wrong !== null) return misassigned(wrong)
    if (partitionIndex < 0 || partitionIndex >= assignments.length) {
      return misassigned('Partitions must be assigned from 0 on, without a gap')
    }
    replicas[partitionIndex] = brokerIds
  }
  return { replicas }
}

/** Of a config given twice the last value counts. */
function configsOf({ configs }: NewTopic): Map<string, string> {
  const valid = new Map<string, string>()
  for (const { name, value } of configs) if (value !== null) valid.set(name, value)
  return valid
}

function recordsOf(
  name: string,
  topicId: Uuid,
  configs: ReadonlyMap<string, string>,
  { replicas }: Plan,
  identity: BrokerIdentity,
): MetadataRecord[] {
  const records: MetadataRecord[] = [{ type: 'topicRecord', value: { name, topicId } }]
  for (const [key, value] of configs) {
    const resource = { resourceType: ResourceType.TOPIC, resourceName: name }
    records.push({ type: 'configRecord', value: { ...resource, name: key, value } })
  }
  // Another least size of the ISR makes what is known of eligible leaders void (KIP-966).
  if (configs.has('min.insync.replicas')) records.push({ type: 'clearElrRecord', value: { topicName: name } })
  replicas.forEach((brokerIds, index) => {
    records.push(newPartition(topicId, index, brokerIds, identity))
  })
  return records
}

function succeeded(
  name: string,
  topicId: Uuid,
  configs: ReadonlyMap<string, string>,
  { replicas }: Plan,
): CreatedTopic {
  const none = { errorCode: ErrorCode.NONE, errorMessage: null }
  return {
    name,
    topicId,
    ...none,
    numPartitions: replicas.length,
    replicationFactor: replicas[0]?.length ?? 0,
    configs,
  }
}

const noConfigs: ReadonlyMap<string, string> = new Map()

function failed(name: string, { errorCode, errorMessage }: Fault): CreatedTopic {
  const counts = { numPartitions: -1, replicationFactor: -1 }
  return { name, topicId: zeroUuid, errorCode, errorMessage, ...counts, configs: noConfigs }
}
