import { array, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** ListConfigResources v0–1. */
export const listConfigResources = contract({
  key: 74,
  name: 'ListConfigResources',
  versions: '0-1',
  flexible: 0,
  request: () => ({
    resourceTypes: array(int8(), '1+'),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    configResources: array({
      resourceName: string(),
      resourceType: int8('1+').default(16),
    }),
  }),
})

export default api(listConfigResources)
