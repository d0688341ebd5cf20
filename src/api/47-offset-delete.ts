import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** OffsetDelete v0. */
export const offsetDelete = contract({
  key: 47,
  name: 'OffsetDelete',
  versions: '0',
  flexible: null,
  request: () => ({
    groupId: string(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
      }),
    }),
  }),
  response: () => ({
    errorCode: int16(),
    throttleTimeMs: int32(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  }),
})

export default api(offsetDelete)
