import { array, bool, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** AlterPartitionReassignments v0–1. */
export const alterPartitionReassignments = contract({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: '0-1',
  flexible: 0,
  request: () => ({
    timeoutMs: int32().default(60000),
    allowReplicationFactorChange: bool('1+').default(true),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        replicas: array(int32()).nullable().default(null),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    allowReplicationFactorChange: bool('1+').default(true),
    errorCode: int16(),
    errorMessage: string().nullable(),
    responses: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string().nullable(),
      }),
    }),
  }),
})

export default api(alterPartitionReassignments)
