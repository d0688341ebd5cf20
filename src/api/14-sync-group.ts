import { array, bytes, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** SyncGroup v0–5. */
export const syncGroup = contract({
  key: 14,
  name: 'SyncGroup',
  versions: '0-5',
  flexible: 4,
  request: () => ({
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string('3+').nullable().default(null),
    protocolType: string('5+').nullable().default(null),
    protocolName: string('5+').nullable().default(null),
    assignments: array({
      memberId: string(),
      assignment: bytes(),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32('1+'),
    errorCode: int16(),
    protocolType: string('5+').nullable().default(null),
    protocolName: string('5+').nullable().default(null),
    assignment: bytes(),
  }),
})

export default api(syncGroup)
