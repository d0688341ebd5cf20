import { array, bool, contract, int16, int32, string, uint16, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** AddRaftVoter v0–1. */
export const addRaftVoter = contract({
  key: 80,
  name: 'AddRaftVoter',
  versions: '0-1',
  flexible: 0,
  request: () => ({
    clusterId: string().nullable(),
    timeoutMs: int32(),
    voterId: int32(),
    voterDirectoryId: uuid(),
    listeners: array({
      name: string(),
      host: string(),
      port: uint16(),
    }),
    ackWhenCommitted: bool('1+').default(true),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable(),
  }),
})

export default api(addRaftVoter)
