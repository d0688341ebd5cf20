import { type Uuid, zeroUuid } from '../base/uuid.ts'
import { clusterOperations, OPERATIONS_NOT_ASKED, topicOperations } from '../core/catalog/authorized-operations.ts'
import type { Topic } from '../core/catalog/catalog.ts'
import { autoCreatedTopic } from '../core/catalog/internal-topics.ts'
import { isInternalTopic, topicNameFault } from '../core/catalog/topic.ts'
import { JournalError } from '../core/machine.ts'
import { ErrorCode } from '../wire/errors.ts'
import type { Draft, Infer } from '../wire/schema.ts'
import { array, bool, contract, int16, int32, string, uuid } from '../wire/schema.ts'
import { api, type Call } from './api.ts'
import { describedPartition } from './partitions.ts'

/**
 * Metadata v0–13. v1 the controller, internal topics, and null for all topics (an empty list in v0); v2 the cluster id;
 * v4 creation only if asked; v5 offline replicas; v7 leader epochs; v8 authorized operations (of the cluster only until
 * v10); v10 topic ids in answers, v12 in requests too (KIP-516); v13 an error code of the whole.
 *
 * A topic that comes to be by being asked for is answered at once, with its leader: Kafka answers
 * UNKNOWN_TOPIC_OR_PARTITION, and clients ask again until it is there. Kafka's errors for brokers and listeners that are
 * away cannot occur here: there is one broker, and it is the one that answers.
 */
export const metadata = contract({
  key: 3,
  name: 'Metadata',
  versions: '0-13',
  flexible: 9,
  request: () => ({
    topics: array({
      topicId: uuid('10+'),
      name: string().nullable('10+'),
    }).nullable('1+'),
    allowAutoTopicCreation: bool('4+').default(true),
    includeClusterAuthorizedOperations: bool('8-10'),
    includeTopicAuthorizedOperations: bool('8+'),
  }),
  response: () => ({
    throttleTimeMs: int32('3+'),
    brokers: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string('1+').nullable().default(null),
    }),
    clusterId: string('2+').nullable().default(null),
    controllerId: int32('1+').default(-1),
    topics: array({
      errorCode: int16(),
      name: string().nullable('12+'),
      topicId: uuid('10+'),
      isInternal: bool('1+'),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32('7+').default(-1),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        offlineReplicas: array(int32(), '5+'),
      }),
      topicAuthorizedOperations: int32('8+').default(-2147483648),
    }),
    errorCode: int16('13+'),
    clusterAuthorizedOperations: int32('8-10').default(-2147483648),
  }),
})

type Request = Infer<typeof metadata.request>
type Response = Draft<typeof metadata.response>
type TopicEntry = Response['topics'][number]

const TOPICS_BY_ID = 12
/** What stands in a creation that no client has set a limit to. */
const NO_HURRY_MS = 2 ** 31 - 1

export default api(metadata, (request, call) => {
  const error = request.topics ? faultOf(request.topics, call.version) : null
  if (error !== null) return refusal(request, error)
  const { catalog, endpoint } = call
  const entries = entriesFor(request, call)
  const asksCluster = request.includeClusterAuthorizedOperations
  return {
    throttleTimeMs: 0,
    brokers: catalog.brokers.map(({ id, rack }) => ({ nodeId: id, ...endpoint, rack })),
    clusterId: catalog.clusterId,
    controllerId: catalog.nodeId,
    topics: request.includeTopicAuthorizedOperations ? entries.map(withOperations) : entries,
    clusterAuthorizedOperations: asksCluster ? clusterOperations : OPERATIONS_NOT_ASKED,
    errorCode: ErrorCode.NONE,
  }
})

/** Why the whole request is refused: a topic without a name, or one with an id where that means nothing yet. */
function faultOf(topics: NonNullable<Request['topics']>, version: number): ErrorCode | null {
  if (version < TOPICS_BY_ID) {
    const isFaulty = topics.some(({ name, topicId }) => name === null || topicId !== zeroUuid)
    return isFaulty ? ErrorCode.INVALID_REQUEST : null
  }
  // Where one topic has an id, those without are passed over; where none has, Kafka stumbles over a missing name.
  const hasIds = topics.some(({ topicId }) => topicId !== zeroUuid)
  return !hasIds && topics.some(({ name }) => name === null) ? ErrorCode.UNKNOWN_SERVER_ERROR : null
}

function refusal(request: Request, errorCode: ErrorCode): Response {
  const topics = (request.topics ?? []).map(({ name, topicId }) => ({
    ...without(name ?? '', errorCode),
    topicId,
    isInternal: false,
  }))
  return { throttleTimeMs: 0, brokers: [], topics, errorCode }
}

function entriesFor({ topics, allowAutoTopicCreation }: Request, call: Call): TopicEntry[] {
  const { catalog, version } = call
  if (topics === null || (version === 0 && topics.length === 0)) return Array.from(catalog.topics(), described)
  const ids = new Set(topics.map(({ topicId }) => topicId).filter(id => id !== zeroUuid))
  if (ids.size > 0) return Array.from(ids, id => describedById(id, call))
  const isMaking = allowAutoTopicCreation && call.configs.autoCreateTopicsEnable
  const names = new Set(topics.map(({ name }) => name ?? ''))
  return Array.from(names, name => {
    const topic = catalog.topicByName(name)
    if (topic) return described(topic)
    if (topicNameFault(name)) return without(name, ErrorCode.INVALID_TOPIC_EXCEPTION)
    return isMaking ? created(name, call) : without(name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })
}

/** Makes the topic and describes it; one that cannot be made is as unknown as before. */
function created(name: string, { catalog, configs, now }: Call): TopicEntry {
  const request = { topics: [autoCreatedTopic(name, configs)], validateOnly: false, timeoutMs: NO_HURRY_MS }
  try {
    catalog.createTopics(request, now)
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
  }
  const topic = catalog.topicByName(name)
  return topic ? described(topic) : without(name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
}

/** What is allowed: Kafka tells it of a name without a topic too, and not of an id without one. */
function withOperations(entry: TopicEntry): TopicEntry {
  if (entry.errorCode === ErrorCode.UNKNOWN_TOPIC_ID) return entry
  return { ...entry, topicAuthorizedOperations: topicOperations }
}

function describedById(id: Uuid, { catalog }: Call): TopicEntry {
  const topic = catalog.topicById(id)
  if (topic) return described(topic)
  return { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId: id, isInternal: false, partitions: [] }
}

function described({ name, id, isInternal, partitions }: Topic): TopicEntry {
  return {
    errorCode: ErrorCode.NONE,
    name,
    topicId: id,
    isInternal,
    partitions: partitions.map(describedPartition),
  }
}

function without(name: string, errorCode: ErrorCode): TopicEntry {
  return { errorCode, name, topicId: zeroUuid, isInternal: isInternalTopic(name), partitions: [] }
}
