import { array, contract, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** AlterShareGroupOffsets v0. */
export const alterShareGroupOffsets = contract({
  key: 91,
  name: 'AlterShareGroupOffsets',
  versions: '0',
  flexible: 0,
  request: () => ({
    groupId: string(),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        startOffset: int64(),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable().default(null),
    responses: array({
      topicName: string(),
      topicId: uuid(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string().nullable().default(null),
      }),
    }),
  }),
})

export default api(alterShareGroupOffsets)
