import { array, bool, contract, int8, int16, int32, string, struct, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** ConsumerGroupDescribe v0–1. */
export const consumerGroupDescribe = contract({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: '0-1',
  flexible: 0,
  request: () => ({
    groupIds: array(string()),
    includeAuthorizedOperations: bool(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    groups: array({
      errorCode: int16(),
      errorMessage: string().nullable().default(null),
      groupId: string(),
      groupState: string(),
      groupEpoch: int32(),
      assignmentEpoch: int32(),
      assignorName: string(),
      members: array({
        memberId: string(),
        instanceId: string().nullable().default(null),
        rackId: string().nullable().default(null),
        memberEpoch: int32(),
        clientId: string(),
        clientHost: string(),
        subscribedTopicNames: array(string()),
        subscribedTopicRegex: string().nullable().default(null),
        assignment: struct({
          topicPartitions: array({
            topicId: uuid(),
            topicName: string(),
            partitions: array(int32()),
          }),
        }),
        targetAssignment: struct({
          topicPartitions: array({
            topicId: uuid(),
            topicName: string(),
            partitions: array(int32()),
          }),
        }),
        memberType: int8('1+').default(-1),
      }),
      authorizedOperations: int32().default(-2147483648),
    }),
  }),
})

export default api(consumerGroupDescribe)
