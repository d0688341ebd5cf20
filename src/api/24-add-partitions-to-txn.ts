import { array, bool, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** AddPartitionsToTxn v0–5. */
export const addPartitionsToTxn = contract({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: '0-5',
  flexible: 3,
  request: () => ({
    transactions: array(
      {
        transactionalId: string(),
        producerId: int64(),
        producerEpoch: int16(),
        verifyOnly: bool(),
        topics: array({
          name: string(),
          partitions: array(int32()),
        }),
      },
      '4+',
    ),
    v3AndBelowTransactionalId: string('0-3'),
    v3AndBelowProducerId: int64('0-3'),
    v3AndBelowProducerEpoch: int16('0-3'),
    v3AndBelowTopics: array(
      {
        name: string(),
        partitions: array(int32()),
      },
      '0-3',
    ),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16('4+'),
    resultsByTransaction: array(
      {
        transactionalId: string(),
        topicResults: array({
          name: string(),
          resultsByPartition: array({
            partitionIndex: int32(),
            partitionErrorCode: int16(),
          }),
        }),
      },
      '4+',
    ),
    resultsByTopicV3AndBelow: array(
      {
        name: string(),
        resultsByPartition: array({
          partitionIndex: int32(),
          partitionErrorCode: int16(),
        }),
      },
      '0-3',
    ),
  }),
})

export default api(addPartitionsToTxn)
