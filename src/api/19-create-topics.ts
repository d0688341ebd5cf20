import { zeroUuid } from '../base/uuid.ts'
import type { CreatedTopic } from '../core/catalog/catalog.ts'
import { describeTopicConfigs } from '../core/configs/describe.ts'
import { topicConfigValue } from '../core/configs/topic-configs.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, bool, contract, int8, int16, int32, string, uuid } from '../wire/schema.ts'
import { api, type Call } from './api.ts'
import { journaled } from './journaled.ts'

/**
 * CreateTopics v0–7. v1 validation alone and error texts; v4 counts of -1 for the broker's defaults (KIP-464; taken in
 * every version, as Kafka does); v5 answers with counts and configs (KIP-525); v6 may answer with a quota's throttling
 * (KIP-599), of which there is none yet; v7 answers with the topic id.
 *
 * The topic is there when the answer is, so `timeoutMs` bounds nothing; 0 and less time out as they do in Kafka.
 */
export const createTopics = contract({
  key: 19,
  name: 'CreateTopics',
  versions: '0-7',
  flexible: 5,
  request: () => ({
    topics: array({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: array({
        partitionIndex: int32(),
        brokerIds: array(int32()),
      }),
      configs: array({
        name: string(),
        value: string().nullable(),
      }),
    }),
    timeoutMs: int32().default(60000),
    validateOnly: bool('1+'),
  }),
  response: () => ({
    throttleTimeMs: int32('2+'),
    topics: array({
      name: string(),
      topicId: uuid('7+'),
      errorCode: int16(),
      errorMessage: string('1+').nullable(),
      numPartitions: int32('5+').default(-1),
      replicationFactor: int16('5+').default(-1),
      configs: array(
        {
          name: string(),
          value: string().nullable(),
          readOnly: bool(),
          configSource: int8().default(-1),
          isSensitive: bool(),
        },
        '5+',
      ).nullable(),
      topicConfigErrorCode: int16('5+').tag(0, '5+'),
    }),
  }),
})

const CONFIGS_ANSWERED = 5

export default api(createTopics, (request, call) => {
  const topics = journaled(
    () => call.catalog.createTopics(request, call.now).map(topic => answerFor(topic, call)),
    fault => request.topics.map(({ name }) => ({ name, topicId: zeroUuid, ...fault, configs: [] })),
  )
  return { throttleTimeMs: 0, topics }
})

function answerFor(topic: CreatedTopic, { configs, version }: Call) {
  if (topic.errorCode !== ErrorCode.NONE || version < CONFIGS_ANSWERED) return { ...topic, configs: [] }
  // Values as somebody wrote them, where DescribeConfigs tells what they mean (KafkaConfigSchema.toConfigEntry).
  const asWritten = describeTopicConfigs(topic.configs, configs).map(config => ({
    ...config,
    value: topicConfigValue(config.name, topic.configs, configs),
  }))
  return { ...topic, configs: asWritten }
}
