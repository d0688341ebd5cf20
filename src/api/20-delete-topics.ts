import { array, contract, int16, int32, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** DeleteTopics v0–6. */
export const deleteTopics = contract({
  key: 20,
  name: 'DeleteTopics',
  versions: '0-6',
  flexible: 4,
  request: () => ({
    topics: array(
      {
        name: string().nullable().default(null),
        topicId: uuid(),
      },
      '6+',
    ),
    topicNames: array(string(), '0-5'),
    timeoutMs: int32(),
  }),
  response: () => ({
    throttleTimeMs: int32('1+'),
    responses: array({
      name: string().nullable('6+'),
      topicId: uuid('6+'),
      errorCode: int16(),
      errorMessage: string('5+').nullable().default(null),
    }),
  }),
})

export default api(deleteTopics)
