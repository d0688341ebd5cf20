import { array, contract, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** ReadShareGroupStateSummary v0–1. */
export const readShareGroupStateSummary = contract({
  key: 87,
  name: 'ReadShareGroupStateSummary',
  versions: '0-1',
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
        leaderEpoch: int32(),
        startOffset: int64(),
        deliveryCompleteCount: int32('1+').default(-1),
      }),
    }),
  }),
})

export default api(readShareGroupStateSummary)
