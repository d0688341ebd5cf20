import { array, bool, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** IncrementalAlterConfigs v0–1. */
export const incrementalAlterConfigs = contract({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: '0-1',
  flexible: 1,
  request: () => ({
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        configOperation: int8(),
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

export default api(incrementalAlterConfigs)
