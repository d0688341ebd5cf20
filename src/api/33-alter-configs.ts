import { array, bool, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** AlterConfigs v0–2. */
export const alterConfigs = contract({
  key: 33,
  name: 'AlterConfigs',
  versions: '0-2',
  flexible: 2,
  request: () => ({
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        value: string().nullable(),
      }),
    }),
    validateOnly: bool(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    responses: array({
      errorCode: int16(),
      errorMessage: string().nullable(),
      resourceType: int8(),
      resourceName: string(),
    }),
  }),
})

export default api(alterConfigs)
