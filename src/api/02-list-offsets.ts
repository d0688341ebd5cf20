import type { Millis } from '../core/machine.ts'
import type { PartitionLog } from '../log/partition.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, type Infer, int8, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'
import { findLog } from './partitions.ts'

/**
 * ListOffsets v0–11. v0 lists segments; v1 answers with one offset and its timestamp (KIP-79); v2 knows isolation levels;
 * v4 leader epochs; v7 the record with the greatest timestamp (KIP-734); v8 the earliest local offset (KIP-405); v9 the
 * latest tiered one; v10 a timeout (KIP-1075), which nothing here can use up; v11 the earliest offset not yet uploaded.
 * There is no tiered storage: what asks for it gets no offset, as from a Kafka without it.
 */
export const listOffsets = contract({
  key: 2,
  name: 'ListOffsets',
  versions: '0-11',
  flexible: 6,
  request: () => ({
    replicaId: int32(),
    isolationLevel: int8('2+'),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        currentLeaderEpoch: int32('4+').default(-1),
        timestamp: int64(),
        maxNumOffsets: int32('0').default(1),
      }),
    }),
    timeoutMs: int32('10+'),
  }),
  response: () => ({
    throttleTimeMs: int32('2+'),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        timestamp: int64('1+').default(-1),
        offset: int64('1+').default(-1),
        leaderEpoch: int32('4+').default(-1),
        oldStyleOffsets: array(int64(), '0'),
      }),
    }),
  }),
})

type RequestPartition = Infer<typeof listOffsets.request>['topics'][number]['partitions'][number]
interface Found {
  readonly timestamp: number
  readonly offset: number
  readonly leaderEpoch: number
}

const NOT_FOUND: Found = { timestamp: -1, offset: -1, leaderEpoch: -1 }
const CONSUMER = -1
const READ_UNCOMMITTED = 0
const READ_COMMITTED = 1

/** Timestamps that mean something else, and the first version that knows them (ListOffsetsRequest). */
const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3
const EARLIEST_LOCAL = -4
const LATEST_TIERED = -5
const EARLIEST_PENDING_UPLOAD = -6
const firstVersion = new Map([
  [LATEST, 0],
  [EARLIEST, 0],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
])

export default api(listOffsets, (request, call) => ({
  throttleTimeMs: 0,
  topics: request.topics.map(({ name, partitions }) => {
    const topic = call.catalog.topicByName(name)
    const repeated = repeatedIn(partitions)
    // KafkaApis.handleListOffsetRequest: others than consumers get all that there is.
    const isCommitted = request.replicaId === CONSUMER && request.isolationLevel === READ_COMMITTED
    return {
      name,
      partitions: partitions.map(partition => {
        const { partitionIndex, currentLeaderEpoch } = partition
        const refusal = refuse(partition, request.isolationLevel, repeated, call.version)
        const log = refusal ?? findLog(call, topic, partitionIndex, currentLeaderEpoch)
        if (typeof log === 'number') return refused(partitionIndex, log)
        const bound = isCommitted ? log.lastStableOffset : log.highWatermark
        try {
          return {
            partitionIndex,
            errorCode: ErrorCode.NONE,
            oldStyleOffsets: call.version === 0 ? segmentOffsets(log, partition, call.now) : [],
            ...find(log, partition.timestamp, bound),
          }
        } catch (error) {
          return refused(partitionIndex, call.logs.errorCodeOf(error))
        }
      }),
    }
  }),
}))

function refused(partitionIndex: number, errorCode: number) {
  return { partitionIndex, errorCode, oldStyleOffsets: [], ...NOT_FOUND }
}

function refuse(
  { partitionIndex, timestamp }: RequestPartition,
  isolationLevel: number,
  repeated: ReadonlySet<number>,
  version: number,
): ErrorCode | null {
  if (repeated.has(partitionIndex)) return ErrorCode.INVALID_REQUEST
  // Kafka has no other isolation level, and no better answer to one (IsolationLevel.forId).
  if (isolationLevel !== READ_UNCOMMITTED && isolationLevel !== READ_COMMITTED) return ErrorCode.UNKNOWN_SERVER_ERROR
  if (timestamp < 0 && version < (firstVersion.get(timestamp) ?? Infinity)) return ErrorCode.UNSUPPORTED_VERSION
  return null
}

/** The partitions that a request names more than once; Kafka answers none of them. */
function repeatedIn(partitions: readonly RequestPartition[]): Set<number> {
  const seen = new Set<number>()
  return new Set(partitions.map(of => of.partitionIndex).filter(index => seen.size === seen.add(index).size))
}

/** UnifiedLog.fetchOffsetByTimestamp; only what a consumer may read, up to `bound`, counts. */
function find(log: PartitionLog, timestamp: number, bound: number): Found {
  switch (timestamp) {
    case LATEST:
      return { timestamp: -1, offset: bound, leaderEpoch: log.leaderEpoch }
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { timestamp: -1, offset: log.logStartOffset, leaderEpoch: log.earliest.leaderEpoch }
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return NOT_FOUND
    default: {
      const found = timestamp === MAX_TIMESTAMP ? log.maxTimestamp() : log.offsetForTimestamp(timestamp)
      if (!found || found.offset >= bound) return NOT_FOUND
      return { timestamp: found.timestampMs, offset: found.offset, leaderEpoch: found.leaderEpoch }
    }
  }
}

/**
 * What version 0 asks for: at most `maxNumOffsets` first offsets of segments, and the log's end, newest first, of what was
 * there by `timestamp` (legacyFetchOffsetsBefore). The time of its last record stands for that of a segment's last change.
 */
function segmentOffsets(log: PartitionLog, { timestamp, maxNumOffsets }: RequestPartition, now: Millis): number[] {
  const starts = log.segmentBaseOffsets
  const end = log.highWatermark
  const offsets = end > (starts.at(-1) ?? 0) ? [...starts, end] : [...starts]
  const count = Math.max(maxNumOffsets, 0)
  if (timestamp === LATEST || timestamp >= now) return offsets.reverse().slice(0, count)
  if (timestamp === EARLIEST) return offsets.slice(0, Math.min(count, 1))
  const firstLater = log.offsetForTimestamp(timestamp + 1)?.offset ?? end
  const isThere = (index: number) => (starts[index + 1] ?? end) <= firstLater
  return starts
    .filter((_, index) => isThere(index))
    .reverse()
    .slice(0, count)
}
