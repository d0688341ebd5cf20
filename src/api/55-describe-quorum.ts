import { array, contract, int16, int32, int64, string, uint16, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeQuorum v0–2. */
export const describeQuorum = contract({
  key: 55,
  name: 'DescribeQuorum',
  versions: '0-2',
  flexible: 0,
  request: () => ({
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
      }),
    }),
  }),
  response: () => ({
    errorCode: int16(),
    errorMessage: string('2+').nullable(),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string('2+').nullable(),
        leaderId: int32(),
        leaderEpoch: int32(),
        highWatermark: int64(),
        currentVoters: array({
          replicaId: int32(),
          replicaDirectoryId: uuid('2+'),
          logEndOffset: int64(),
          lastFetchTimestamp: int64('1+').default(-1),
          lastCaughtUpTimestamp: int64('1+').default(-1),
        }),
        observers: array({
          replicaId: int32(),
          replicaDirectoryId: uuid('2+'),
          logEndOffset: int64(),
          lastFetchTimestamp: int64('1+').default(-1),
          lastCaughtUpTimestamp: int64('1+').default(-1),
        }),
      }),
    }),
    nodes: array(
      {
        nodeId: int32(),
        listeners: array({
          name: string(),
          host: string(),
          port: uint16(),
        }),
      },
      '2+',
    ),
  }),
})

export default api(describeQuorum)
