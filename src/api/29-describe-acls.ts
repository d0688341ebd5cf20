import { array, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeAcls v0–3. */
export const describeAcls = contract({
  key: 29,
  name: 'DescribeAcls',
  versions: '0-3',
  flexible: 2,
  request: () => ({
    resourceTypeFilter: int8(),
    resourceNameFilter: string().nullable(),
    patternTypeFilter: int8('1+').default(3),
    principalFilter: string().nullable(),
    hostFilter: string().nullable(),
    operation: int8(),
    permissionType: int8(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable(),
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      patternType: int8('1+').default(3),
      acls: array({
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8(),
      }),
    }),
  }),
})

export default api(describeAcls)
