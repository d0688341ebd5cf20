import { array, bool, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'
import { journaled } from './journaled.ts'

/**
 * AlterConfigs v0–2: what is not named is unset. v1 changes nothing; v2 is flexible. Nothing is left out; Kafka never
 * answers where a resource comes twice.
 */
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

export default api(alterConfigs, (request, { catalog, now }) => ({
  throttleTimeMs: 0,
  responses: journaled(
    () => catalog.alterConfigs({ ...request, isReplacing: true }, now),
    fault => request.resources.map(resource => ({ ...resource, ...fault })),
  ),
}))
