import { array, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** CreateAcls v0–3. */
export const createAcls = contract({
  key: 30,
  name: 'CreateAcls',
  versions: '0-3',
  flexible: 2,
  request: () => ({
    creations: array({
      resourceType: int8(),
      resourceName: string(),
      resourcePatternType: int8('1+').default(3),
      principal: string(),
      host: string(),
      operation: int8(),
      permissionType: int8(),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    results: array({
      errorCode: int16(),
      errorMessage: string().nullable(),
    }),
  }),
})

export default api(createAcls)
