import { CONSUMER_OFFSETS } from '../core/catalog/topic.ts'
import type { TransactionEnd } from '../log/partition.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, bool, contract, type Infer, int8, int16, int32, int64, string } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/**
 * WriteTxnMarkers v0–2 (KIP-98). v2 says by which transaction.version a transaction ends (KIP-890). What one broker asks of
 * another that leads a partition, and an administrator who ends a transaction that hangs (KIP-664).
 */
export const writeTxnMarkers = contract({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: '0-2',
  flexible: 1,
  request: () => ({
    markers: array({
      producerId: int64(),
      producerEpoch: int16(),
      transactionResult: bool(),
      topics: array({
        name: string(),
        partitionIndexes: array(int32()),
      }),
      coordinatorEpoch: int32(),
      transactionVersion: int8('2+'),
    }),
  }),
  response: () => ({
    markers: array({
      producerId: int64(),
      topics: array({
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          errorCode: int16(),
        }),
      }),
    }),
  }),
})

type Request = Infer<typeof writeTxnMarkers.request>

/** transaction.version in a marker of which nobody has said it (TransactionVersion.TV_UNKNOWN). */
const UNKNOWN_VERSION = -1

/** By producer, topic and partition: as in Kafka the markers of one producer are answered together, the last one counts. */
type Results = Map<number, Map<string, Map<number, ErrorCode>>>

export default api(writeTxnMarkers, ({ markers }, call) => {
  const results: Results = new Map()
  for (const marker of markers) {
    for (const { name, partitionIndexes } of marker.topics) {
      for (const index of partitionIndexes)
        enter(results, marker.producerId, name, index, end(name, index, marker, call))
    }
  }
  return {
    markers: Array.from(results, ([producerId, topics]) => ({
      producerId,
      topics: Array.from(topics, ([name, partitions]) => ({
        name,
        partitions: Array.from(partitions, ([partitionIndex, errorCode]) => ({ partitionIndex, errorCode })),
      })),
    })),
  }
})

function enter(results: Results, producerId: number, name: string, partition: number, errorCode: ErrorCode): void {
  const topics = results.get(producerId) ?? new Map<string, Map<number, ErrorCode>>()
  const partitions = topics.get(name) ?? new Map<number, ErrorCode>()
  results.set(producerId, topics.set(name, partitions.set(partition, errorCode)))
}

/** Ends a transaction in one partition (KafkaApis.handleWriteTxnMarkersRequest). */
function end(name: string, index: number, marker: Request['markers'][number], call: Call): ErrorCode {
  const { producerId, producerEpoch, coordinatorEpoch, transactionVersion, transactionResult: isCommit } = marker
  const topic = call.catalog.topicByName(name)
  if (!topic?.partitions[index]) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  // No batch can say such a thing, and Kafka has no better answer to it.
  if (producerId < 0 || producerEpoch < 0 || transactionVersion === UNKNOWN_VERSION) {
    return ErrorCode.UNKNOWN_SERVER_ERROR
  }
  const transactionEnd: TransactionEnd = { producerId, producerEpoch, coordinatorEpoch, transactionVersion, isCommit }
  if (name === CONSUMER_OFFSETS) return forBrokers(call.groups.completeTransaction(index, transactionEnd))
  const log = call.logs.find(topic, index)
  return typeof log === 'number' ? log : call.logs.endTransaction(log, transactionEnd)
}

/** Another broker asks a leader, and knows nothing of coordinators. */
function forBrokers(errorCode: ErrorCode): ErrorCode {
  return errorCode === ErrorCode.NOT_COORDINATOR ? ErrorCode.NOT_LEADER_OR_FOLLOWER : errorCode
}
