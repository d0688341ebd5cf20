import { array, contract, int16, int32, string, struct, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** ConsumerGroupHeartbeat v0–1. */
export const consumerGroupHeartbeat = contract({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: '0-1',
  flexible: 0,
  request: () => ({
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: string().nullable().default(null),
    rackId: string().nullable().default(null),
    rebalanceTimeoutMs: int32().default(-1),
    subscribedTopicNames: array(string()).nullable().default(null),
    subscribedTopicRegex: string('1+').nullable().default(null),
    serverAssignor: string().nullable().default(null),
    topicPartitions: array({
      topicId: uuid(),
      partitions: array(int32()),
    })
      .nullable()
      .default(null),
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

export default api(consumerGroupHeartbeat)
