import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** LeaveGroup v0–5. */
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

export default api(leaveGroup)
