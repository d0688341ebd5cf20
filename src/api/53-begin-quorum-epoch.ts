import { array, contract, int16, int32, string, uint16, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** BeginQuorumEpoch v0–1. */
export const beginQuorumEpoch = contract({
  key: 53,
  name: 'BeginQuorumEpoch',
  versions: '0-1',
  flexible: 1,
  request: () => ({
    clusterId: string().nullable().default(null),
    voterId: int32('1+').default(-1),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        voterDirectoryId: uuid('1+'),
        leaderId: int32(),
        leaderEpoch: int32(),
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

export default api(beginQuorumEpoch)
