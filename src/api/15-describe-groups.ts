import { groupOperations, OPERATIONS_NOT_ASKED } from '../core/catalog/authorized-operations.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, bool, bytes, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * DescribeGroups v0–6. v3 authorized operations (KIP-430); v4 static members (KIP-345); v6 an error for a group that is not
 * there, which is Dead before (KIP-1043).
 */
export const describeGroups = contract({
  key: 15,
  name: 'DescribeGroups',
  versions: '0-6',
  flexible: 5,
  request: () => ({
    groups: array(string()),
    includeAuthorizedOperations: bool('3+'),
  }),
  response: () => ({
    throttleTimeMs: int32('1+'),
    groups: array({
      errorCode: int16(),
      errorMessage: string('6+').nullable().default(null),
      groupId: string(),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: array({
        memberId: string(),
        groupInstanceId: string('4+').nullable().default(null),
        clientId: string(),
        clientHost: string(),
        memberMetadata: bytes(),
        memberAssignment: bytes(),
      }),
      authorizedOperations: int32('3+').default(-2147483648),
    }),
  }),
})

export default api(describeGroups, ({ groups: groupIds, includeAuthorizedOperations }, { version, groups }) => ({
  throttleTimeMs: 0,
  groups: groupIds.map(groupId => {
    const { response } = groups.ask({ type: 'describeGroup', version, groupId })
    const isAsked = includeAuthorizedOperations && response.errorCode === ErrorCode.NONE
    return { ...response, authorizedOperations: isAsked ? groupOperations : OPERATIONS_NOT_ASKED }
  }),
}))
