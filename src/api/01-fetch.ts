import { concatBytes } from '../base/bytes.ts'
import type { Uuid } from '../base/uuid.ts'
import type { FetchContext, FetchedPartition, FetchPartition, FetchSessionRequest } from '../core/fetch-sessions.ts'
import type { PartitionLog } from '../log/partition.ts'
import type { LogSlice } from '../log/segments.ts'
import { ErrorCode } from '../wire/errors.ts'
import { downConvert } from '../wire/records/legacy.ts'
import {
  array,
  contract,
  type Draft,
  type Infer,
  int8,
  int16,
  int32,
  int64,
  pieces,
  string,
  struct,
  uuid,
} from '../wire/schema.ts'
import { piecesSize } from '../wire/writer.ts'
import { api, type Call } from './api.ts'
import { findLog } from './partitions.ts'

/**
 * Fetch v0–18. v0 and v1 answer with magic 0, v2 and v3 with magic 1; v3 bounds the whole answer (KIP-74); v4 knows
 * isolation levels (KIP-98); v5 log start offsets; v7 sessions (KIP-227); v9 leader epochs (KIP-320); v10 zstd; v11 racks
 * (KIP-392); v12 diverging epochs (KIP-595); v13 topic ids (KIP-516); v15 replica state (KIP-903); v16 the leader's
 * address (KIP-951). Left out: fetches by other replicas, of which this broker has none: they get NOT_LEADER_OR_FOLLOWER, as a
 * stranger does from Kafka.
 */
export const fetch = contract({
  key: 1,
  name: 'Fetch',
  versions: '0-18',
  flexible: 12,
  request: () => ({
    replicaId: int32('0-14').default(-1),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32('3+').default(2147483647),
    isolationLevel: int8('4+'),
    sessionId: int32('7+'),
    sessionEpoch: int32('7+').default(-1),
    topics: array({
      topicId: uuid('13+'),
      topic: string('0-12'),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32('9+').default(-1),
        fetchOffset: int64(),
        lastFetchedEpoch: int32('12+').default(-1),
        logStartOffset: int64('5+').default(-1),
        partitionMaxBytes: int32(),
        replicaDirectoryId: uuid('17+').tag(0, '17+'),
        highWatermark: int64('18+')
          .tag(1, '18+')
          .default(2 ** 63),
      }),
    }),
    forgottenTopicsData: array(
      {
        topicId: uuid('13+'),
        topic: string('7-12'),
        partitions: array(int32()),
      },
      '7+',
    ),
    rackId: string('11+'),
    clusterId: string('12+').nullable().tag(0, '12+').default(null),
    replicaState: struct(
      {
        replicaId: int32().default(-1),
        replicaEpoch: int64().default(-1),
      },
      '15+',
    ).tag(1, '15+'),
  }),
  response: () => ({
    throttleTimeMs: int32('1+'),
    errorCode: int16('7+'),
    sessionId: int32('7+'),
    responses: array({
      topicId: uuid('13+'),
      topic: string('0-12'),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        highWatermark: int64(),
        lastStableOffset: int64('4+').default(-1),
        logStartOffset: int64('5+').default(-1),
        abortedTransactions: array(
          {
            producerId: int64(),
            firstOffset: int64(),
          },
          '4+',
        ).nullable(),
        preferredReadReplica: int32('11+').default(-1),
        records: pieces().nullable().default(null),
        divergingEpoch: struct(
          {
            epoch: int32().default(-1),
            endOffset: int64().default(-1),
          },
          '12+',
        ).tag(0, '12+'),
        currentLeader: struct(
          {
            leaderId: int32().default(-1),
            leaderEpoch: int32().default(-1),
          },
          '12+',
        ).tag(1, '12+'),
        snapshotId: struct(
          {
            endOffset: int64().default(-1),
            epoch: int32().default(-1),
          },
          '12+',
        ).tag(2, '12+'),
      }),
    }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string().nullable().default(null),
      },
      '16+',
    ).tag(0, '16+'),
  }),
})

