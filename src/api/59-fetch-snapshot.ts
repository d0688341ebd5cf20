import { array, contract, int16, int32, int64, pieces, string, struct, uint16, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** FetchSnapshot v0–1. */
export const fetchSnapshot = contract({
  key: 59,
  name: 'FetchSnapshot',
  versions: '0-1',
  flexible: 0,
  request: () => ({
    replicaId: int32().default(-1),
    maxBytes: int32().default(2147483647),
    topics: array({
      name: string(),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32(),
        snapshotId: struct({
          endOffset: int64(),
          epoch: int32(),
        }),
        position: int64(),
        replicaDirectoryId: uuid('1+').tag(0, '1+'),
      }),
    }),
    clusterId: string().nullable().tag(0, '0+').default(null),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    topics: array({
      name: string(),
      partitions: array({
        index: int32(),
        errorCode: int16(),
        snapshotId: struct({
          endOffset: int64(),
          epoch: int32(),
        }),
        size: int64(),
        position: int64(),
        unalignedRecords: pieces(),
        currentLeader: struct({
          leaderId: int32(),
          leaderEpoch: int32(),
        }).tag(0, '0+'),
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

export default api(fetchSnapshot)
