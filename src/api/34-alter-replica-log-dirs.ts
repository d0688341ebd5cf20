import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/**
 * AlterReplicaLogDirs v0–2. v1 changes nothing; v2 is flexible. There is one log directory: replicas can go where they are,
 * and nowhere else.
 */
export const alterReplicaLogDirs = contract({
  key: 34,
  name: 'AlterReplicaLogDirs',
  versions: '0-2',
  flexible: 2,
  request: () => ({
    dirs: array({
      path: string(),
      topics: array({
        name: string(),
        partitions: array(int32()),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    results: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  }),
})

export default api(alterReplicaLogDirs, ({ dirs }, call) => {
  // Of a partition that is sent to two directories the last one counts.
  const paths = new Map<string, Map<number, string>>()
  for (const { path, topics } of dirs) {
    for (const { name, partitions } of topics) {
      const ofTopic = paths.get(name) ?? new Map<number, string>()
      // A topic of which nothing is to be moved has no answer.
      for (const partition of partitions) paths.set(name, ofTopic.set(partition, path))
    }
  }
  const results = Array.from(paths, ([topicName, ofTopic]) => {
    const partitions = Array.from(ofTopic, ([partitionIndex, path]) => {
      return { partitionIndex, errorCode: moveError(topicName, partitionIndex, path, call) }
    })
    return { topicName, partitions }
  })
  return { throttleTimeMs: 0, results }
})

const MAX_DIRECTORY_NAME_LENGTH = 255
/** While a replica moves it lies in `<topic>-<partition>.<32 digits>-future`. */
const FUTURE_SUFFIX_LENGTH = '.'.length + 32 + '-future'.length

function moveError(topic: string, partition: number, path: string, { catalog, configs }: Call): ErrorCode {
  const nameLength = `${topic}-${partition}`.length + FUTURE_SUFFIX_LENGTH
  if (nameLength > MAX_DIRECTORY_NAME_LENGTH) return ErrorCode.INVALID_TOPIC_EXCEPTION
  if (path !== configs.value('log.dirs')) return ErrorCode.LOG_DIR_NOT_FOUND
  if (configs.isCordoned) return ErrorCode.INVALID_REPLICA_ASSIGNMENT
  const isThere = catalog.topicByName(topic)?.partitions[partition] !== undefined
  return isThere ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
}
