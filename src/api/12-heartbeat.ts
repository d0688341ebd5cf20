import { contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * Heartbeat v0–4. v1 throttling; v2 throttles after the answer (KIP-219); v3 static members (KIP-345); v4 flexible.
 */
export const heartbeat = contract({
  key: 12,
  name: 'Heartbeat',
  versions: '0-4',
  flexible: 4,
  request: () => ({
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string('3+').nullable().default(null),
  }),
  response: () => ({
    throttleTimeMs: int32('1+'),
    errorCode: int16(),
  }),
})

export default api(heartbeat, (request, { groups }) => ({
  throttleTimeMs: 0,
  ...groups.ask({ type: 'heartbeat', request }).response,
}))
