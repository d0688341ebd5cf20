import { array, contract, int16, int32, string, struct, uint16, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** UpdateRaftVoter v0. */
export const updateRaftVoter = contract({
  key: 82,
  name: 'UpdateRaftVoter',
  versions: '0',
  flexible: 0,
  request: () => ({
    clusterId: string().nullable(),
    currentLeaderEpoch: int32(),
    voterId: int32(),
    voterDirectoryId: uuid(),
    listeners: array({
      name: string(),
      host: string(),
      port: uint16(),
    }),
    kRaftVersionFeature: struct({
      minSupportedVersion: int16(),
      maxSupportedVersion: int16(),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    currentLeader: struct({
      leaderId: int32().default(-1),
      leaderEpoch: int32().default(-1),
      host: string(),
      port: int32(),
    }).tag(0, '0+'),
  }),
})

export default api(updateRaftVoter)
