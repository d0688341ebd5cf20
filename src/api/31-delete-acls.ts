import { array, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DeleteAcls v0–3. */
export const deleteAcls = contract({
  key: 31,
  name: 'DeleteAcls',
  versions: '0-3',
  flexible: 2,
  request: () => ({
    filters: array({
      resourceTypeFilter: int8(),
      resourceNameFilter: string().nullable(),
      patternTypeFilter: int8('1+').default(3),
      principalFilter: string().nullable(),
      hostFilter: string().nullable(),
      operation: int8(),
      permissionType: int8(),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    filterResults: array({
      errorCode: int16(),
      errorMessage: string().nullable(),
      matchingAcls: array({
        errorCode: int16(),
        errorMessage: string().nullable(),
        resourceType: int8(),
        resourceName: string(),
        patternType: int8('1+').default(3),
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8(),
      }),
    }),
  }),
})

export default api(deleteAcls)
