import { array, bool, contract, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** OffsetFetch v0–10. */
export const offsetFetch = contract({
  key: 9,
  name: 'OffsetFetch',
  versions: '0-10',
  flexible: 6,
  request: () => ({
    groups: array(
      {
        groupId: string(),
        memberId: string('9+').nullable().default(null),
        memberEpoch: int32('9+').default(-1),
        topics: array({
          topicId: uuid('10+'),
          name: string('0-9'),
          partitionIndexes: array(int32()),
        }).nullable(),
      },
      '8+',
    ),
    groupId: string('0-7'),
    topics: array(
      {
        name: string(),
        partitionIndexes: array(int32()),
      },
      '0-7',
    ).nullable('2-7'),
    requireStable: bool('7+'),
  }),
  response: () => ({
    throttleTimeMs: int32('3+'),
    groups: array(
      {
        groupId: string(),
        topics: array({
          topicId: uuid('10+'),
          name: string('0-9'),
          partitions: array({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32().default(-1),
            metadata: string().nullable(),
            errorCode: int16(),
          }),
        }),
        errorCode: int16(),
      },
      '8+',
    ),
    topics: array(
      {
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          committedOffset: int64(),
          committedLeaderEpoch: int32('5-7').default(-1),
          metadata: string().nullable(),
          errorCode: int16(),
        }),
      },
      '0-7',
    ),
    errorCode: int16('2-7'),
  }),
})

export default api(offsetFetch)
