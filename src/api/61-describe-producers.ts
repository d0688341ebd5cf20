import { array, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeProducers v0. */
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

export default api(describeProducers)
