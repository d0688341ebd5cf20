import { array, bool, contract, int16, int32, string, struct, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** ShareGroupDescribe v1. */
export const shareGroupDescribe = contract({
  key: 77,
  name: 'ShareGroupDescribe',
  versions: '1',
  flexible: 1,
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
        rackId: string().nullable().default(null),
        memberEpoch: int32(),
        clientId: string(),
        clientHost: string(),
        subscribedTopicNames: array(string()),
        assignment: struct({
          topicPartitions: array({
            topicId: uuid(),
            topicName: string(),
            partitions: array(int32()),
          }),
        }),
      }),
      authorizedOperations: int32().default(-2147483648),
    }),
  }),
})

export default api(shareGroupDescribe)
