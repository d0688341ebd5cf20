import { array, bool, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'
import { journaled } from './journaled.ts'

/**
 * CreatePartitions v0–3. v1 changes nothing; v2 is flexible; v3 may answer with a quota's throttling (KIP-599), of which
 * there is none yet. Nothing is left out.
 *
 * The partitions are there when the answer is, so `timeoutMs` bounds nothing; 0 and less time out as they do in Kafka.
 */
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

export default api(createPartitions, (request, { catalog, now }) => ({
  throttleTimeMs: 0,
  results: journaled(
    () => catalog.createPartitions(request, now),
    fault => request.topics.map(({ name }) => ({ name, ...fault })),
  ),
}))
