import { array, contract, int16, int32, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** DeleteShareGroupState v0. */
export const deleteShareGroupState = contract({
  key: 86,
  name: 'DeleteShareGroupState',
  versions: '0',
  flexible: 0,
  request: () => ({
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
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

export default api(deleteShareGroupState)
