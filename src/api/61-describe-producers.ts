import type { Topic } from '../core/catalog/catalog.ts'
import { topicNameFault } from '../core/catalog/topic.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/** DescribeProducers v0 (KIP-664): who has written to a partition, and whose transactions are open there. */
export const describeProducers = contract({
  key: 61,
  name: 'DescribeProducers',
  versions: '0',
  flexible: 0,
  request: () => ({
    topics: array({
      name: string(),
      partitionIndexes: array(int32()),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string().nullable().default(null),
        activeProducers: array({
          producerId: int64(),
          producerEpoch: int32(),
          lastSequence: int32().default(-1),
          lastTimestamp: int64().default(-1),
          coordinatorEpoch: int32(),
          currentTxnStartOffset: int64().default(-1),
        }),
      }),
    }),
  }),
})

export default api(describeProducers, ({ topics }, call) => ({
  throttleTimeMs: 0,
  topics: topics.map(({ name, partitionIndexes }) => {
    const topic = call.catalog.topicByName(name)
    const fault = topic ? null : faultOf(name)
    return {
      name,
      partitions: partitionIndexes.map(partitionIndex => ({
        partitionIndex,
        ...(fault ?? producersIn(topic, partitionIndex, call)),
      })),
    }
  }),
}))

/** Why there is no such topic. Of a partition that is not there Kafka gives the code alone. */
function faultOf(name: string) {
  const fault = topicNameFault(name)
  return fault === null
    ? {
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        errorMessage: `There is no topic '${name}'`,
        activeProducers: [],
      }
    : { errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: fault, activeProducers: [] }
}

/** UnifiedLog.activeProducers */
function producersIn(topic: Topic | null, partition: number, call: Call) {
  const log = call.logs.find(topic, partition)
  if (typeof log === 'number') return { errorCode: log, activeProducers: [] }
  return {
    errorCode: ErrorCode.NONE,
    activeProducers: Array.from(log.activeProducers, entry => ({
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      lastSequence: entry.batches.at(-1)?.lastSequence ?? -1,
      lastTimestamp: entry.lastTimestamp,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTxnStartOffset: entry.currentTxnFirstOffset,
    })),
  }
}
