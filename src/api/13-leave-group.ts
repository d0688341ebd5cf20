import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * LeaveGroup v0–5. v3 several members, static ones too (KIP-345); v5 reasons (KIP-800), which nobody is told.
 */
export const leaveGroup = contract({
  key: 13,
  name: 'LeaveGroup',
  versions: '0-5',
  flexible: 4,
  request: () => ({
    groupId: string(),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string().nullable().default(null),
        reason: string('5+').nullable().default(null),
      },
      '3+',
    ),
    memberId: string('0-2'),
  }),
  response: () => ({
    throttleTimeMs: int32('1+'),
    errorCode: int16(),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string().nullable(),
        errorCode: int16(),
      },
      '3+',
    ),
  }),
})

/** Before it a request is about one member, whose error is the whole answer's. */
const SEVERAL_MEMBERS = 3

export default api(leaveGroup, ({ groupId, memberId, members }, { version, groups }) => {
  const isOne = version < SEVERAL_MEMBERS
  const leaving = isOne ? [{ memberId, groupInstanceId: null }] : members
  const { response } = groups.ask({ type: 'leaveGroup', request: { groupId, members: leaving } })
  const errorCode = response.errorCode || (isOne && response.members[0]?.errorCode) || ErrorCode.NONE
  return { throttleTimeMs: 0, errorCode, members: response.members }
})
