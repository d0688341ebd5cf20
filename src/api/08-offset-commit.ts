import { array, contract, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** OffsetCommit v0–10. */
export const offsetCommit = contract({
  key: 8,
  name: 'OffsetCommit',
  versions: '0-10',
  flexible: 8,
  request: () => ({
    groupId: string(),
    generationIdOrMemberEpoch: int32('1+').default(-1),
    memberId: string('1+'),
    groupInstanceId: string('7+').nullable().default(null),
    retentionTimeMs: int64('2-4').default(-1),
    topics: array({
      topicId: uuid('10+'),
      name: string('0-9'),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32('6+').default(-1),
        commitTimestamp: int64('1').default(-1),
        committedMetadata: string().nullable(),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32('3+'),
    topics: array({
      topicId: uuid('10+'),
      name: string('0-9'),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  }),
})

export default api(offsetCommit)
