import { zeroUuid } from '../base/uuid.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * DeleteTopics v0–6. v3 says that deletion is switched off with an error of its own; v5 error texts; v6 topics by id
 * (KIP-516), and a list of names or ids instead of names.
 *
 * The topic is gone when the answer is there, so `timeoutMs` bounds nothing; 0 and less time out as they do in Kafka.
 */
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

const DELETION_DISABLED = 3

export default api(deleteTopics, (request, call) => {
  const named = request.topicNames.map(name => ({ name, topicId: zeroUuid }))
  const topics = call.version >= 6 ? request.topics : named
  if (call.configs.deleteTopicEnable) {
    return {
      throttleTimeMs: 0,
      responses: call.catalog.deleteTopics({ topics, timeoutMs: request.timeoutMs }, call.now),
    }
  }
  const isKnown = call.version >= DELETION_DISABLED
  const errorCode = isKnown ? ErrorCode.TOPIC_DELETION_DISABLED : ErrorCode.INVALID_REQUEST
  return { throttleTimeMs: 0, responses: topics.map(topic => ({ ...topic, errorCode })) }
})
