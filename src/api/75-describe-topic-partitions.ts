import { array, bool, contract, int16, int32, string, struct, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeTopicPartitions v0. */
export const describeTopicPartitions = contract({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: '0',
  flexible: 0,
  request: () => ({
    topics: array({
      name: string(),
    }),
    responsePartitionLimit: int32().default(2000),
    cursor: struct({
      topicName: string(),
      partitionIndex: int32(),
    })
      .nullable()
      .default(null),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    topics: array({
      errorCode: int16(),
      name: string().nullable(),
      topicId: uuid(),
      isInternal: bool(),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32().default(-1),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        eligibleLeaderReplicas: array(int32()).nullable().default(null),
        lastKnownElr: array(int32()).nullable().default(null),
        offlineReplicas: array(int32()),
      }),
      topicAuthorizedOperations: int32().default(-2147483648),
    }),
    nextCursor: struct({
      topicName: string(),
      partitionIndex: int32(),
    })
      .nullable()
      .default(null),
  }),
})

export default api(describeTopicPartitions)
