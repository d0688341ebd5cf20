import { ErrorCode } from '../wire/errors.ts'
import { array, bool, contract, float64, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeClientQuotas v0–1 (KIP-546). v1 is flexible. Nothing is left out. */
export const describeClientQuotas = contract({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: '0-1',
  flexible: 1,
  request: () => ({
    components: array({
      entityType: string(),
      matchType: int8(),
      match: string().nullable(),
    }),
    strict: bool(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable(),
    entries: array({
      entity: array({
        entityType: string(),
        entityName: string().nullable(),
      }),
      values: array({
        key: string(),
        value: float64(),
      }),
    }).nullable(),
  }),
})

export default api(describeClientQuotas, (filter, { catalog }) => {
  const quotas = catalog.clientQuotas(filter)
  if ('errorCode' in quotas) return { throttleTimeMs: 0, ...quotas, entries: null }
  const entries = quotas.map(({ entity, values }) => {
    return { entity, values: Array.from(values, ([key, value]) => ({ key, value })) }
  })
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: '', entries }
})
