import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** AlterReplicaLogDirs v0–2. */
export const alterReplicaLogDirs = contract({
  key: 34,
  name: 'AlterReplicaLogDirs',
  versions: '0-2',
  flexible: 2,
  request: () => ({
    dirs: array({
      path: string(),
      topics: array({
        name: string(),
        partitions: array(int32()),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    results: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  }),
})

export default api(alterReplicaLogDirs)
