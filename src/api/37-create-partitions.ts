import { array, bool, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** CreatePartitions v0–3. */
export const createPartitions = contract({
  key: 37,
  name: 'CreatePartitions',
  versions: '0-3',
  flexible: 2,
  request: () => ({
    topics: array({
      name: string(),
      count: int32(),
      assignments: array({
        brokerIds: array(int32()),
      }).nullable(),
    }),
    timeoutMs: int32(),
    validateOnly: bool(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    results: array({
      name: string(),
      errorCode: int16(),
      errorMessage: string().nullable().default(null),
    }),
  }),
})

export default api(createPartitions)
