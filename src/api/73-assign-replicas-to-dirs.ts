import { array, contract, int16, int32, int64, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** AssignReplicasToDirs v0. */
export const assignReplicasToDirs = contract({
  key: 73,
  name: 'AssignReplicasToDirs',
  versions: '0',
  flexible: 0,
  request: () => ({
    brokerId: int32(),
    brokerEpoch: int64().default(-1),
    directories: array({
      id: uuid(),
      topics: array({
        topicId: uuid(),
        partitions: array({
          partitionIndex: int32(),
        }),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    directories: array({
      id: uuid(),
      topics: array({
        topicId: uuid(),
        partitions: array({
          partitionIndex: int32(),
          errorCode: int16(),
        }),
      }),
    }),
  }),
})

export default api(assignReplicasToDirs)
