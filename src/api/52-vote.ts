import { array, bool, contract, int16, int32, int64, string, uint16, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** Vote v0–2. */
export const vote = contract({
  key: 52,
  name: 'Vote',
  versions: '0-2',
  flexible: 0,
  request: () => ({
    clusterId: string().nullable().default(null),
    voterId: int32('1+').default(-1),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        replicaEpoch: int32(),
        replicaId: int32(),
        replicaDirectoryId: uuid('1+'),
        voterDirectoryId: uuid('1+'),
        lastOffsetEpoch: int32(),
        lastOffset: int64(),
        preVote: bool('2+'),
      }),
    }),
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
        voteGranted: bool(),
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

export default api(vote)
