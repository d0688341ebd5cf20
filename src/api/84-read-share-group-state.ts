import { array, contract, int8, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** ReadShareGroupState v0. */
export const readShareGroupState = contract({
  key: 84,
  name: 'ReadShareGroupState',
  versions: '0',
  flexible: 0,
  request: () => ({
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        leaderEpoch: int32(),
      }),
    }),
  }),
  response: () => ({
    results: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        errorCode: int16(),
        errorMessage: string().nullable().default(null),
        stateEpoch: int32(),
        startOffset: int64(),
        stateBatches: array({
          firstOffset: int64(),
          lastOffset: int64(),
          deliveryState: int8(),
          deliveryCount: int16(),
        }),
      }),
    }),
  }),
})

export default api(readShareGroupState)
