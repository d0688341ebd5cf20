import { ErrorCode } from '../wire/errors.ts'
import { array, bool, contract, type Infer, int16, int32, int64, string } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/**
 * DescribeLogDirs v0–5. v3 an error of its own; v4 the space on the disk (KIP-827); v5 whether the directory takes new
 * replicas. There is one log directory.
 */
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

type Request = Infer<typeof describeLogDirs.request>

export default api(describeLogDirs, (request, call) => ({
  throttleTimeMs: 0,
  errorCode: ErrorCode.NONE,
  results: [described(request, call)],
}))

function described(request: Request, { catalog, configs, logs }: Call) {
  const logDir = configs.value('log.dirs') ?? ''
  try {
    const topics = [...asked(request, catalog)].flatMap(([name, indexes]) => {
      const topic = catalog.topicByName(name)
      const there = [...indexes].filter(index => topic?.partitions[index] !== undefined)
      if (!topic || there.length === 0) return []
      const partitions = there.map(partitionIndex => {
        const partitionSize = logs.sizeBytes(topic, partitionIndex)
        return { partitionIndex, partitionSize, offsetLag: 0, isFutureKey: false }
      })
      return [{ name, partitions }]
    })
    return { errorCode: ErrorCode.NONE, logDir, topics, isCordoned: configs.isCordoned, ...logs.space() }
  } catch (error) {
    return { errorCode: logs.errorCodeOf(error), logDir, topics: [], isCordoned: false }
  }
}

/** The partitions that the request is about, those of each topic once; null is about all. */
function asked({ topics }: Request, catalog: Call['catalog']): Map<string, Set<number>> {
  if (topics === null) {
    return new Map(Array.from(catalog.topics(), ({ name, partitions }) => [name, new Set(partitions.keys())]))
  }
  const byName = new Map<string, Set<number>>()
  for (const { topic, partitions } of topics) {
    const indexes = byName.get(topic) ?? new Set()
    for (const index of partitions) indexes.add(index)
    byName.set(topic, indexes)
  }
  return byName
}
