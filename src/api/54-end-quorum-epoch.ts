import { array, contract, int16, int32, string, uint16, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** EndQuorumEpoch v0–1. */
export const endQuorumEpoch = contract({
  key: 54,
  name: 'EndQuorumEpoch',
  versions: '0-1',
  flexible: 1,
  request: () => ({
    clusterId: string().nullable().default(null),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32(),
        preferredCandidates: array(
          {
            candidateId: int32(),
            candidateDirectoryId: uuid(),
          },
          '1+',
        ),
        preferredSuccessors: array(int32(), '0'),
      }),
    }),
    leaderEndpoints: array(
      {
        name: string(),
        host: string(),
        port: uint16(),
      },
      '1+',
    ),
  }),
  response: () => ({
    errorCode: int16(),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        leaderId: int32(),
        leaderEpoch: int32(),
      }),
    }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: uint16(),
      },
      '1+',
    ).tag(0, '1+'),
  }),
})

export default api(endQuorumEpoch)
