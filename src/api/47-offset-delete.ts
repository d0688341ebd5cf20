import type { OffsetDeleteRequest, OffsetDeleteResponse } from '../core/groups/commands.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'
import { joinTopics, splitPartitions, withError } from './partitions.ts'

/** OffsetDelete v0 (KIP-496). */
export const offsetDelete = contract({
  key: 47,
  name: 'OffsetDelete',
  versions: '0',
  flexible: null,
  request: () => ({
    groupId: string(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
      }),
    }),
  }),
  response: () => ({
    errorCode: int16(),
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

export default api(offsetDelete, (request, { catalog, groups }) => {
  const known: OffsetDeleteRequest['topics'][number][] = []
  const refused: OffsetDeleteResponse['topics'][number][] = []
  for (const { name, partitions } of request.topics) {
    const topic = catalog.topicByName(name)
    const [there, missing] = splitPartitions(topic, partitions)
    if (there.length > 0) known.push({ name, partitions: there })
    if (topic && missing.length === 0) continue
    refused.push({ name, partitions: withError(missing, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) })
  }
  const { response } = groups.ask({ type: 'offsetDelete', request: { ...request, topics: known } })
  const { errorCode, topics } = response
  const isRefused = errorCode !== ErrorCode.NONE
  return { throttleTimeMs: 0, errorCode, topics: isRefused ? [] : joinTopics(refused, topics, 'name') }
})
