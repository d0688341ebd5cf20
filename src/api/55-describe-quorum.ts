import { CLUSTER_METADATA } from '../core/catalog/topic.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, type Infer, int16, int32, int64, string, uint16, uuid } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/**
 * DescribeQuorum v0–2 (KIP-595). v1 when a voter has fetched (KIP-836); v2 directories, error texts and where voters listen
 * (KIP-853). This node is the quorum; it has no listener for controllers.
 */
export const describeQuorum = contract({
  key: 55,
  name: 'DescribeQuorum',
  versions: '0-2',
  flexible: 0,
  request: () => ({
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
      }),
    }),
  }),
  response: () => ({
    errorCode: int16(),
    errorMessage: string('2+').nullable(),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string('2+').nullable(),
        leaderId: int32(),
        leaderEpoch: int32(),
        highWatermark: int64(),
        currentVoters: array({
          replicaId: int32(),
          replicaDirectoryId: uuid('2+'),
          logEndOffset: int64(),
          lastFetchTimestamp: int64('1+').default(-1),
          lastCaughtUpTimestamp: int64('1+').default(-1),
        }),
        observers: array({
          replicaId: int32(),
          replicaDirectoryId: uuid('2+'),
          logEndOffset: int64(),
          lastFetchTimestamp: int64('1+').default(-1),
          lastCaughtUpTimestamp: int64('1+').default(-1),
        }),
      }),
    }),
    nodes: array(
      {
        nodeId: int32(),
        listeners: array({
          name: string(),
          host: string(),
          port: uint16(),
        }),
      },
      '2+',
    ),
  }),
})

export default api(describeQuorum, ({ topics }, call) => {
  const [topic, ...others] = topics
  const isAboutIt = topic?.topicName === CLUSTER_METADATA && topic.partitions.length === 1 && others.length === 0
  if (!isAboutIt || topic.partitions[0]?.partitionIndex !== 0) return unknown(topics)
  const { nodeId } = call.catalog
  const partitions = [quorum(call)]
  return { ...noError, topics: [{ topicName: CLUSTER_METADATA, partitions }], nodes: [{ nodeId, listeners: [] }] }
})

const noError = { errorCode: ErrorCode.NONE, errorMessage: '' }

/** What this node has written is what all voters have. */
function quorum({ catalog, now }: Call) {
  const { nodeId, directoryId, metadataLog } = catalog
  const { leaderEpoch, logEndOffset } = metadataLog
  const voter = { replicaId: nodeId, replicaDirectoryId: directoryId, logEndOffset }
  return {
    partitionIndex: 0,
    ...noError,
    leaderId: nodeId,
    leaderEpoch,
    highWatermark: logEndOffset,
    currentVoters: [{ ...voter, lastFetchTimestamp: now, lastCaughtUpTimestamp: now }],
    observers: [],
  }
}

/** Kafka says the same of each partition where one of them is not the quorum's. */
function unknown(topics: Infer<typeof describeQuorum.request>['topics']) {
  const error = { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: 'This is not the quorum' }
  const nothing = { leaderId: 0, leaderEpoch: 0, highWatermark: 0, currentVoters: [], observers: [] }
  const described = topics.map(({ topicName, partitions }) => {
    return { topicName, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, ...error, ...nothing })) }
  })
  return { ...noError, topics: described, nodes: [] }
}
