import { array, contract, int16, int32, string, struct, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** ShareGroupHeartbeat v1. */
export const shareGroupHeartbeat = contract({
  key: 76,
  name: 'ShareGroupHeartbeat',
  versions: '1',
  flexible: 1,
  request: () => ({
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    rackId: string().nullable().default(null),
    subscribedTopicNames: array(string()).nullable().default(null),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable().default(null),
    memberId: string().nullable().default(null),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: struct({
      topicPartitions: array({
        topicId: uuid(),
        partitions: array(int32()),
      }),
    })
      .nullable()
      .default(null),
  }),
})

export default api(shareGroupHeartbeat)
