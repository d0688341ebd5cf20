import { array, bool, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeLogDirs v0–5. */
export const describeLogDirs = contract({
  key: 35,
  name: 'DescribeLogDirs',
  versions: '0-5',
  flexible: 2,
  request: () => ({
    topics: array({
      topic: string(),
      partitions: array(int32()),
    }).nullable(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16('3+'),
    results: array({
      errorCode: int16(),
      logDir: string(),
      topics: array({
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          partitionSize: int64(),
          offsetLag: int64(),
          isFutureKey: bool(),
        }),
      }),
      totalBytes: int64('4+').default(-1),
      usableBytes: int64('4+').default(-1),
      isCordoned: bool('5+'),
    }),
  }),
})

export default api(describeLogDirs)