type Request = Infer<typeof fetch.request>
type Entry = Draft<typeof fetch.response>['responses'][number]['partitions'][number]

/** The first version in which the size of the whole answer yields to the first batch, which always comes whole. */
const WHOLE_FIRST_BATCH = 3
/** The first version that carries batches of magic 2. */
const MAGIC_2 = 4
const TOPIC_IDS = 13
const READ_COMMITTED = 1

export default api(fetch, (request, call) => {
  const usesTopicIds = call.version >= TOPIC_IDS
  const { sessionId, sessionEpoch } = request
  const asked = { sessionId, sessionEpoch, partitions: askedOf(request), forgotten: forgottenOf(request), usesTopicIds }
  const context = call.fetchSessions.open(asked, call.now)
  if (context.errorCode !== ErrorCode.NONE) {
    return { throttleTimeMs: 0, errorCode: context.errorCode, sessionId: context.sessionId, responses: [] }
  }
  const { partitions } = context
  const wanted = wantedBytes(request, call)
  const found = findAll(partitions, request, call)
  const entries = read(found, request, call)
  const isUrgent = request.maxWaitMs <= 0 || !found.some(isReadable)
  if (isUrgent || satisfies(entries, wanted) || isEnough(found, found, wanted)) return responseOf(context, entries)
  return call.purgatory.park(logsOf(found), call.now + request.maxWaitMs, isLast => {
    const now = findAll(partitions, request, call)
    return isLast || isEnough(now, found, wanted) ? responseOf(context, read(now, request, call)) : null
  })
})

// No closures below: what each fetch leaves behind is what the collector stops everybody for.
function askedOf({ topics }: Request): FetchPartition[] {
  const asked: FetchPartition[] = []
  for (const { topic, topicId, partitions } of topics) {
    for (const partition of partitions) asked.push({ ...partition, topic, topicId })
  }
  return asked
}

function forgottenOf({ forgottenTopicsData }: Request): FetchSessionRequest['forgotten'] {
  const forgotten: FetchSessionRequest['forgotten'][number][] = []
  for (const { topic, topicId, partitions } of forgottenTopicsData) {
    for (const partition of partitions) forgotten.push({ partition, topic, topicId })
  }
  return forgotten
}

function responseOf({ sessionId, partitions, select }: FetchContext, entries: readonly Entry[]) {
  const responses = byTopic(partitions, entries, select(entries.map(newsOf)))
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, sessionId, responses }
}

/** One partition as it was found: its log with what may be read of it, or the answer that says why not. */
interface Readable {
  readonly partition: FetchPartition
  readonly log: PartitionLog
  readonly bound: number
}
type Found = Readable | Entry

function isReadable(of: Found): of is Readable {
  return 'log' in of
}

function topicOf({ topic, topicId }: FetchPartition, call: Call) {
  return call.version >= TOPIC_IDS ? call.catalog.topicById(topicId) : call.catalog.topicByName(topic)
}

function findAll(partitions: readonly FetchPartition[], request: Request, call: Call): Found[] {
  const found: Found[] = []
  for (const partition of partitions) found.push(findReadable(partition, request, call))
  return found
}

function logsOf(found: readonly Found[]): PartitionLog[] {
  const logs: PartitionLog[] = []
  for (const of of found) if (isReadable(of)) logs.push(of.log)
  return logs
}

