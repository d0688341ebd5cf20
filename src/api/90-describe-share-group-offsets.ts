import { array, contract, int16, int32, int64, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeShareGroupOffsets v0–1. */
export const describeShareGroupOffsets = contract({
  key: 90,
  name: 'DescribeShareGroupOffsets',
  versions: '0-1',
  flexible: 0,
  request: () => ({
    groups: array({
      groupId: string(),
      topics: array({
        topicName: string(),
        partitions: array(int32()),
      }).nullable(),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    groups: array({
      groupId: string(),
      topics: array({
        topicName: string(),
        topicId: uuid(),
        partitions: array({
          partitionIndex: int32(),
          startOffset: int64(),
          leaderEpoch: int32(),
          lag: int64('1+').default(-1),
          errorCode: int16(),
          errorMessage: string().nullable().default(null),
        }),
      }),
      errorCode: int16(),
      errorMessage: string().nullable().default(null),
    }),
  }),
})

export default api(describeShareGroupOffsets)
