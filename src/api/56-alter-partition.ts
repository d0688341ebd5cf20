import { array, contract, int8, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** AlterPartition v0–3. */
export const alterPartition = contract({
  key: 56,
  name: 'AlterPartition',
  versions: '0-3',
  flexible: 0,
  request: () => ({
    brokerId: int32(),
    brokerEpoch: int64().default(-1),
    topics: array({
      topicId: uuid('2+'),
      topicName: string('0-1'),
      partitions: array({
        partitionIndex: int32(),
        leaderEpoch: int32(),
        newIsrWithEpochs: array(
          {
            brokerId: int32(),
            brokerEpoch: int64().default(-1),
          },
          '3+',
        ),
        newIsr: array(int32(), '0-2'),
        leaderRecoveryState: int8('1+'),
        partitionEpoch: int32(),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    topics: array({
      topicId: uuid('2+'),
      topicName: string('0-1'),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        leaderId: int32(),
        leaderEpoch: int32(),
        isr: array(int32()),
        leaderRecoveryState: int8('1+'),
        partitionEpoch: int32(),
      }),
    }),
  }),
})

export default api(alterPartition)
