import { syncRefusal } from '../core/groups/refusal.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, bytes, contract, int16, int32, string } from '../wire/schema.ts'
import { api, mapAnswer } from './api.ts'

/**
 * SyncGroup v0–5. v3 static members (KIP-345); v5 tells and demands protocol type and name (KIP-559).
 */
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

/** From here on a member has to say what it takes the group's protocol to be. */
const NAMES_REQUIRED = 5

export default api(syncGroup, (request, { version, groups }) => {
  const { protocolType, protocolName } = request
  if (version >= NAMES_REQUIRED && (protocolType === null || protocolName === null)) {
    return { throttleTimeMs: 0, ...syncRefusal(ErrorCode.INCONSISTENT_GROUP_PROTOCOL) }
  }
  return mapAnswer(groups.syncGroup(request), ({ response }) => ({ throttleTimeMs: 0, ...response }))
})
