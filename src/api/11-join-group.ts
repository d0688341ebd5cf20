import { array, bool, bytes, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** JoinGroup v0–9. */
export const joinGroup = contract({
  key: 11,
  name: 'JoinGroup',
  versions: '0-9',
  flexible: 6,
  request: () => ({
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32('1+').default(-1),
    memberId: string(),
    groupInstanceId: string('5+').nullable().default(null),
    protocolType: string(),
    protocols: array({
      name: string(),
      metadata: bytes(),
    }),
    reason: string('8+').nullable().default(null),
  }),
  response: () => ({
    throttleTimeMs: int32('2+'),
    errorCode: int16(),
    generationId: int32().default(-1),
    protocolType: string('7+').nullable().default(null),
    protocolName: string().nullable('7+'),
    leader: string(),
    skipAssignment: bool('9+'),
    memberId: string(),
    members: array({
      memberId: string(),
      groupInstanceId: string('5+').nullable().default(null),
      metadata: bytes(),
    }),
  }),
})

export default api(joinGroup)
