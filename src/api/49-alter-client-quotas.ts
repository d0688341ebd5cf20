import { array, bool, contract, float64, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'
import { journaled } from './journaled.ts'

/** AlterClientQuotas v0–1 (KIP-546). v1 is flexible. Left out: quotas are kept, and nobody is throttled yet. */
export const alterClientQuotas = contract({
  key: 49,
  name: 'AlterClientQuotas',
  versions: '0-1',
  flexible: 1,
  request: () => ({
    entries: array({
      entity: array({
        entityType: string(),
        entityName: string().nullable(),
      }),
      ops: array({
        key: string(),
        value: float64(),
        remove: bool(),
      }),
    }),
    validateOnly: bool(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    entries: array({
      errorCode: int16(),
      errorMessage: string().nullable(),
      entity: array({
        entityType: string(),
        entityName: string().nullable(),
      }),
    }),
  }),
})

/** Of a request that is too large Kafka has a text here alone. */
const TOO_LARGE = 'The request is too large to be written at once'

export default api(alterClientQuotas, (request, { catalog, now }) => ({
  throttleTimeMs: 0,
  entries: journaled(
    () => catalog.alterClientQuotas(request, now),
    fault => request.entries.map(({ entity }) => ({ entity, ...fault, errorMessage: fault.errorMessage ?? TOO_LARGE })),
  ),
}))