/** Everything that can go wrong before reading (ReplicaManager.readFromLog, Partition.fetchRecords). */
function findReadable(partition: FetchPartition, request: Request, call: Call): Found {
  const index = partition.partition
  const topic = topicOf(partition, call)
  if (!topic && call.version >= TOPIC_IDS)
    return { ...nothing(index, ErrorCode.UNKNOWN_TOPIC_ID), abortedTransactions: [] }
  // Here any negative one knows none (FetchRequest.optionalEpoch).
  const log = findLog(call, topic, index, Math.max(partition.currentLeaderEpoch, -1))
  if (log === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return { ...nothing(index, log), abortedTransactions: [] }
  if (typeof log === 'number') return nothing(index, log)
  if (request.replicaId >= 0 || request.replicaState.replicaId >= 0) return notALeader(index, log, call)
  const diverging = divergence(partition, log)
  if (diverging) return diverging
  if (partition.fetchOffset < log.logStartOffset || partition.fetchOffset > log.logEndOffset) {
    return nothing(index, ErrorCode.OFFSET_OUT_OF_RANGE)
  }
  const bound = request.isolationLevel === READ_COMMITTED ? log.lastStableOffset : log.highWatermark
  return { partition, log, bound }
}

function nothing(partitionIndex: number, errorCode: number): Entry {
  return { partitionIndex, errorCode, highWatermark: -1, abortedTransactions: null, records: [] }
}

function notALeader(index: number, log: PartitionLog, call: Call): Entry {
  const entry = nothing(index, ErrorCode.NOT_LEADER_OR_FOLLOWER)
  if (call.version < 16) return entry
  return { ...entry, currentLeader: { leaderId: call.catalog.nodeId, leaderEpoch: log.leaderEpoch } }
}

/** A client whose last batch came from an epoch that this log ended earlier has to truncate (KIP-595). */
function divergence({ partition, fetchOffset, lastFetchedEpoch }: FetchPartition, log: PartitionLog): Entry | null {
  if (lastFetchedEpoch < 0) return null
  const { leaderEpoch, endOffset } = log.endOffsetForEpoch(lastFetchedEpoch)
  if (leaderEpoch < 0 || endOffset < 0) return nothing(partition, ErrorCode.OFFSET_OUT_OF_RANGE)
  if (leaderEpoch === lastFetchedEpoch && endOffset >= fetchOffset) return null
  return {
    ...nothing(partition, ErrorCode.NONE),
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.logStartOffset,
    divergingEpoch: { epoch: leaderEpoch, endOffset },
  }
}

/** What a fetch waits for: no more than it may be given (ReplicaManager.fetchMessages). */
function wantedBytes({ minBytes, maxBytes }: Request, call: Call): number {
  return Math.min(minBytes, maxBytes, call.configs.fetchMaxBytes)
}

/**
 * Whether what was read may be answered at once: min.bytes, an error or a divergence. A partition that is not known does
 * not hasten the others: Kafka's logs never hear of it (KafkaApis.handleFetchRequest).
 */
function satisfies(entries: readonly Entry[], wanted: number): boolean {
  let readBytes = 0
  for (const entry of entries) {
    if (unknownness(entry) !== null) continue
    if (entry.errorCode !== ErrorCode.NONE || entry.divergingEpoch) return true
    readBytes += piecesSize(entry.records ?? [])
  }
  return readBytes >= wanted
}

/** As `satisfies`, before anything is read again; what could be read `before` and no more is answered (DelayedFetch.tryComplete). */
function isEnough(found: readonly Found[], before: readonly Found[], wanted: number): boolean {
  let available = 0
  for (let index = 0; index < found.length; index++) {
    const of = found[index]!
    if (!isReadable(of)) {
      if (isReadable(before[index]!)) return true
      continue
    }
    const { fetchOffset } = of.partition
    // Nobody waits beyond what is stable: he gets nothing at once.
    if (fetchOffset > of.bound) return true
    // An older segment gets nothing more: what is left of it is answered as it is.
    if (of.log.endsSegment(fetchOffset, of.bound)) return true
    available += Math.min(availableBytes(of), of.partition.partitionMaxBytes)
  }
  return available >= wanted
}

function availableBytes({ log, partition, bound }: Readable): number {
  try {
    return log.bytesBetween(partition.fetchOffset, bound)
  } catch {
    // Reading will meet the same error, and answer with it.
    return Number.POSITIVE_INFINITY
  }
}

/** Reads one partition after the other until the answer is full (ReplicaManager.readFromLog). */
function read(found: readonly Found[], request: Request, call: Call): Entry[] {
  let leftBytes = Math.min(request.maxBytes, call.configs.fetchMaxBytes, call.roomBytes)
  let needsOne = call.version >= WHOLE_FIRST_BATCH
  const entries: Entry[] = []
  for (const of of found) {
    if (!isReadable(of)) {
      entries.push(of)
      continue
    }
    const { partition, log, bound } = of
    const maxBytes = Math.max(0, Math.min(partition.partitionMaxBytes, leftBytes))
    try {
      const slice = log.read(partition.fetchOffset, maxBytes, bound, firstBatch(call.version, needsOne))
      leftBytes -= slice.sizeBytes
      if (slice.sizeBytes > 0) needsOne = false
      const entry = entryOf(of, slice, maxBytes, request)
      entries.push(call.version < MAGIC_2 ? forOldClients(entry, slice.pieces, log, call) : entry)
    } catch (error) {
      entries.push(nothing(partition.partition, call.logs.errorCodeOf(error)))
    }
  }
  return entries
}

function entryOf(of: Readable, slice: LogSlice, maxBytes: number, { isolationLevel }: Request): Entry {
  const { partition, log } = of
  return {
    partitionIndex: partition.partition,
    errorCode: ErrorCode.NONE,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.logStartOffset,
    abortedTransactions: isolationLevel === READ_COMMITTED ? abortedIn(of, slice, maxBytes) : null,
    records: slice.pieces,
  }
}

function abortedIn({ partition: { fetchOffset }, log, bound }: Readable, { sizeBytes }: LogSlice, maxBytes: number) {
  if (fetchOffset >= bound) return []
  // Where a first batch does not fit, Kafka says nothing of them (ReplicaManager.readFromLog).
  return sizeBytes === 0 && maxBytes > 0 ? null : log.abortedTransactions(fetchOffset, sizeBytes)
}

/** What to do with a first batch that is larger than may be read: from version 3 on it comes whole or not at all. */
function firstBatch(version: number, needsOne: boolean): 'whole' | 'ifItFits' | 'cut' {
  if (needsOne) return 'whole'
  return version >= WHOLE_FIRST_BATCH ? 'ifItFits' : 'cut'
}

/**
 * The oldest clients know neither batches of magic 2 nor zstd (KafkaApis.maybeConvertFetchedData of 3.9). Those of versions 4 to 9
 * do not know zstd either, but Kafka 4 gives it to them.
 */
function forOldClients(entry: Entry, pieces: readonly Uint8Array[], log: PartitionLog, call: Call): Entry {
  if (log.config.compressionType === 'zstd') {
    return nothing(entry.partitionIndex, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE)
  }
  const records = downConvert(concatBytes(pieces), call.version < 2 ? 0 : 1, call.configs.socketRequestMaxBytes)
  return { ...entry, records: [records] }
}

const headings = [null, ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION] as const

function newsOf(entry: Entry): FetchedPartition {
  return {
    errorCode: entry.errorCode,
    highWatermark: entry.highWatermark,
    logStartOffset: entry.logStartOffset ?? -1,
    hasNews: (entry.records?.length ?? 0) > 0 || entry.divergingEpoch !== undefined,
  }
}

/**
 * The selected entries, those of one topic that stand together under one heading (FetchResponse.toMessage). Kafka puts
 * partitions that it does not know last.
 */
function byTopic(partitions: readonly FetchPartition[], entries: readonly Entry[], selected: readonly boolean[]) {
  const responses: { topic: string; topicId: Uuid; partitions: Entry[] }[] = []
  for (const errorCode of headings) {
    for (let index = 0; index < entries.length; index++) {
      const partition = partitions[index]
      const entry = entries[index]
      if (!partition || !entry || !selected[index] || unknownness(entry) !== errorCode) continue
      const last = responses.at(-1)
      if (last && last.topic === partition.topic && last.topicId === partition.topicId) last.partitions.push(entry)
      else responses.push({ topic: partition.topic, topicId: partition.topicId, partitions: [entry] })
    }
  }
  return responses
}

function unknownness({ errorCode }: Entry): number | null {
  const isUnknown = errorCode === ErrorCode.UNKNOWN_TOPIC_ID || errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  return isUnknown ? errorCode : null
}
