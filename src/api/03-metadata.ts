import { array, bool, contract, int16, int32, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** Metadata v0–13. */
export const metadata = contract({
  key: 3,
  name: 'Metadata',
  versions: '0-13',
  flexible: 9,
  request: () => ({
    topics: array({
      topicId: uuid('10+'),
      name: string().nullable('10+'),
    }).nullable('1+'),
    allowAutoTopicCreation: bool('4+').default(true),
    includeClusterAuthorizedOperations: bool('8-10'),
    includeTopicAuthorizedOperations: bool('8+'),
  }),
  response: () => ({
    throttleTimeMs: int32('3+'),
    brokers: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string('1+').nullable().default(null),
    }),
    clusterId: string('2+').nullable().default(null),
    controllerId: int32('1+').default(-1),
    topics: array({
      errorCode: int16(),
      name: string().nullable('12+'),
      topicId: uuid('10+'),
      isInternal: bool('1+'),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32('7+').default(-1),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        offlineReplicas: array(int32(), '5+'),
      }),
      topicAuthorizedOperations: int32('8+').default(-2147483648),
    }),
    errorCode: int16('13+'),
    clusterAuthorizedOperations: int32('8-10').default(-2147483648),
  }),
})

export default api(metadata)
