import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** ListPartitionReassignments v0. There is one broker, so that no reassignment is ever going on. */
export const listPartitionReassignments = contract({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: '0',
  flexible: 0,
  request: () => ({
    timeoutMs: int32().default(60000),
    topics: array({
      name: string(),
      partitionIndexes: array(int32()),
    })
      .nullable()
      .default(null),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        replicas: array(int32()),
        addingReplicas: array(int32()),
        removingReplicas: array(int32()),
      }),
    }),
  }),
})

export default api(listPartitionReassignments, () => ({
  throttleTimeMs: 0,
  errorCode: ErrorCode.NONE,
  errorMessage: null,
  topics: [],
}))
