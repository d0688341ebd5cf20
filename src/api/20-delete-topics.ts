import { zeroUuid } from '../base/uuid.ts'
import type { TopicReference } from '../core/catalog/commands.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'
import { journaled } from './journaled.ts'

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
const BY_ID = 6

export default api(deleteTopics, (request, call) => {
  const topics = call.version >= BY_ID ? request.topics : request.topicNames.map(name => ({ name, topicId: zeroUuid }))
  if (!call.configs.deleteTopicEnable) {
    const isKnown = call.version >= DELETION_DISABLED
    return refusal(topics, isKnown ? ErrorCode.TOPIC_DELETION_DISABLED : ErrorCode.INVALID_REQUEST)
  }
  const { timeoutMs } = request
  return journaled(
    () => ({ throttleTimeMs: 0, responses: call.catalog.deleteTopics({ topics, timeoutMs }, call.now) }),
    ({ errorCode }) => refusal(topics, errorCode),
  )
})

function refusal(topics: readonly TopicReference[], errorCode: ErrorCode) {
  return { throttleTimeMs: 0, responses: topics.map(topic => ({ ...topic, errorCode })) }
}
