/** Which topics get more partitions, and why the others do not (ControllerApis, ReplicationControlManager). @module */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { BrokerIdentity, CatalogEffect, CreatedPartitions, CreatePartitions, GrownTopic } from './commands.ts'
import { type CatalogDecision, type Fault, fault, MAX_RECORDS, noFault } from './decision.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { CORDONED, misassignment, newPartition } from './new-partition.ts'
import type { CatalogState } from './state.ts'
import type { Topic } from './topic.ts'

export function decideCreatePartitions(
  state: CatalogState,
  { topics, validateOnly, timeoutMs }: CreatePartitions,
  broker: BrokerConfigs,
  identity: BrokerIdentity,
): CatalogDecision {
  const counts = new Map<string, number>()
  for (const { name } of topics) counts.set(name, (counts.get(name) ?? 0) + 1)
  const wanted = topics.filter(({ name }) => counts.get(name) === 1)
  const timedOut = fault('REQUEST_TIMED_OUT', null)
  if (timeoutMs <= 0 && wanted.length > 0) return answer(topics.map(({ name }) => ({ name, ...timedOut })))

  const records: MetadataRecord[] = []
  const effects: CatalogEffect[] = []
  const results: CreatedPartitions[] = []
  for (const [name, count] of counts) {
    if (count > 1) results.push({ name, ...fault('INVALID_REQUEST', 'Duplicate topic name.') })
  }
  for (const wish of wanted) {
    const topic = state.topicsByName.get(wish.name)
    const mostCount = MAX_RECORDS - records.length
    const refused = faultOf(wish, topic, identity.nodeId, mostCount, broker.isCordoned)
    results.push({ name: wish.name, ...(refused ?? noFault) })
    if (!topic || refused) continue
    for (const record of recordsOf(wish, topic, identity)) records.push(record)
    effects.push({ type: 'partitionsAdded', topicId: topic.id, from: topic.partitions.length })
  }
  return validateOnly ? answer(results) : { records, effects, ...answer(results) }
}

function answer(topics: readonly CreatedPartitions[]): CatalogDecision {
  return { replies: [['', { type: 'createPartitions', topics }]] }
}

/**
 * Why the topic cannot grow so, or null; `mostCount` is what the decision may still write. Replicas that are assigned by hand
 * are taken where the directory is cordoned, too.
 */
function faultOf(
  { name, count, assignments }: GrownTopic,
  topic: Topic | undefined,
  nodeId: number,
  mostCount: number,
  isCordoned: boolean,
): Fault | null {
  if (!topic) return fault('UNKNOWN_TOPIC_OR_PARTITION', null)
  const present = topic.partitions.length
  if (count === present) return fault('INVALID_PARTITIONS', `Topic already has ${present} partition(s).`)
  if (count < present) {
    const has = `The topic ${name} currently has ${present} partition(s)`
    return fault('INVALID_PARTITIONS', `${has}; ${count} would not be an increase.`)
  }
  const addedCount = count - present
  if (assignments !== null && assignments.length !== addedCount) {
    const attempt = `Attempted to add ${addedCount} additional partition(s)`
    const given = `but only ${assignments.length} assignment(s) were specified.`
    return fault('INVALID_REPLICA_ASSIGNMENT', `${attempt}, ${given}`)
  }
  for (const { brokerIds } of assignments ?? []) {
    const wrong = misassignment(brokerIds, nodeId)
    if (wrong !== null) return fault('INVALID_REPLICA_ASSIGNMENT', wrong)
  }
  if (assignments === null && isCordoned) return fault('INVALID_REPLICATION_FACTOR', CORDONED)
  // Kafka's list of records overflows, which it has no code for.
  return addedCount > mostCount ? fault('UNKNOWN_SERVER_ERROR', null) : null
}

function recordsOf({ count }: GrownTopic, { id, partitions }: Topic, identity: BrokerIdentity): MetadataRecord[] {
  const present = partitions.length
  return Array.from({ length: count - present }, (_, index) =>
    newPartition(id, present + index, [identity.nodeId], identity),
  )
}
