import { array, bool, contract, int8, int16, int32, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** CreateTopics v0–7. */
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

export default api(createTopics)
