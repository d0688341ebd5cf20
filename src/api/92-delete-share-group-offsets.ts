import { array, contract, int16, int32, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** DeleteShareGroupOffsets v0. */
export const deleteShareGroupOffsets = contract({
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: '0',
  flexible: 0,
  request: () => ({
    groupId: string(),
    topics: array({
      topicName: string(),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable().default(null),
    responses: array({
      topicName: string(),
      topicId: uuid(),
      errorCode: int16(),
      errorMessage: string().nullable().default(null),
    }),
  }),
})

export default api(deleteShareGroupOffsets)
