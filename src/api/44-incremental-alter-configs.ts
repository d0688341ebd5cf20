import { array, bool, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'
import { journaled } from './journaled.ts'

/**
 * IncrementalAlterConfigs v0–1 (KIP-339): what is not named stays as it is. v1 is flexible. Topics, brokers, groups (KIP-848),
 * client metrics (KIP-714) and the one logger there is (KIP-412). Nothing is left out.
 */
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

export default api(incrementalAlterConfigs, (request, { catalog, now }) => ({
  throttleTimeMs: 0,
  responses: journaled(
    () => catalog.alterConfigs({ ...request, isReplacing: false }, now),
    fault => request.resources.map(resource => ({ ...resource, ...fault })),
  ),
}))
