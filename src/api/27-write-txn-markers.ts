import { array, bool, contract, int8, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** WriteTxnMarkers v0–2. */
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

export default api(writeTxnMarkers)
