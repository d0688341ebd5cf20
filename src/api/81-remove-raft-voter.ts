import { contract, int16, int32, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** RemoveRaftVoter v0. */
export const removeRaftVoter = contract({
  key: 81,
  name: 'RemoveRaftVoter',
  versions: '0',
  flexible: 0,
  request: () => ({
    clusterId: string().nullable(),
    voterId: int32(),
    voterDirectoryId: uuid(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable(),
  }),
})

export default api(removeRaftVoter)
