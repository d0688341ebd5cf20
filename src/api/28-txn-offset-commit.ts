import { array, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** TxnOffsetCommit v0–5. */
export const txnOffsetCommit = contract({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: '0-5',
  flexible: 3,
  request: () => ({
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationId: int32('3+').default(-1),
    memberId: string('3+'),
    groupInstanceId: string('3+').nullable().default(null),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32('2+').default(-1),
        committedMetadata: string().nullable(),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  }),
})

export default api(txnOffsetCommit)
