import { array, bool, contract, float64, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeClientQuotas v0–1. */
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

export default api(describeClientQuotas)
