import { array, contract, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** InitializeShareGroupState v0. */
export const initializeShareGroupState = contract({
  key: 83,
  name: 'InitializeShareGroupState',
  versions: '0',
  flexible: 0,
  request: () => ({
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        stateEpoch: int32(),
        startOffset: int64(),
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

export default api(initializeShareGroupState)
