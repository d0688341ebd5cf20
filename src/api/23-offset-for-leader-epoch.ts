import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'
import { findLog } from './partitions.ts'

/**
 * OffsetForLeaderEpoch v0–4 (KIP-101, KIP-279, KIP-320). v1 answers with the epoch too; v2 fences by the client's own
 * epoch; v3 names the replica; v4 is flexible. Nothing is left out.
 */
export const offsetForLeaderEpoch = contract({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: '0-4',
  flexible: 4,
  request: () => ({
    replicaId: int32('3+').default(-2),
    topics: array({
      topic: string(),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32('2+').default(-1),
        leaderEpoch: int32(),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32('2+'),
    topics: array({
      topic: string(),
      partitions: array({
        errorCode: int16(),
        partition: int32(),
        leaderEpoch: int32('1+').default(-1),
        endOffset: int64().default(-1),
      }),
    }),
  }),
})

export default api(offsetForLeaderEpoch, (request, call) => ({
  throttleTimeMs: 0,
  topics: request.topics.map(({ topic: name, partitions }) => {
    const topic = call.catalog.topicByName(name)
    return {
      topic: name,
      partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
        const log = findLog(call, topic, partition, currentLeaderEpoch)
        if (typeof log === 'number') return { errorCode: log, partition, leaderEpoch: -1, endOffset: -1 }
        return { errorCode: ErrorCode.NONE, partition, ...log.endOffsetForEpoch(leaderEpoch) }
      }),
    }
  }),
}))
