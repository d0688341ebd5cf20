import { array, contract, int8, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** WriteShareGroupState v0–1. */
export const writeShareGroupState = contract({
  key: 85,
  name: 'WriteShareGroupState',
  versions: '0-1',
  flexible: 0,
  request: () => ({
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        stateEpoch: int32(),
        leaderEpoch: int32(),
        startOffset: int64(),
        deliveryCompleteCount: int32('1+').default(-1),
        stateBatches: array({
          firstOffset: int64(),
          lastOffset: int64(),
          deliveryState: int8(),
          deliveryCount: int16(),
        }),
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
      }),
    }),
  }),
})

export default api(writeShareGroupState)
