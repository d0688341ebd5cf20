/** All that a cluster shows of its topics, for telling two clusters apart. @module */
import { deepEqual } from 'node:assert/strict'
import { fetch } from '../../src/api/01-fetch.ts'
import { listOffsets } from '../../src/api/02-list-offsets.ts'
import { metadata } from '../../src/api/03-metadata.ts'
import { offsetForLeaderEpoch } from '../../src/api/23-offset-for-leader-epoch.ts'
import { describeConfigs } from '../../src/api/32-describe-configs.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import type { Uuid } from '../../src/base/uuid.ts'
import { ConfigSource } from '../../src/core/configs/sources.ts'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import { type BatchHeader, batchHeaders, wholeBatchBytes } from '../../src/wire/records/batch.ts'
import { type RecordEntry, readRecords } from '../../src/wire/records/record.ts'
import type { Infer } from '../../src/wire/schema.ts'
import { connect, Disconnected, type WireClient } from '../clients/wire-client.ts'

const METADATA_VERSION = 12
const FETCH_VERSION = 16
const LIST_OFFSETS_VERSION = 8
const EPOCH_VERSION = 4
const CONFIGS_VERSION = 4
const READ_UNCOMMITTED = 0
const TOPIC_RESOURCE = 2
const FETCH_BYTES = 1024 * 1024
/** What the records of one batch may grow to. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024
const READY_MS = 90_000
const POLL_MS = 100
const LATEST = -1
const EARLIEST = -2
/** Latest, earliest, the one with the largest timestamp, the earliest local one. */
const SPECIAL_TIMESTAMPS = [LATEST, EARLIEST, -3, -4]

export interface TopicView {
  readonly topicId: Uuid
  /** Those that the topic itself has, by name. */
  readonly configs: Readonly<Record<string, string | null>>
  readonly partitions: readonly PartitionView[]
}

export interface PartitionView {
  readonly logStartOffset: number
  readonly highWatermark: number
  /** Every batch from the log start on, as it lies on disk. */
  readonly batches: Uint8Array
  /** What ListOffsets answers: for the special timestamps, and for those of the batches. */
  readonly offsets: Readonly<Record<string, { readonly timestamp: number; readonly offset: number }>>
  /** Where each leader epoch ends that wrote something. */
  readonly epochs: readonly { readonly leaderEpoch: number; readonly endOffset: number }[]
}

export type ClusterView = ReadonlyMap<string, TopicView>
type MetadataTopic = Infer<typeof metadata.response>['topics'][number]

/** Looks at every topic of the broker at `port` but the internal ones. */
export async function viewCluster(port: number): Promise<ClusterView> {
  using client = await connect(port)
  const view = new Map<string, TopicView>()
  for (const topic of await topicsOf(client)) view.set(topic.name ?? '', await viewTopic(client, topic))
  return view
}

/** Throws where `actual` differs from `expected`, and says where. */
export function requireSame(actual: ClusterView, expected: ClusterView): void {
  deepEqual([...actual.keys()].sort(), [...expected.keys()].sort())
  for (const [name, { partitions, ...topic }] of expected) {
    const { partitions: others = [], ...other } = actual.get(name) ?? {}
    deepEqual({ ...other, partitionCount: others.length }, { ...topic, partitionCount: partitions.length }, name)
    partitions.forEach(({ batches, ...partition }, index) => {
      const { batches: found, ...rest } = others[index] ?? {}
      deepEqual(rest, partition, `${name}-${index}: ${JSON.stringify(rest)}, expected ${JSON.stringify(partition)}`)
      if (!Buffer.from(batches).equals(found ?? new Uint8Array())) throw new Error(`${name}-${index}: other batches`)
    })
  }
}

/** Waits for a broker that answers, and for its leaders. Throws where there are none in time. */
export async function waitForLeaders(port: number): Promise<void> {
  const end = Date.now() + READY_MS
  for (;;) {
    const reason = await leaderless(port)
    if (reason === null) return
    if (Date.now() > end) throw new Error(reason)
    await Bun.sleep(POLL_MS)
  }
}

export function headersOf(view: PartitionView): BatchHeader[] {
  return [...batchHeaders(view.batches)]
}

export function recordsOf(view: PartitionView): RecordEntry[] {
  return headersOf(view).flatMap(header => readRecords(view.batches, header, MAX_RECORD_BYTES))
}

async function leaderless(port: number): Promise<string | null> {
  try {
    using client = await connect(port)
    const { brokers, topics } = await askMetadata(client)
    if (brokers.length === 0) return 'the cluster has no broker'
    const faulty = topics.filter(topic => topic.errorCode !== ErrorCode.NONE || topic.partitions.some(hasNoLeader))
    const names = faulty.length > 0 ? faulty.map(({ name }) => name) : await unopened(client, topics)
    return names.length === 0 ? null : `without a leader: ${names.join(', ')}`
  } catch (error) {
    if (error instanceof Disconnected || (error instanceof Error && 'code' in error)) return `no broker: ${error}`
    throw error
  }
}

/** The topics of which the broker does not know yet that it leads them, though it tells everybody so. */
async function unopened(client: WireClient, topics: readonly MetadataTopic[]): Promise<string[]> {
  const wanted = topics.map(({ name, partitions }) => ({
    name: name ?? '',
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, timestamp: LATEST })),
  }))
  const request = { replicaId: -1, isolationLevel: READ_UNCOMMITTED, topics: wanted, timeoutMs: 0 }
  const answer = await client.call(listOffsets, LIST_OFFSETS_VERSION, request)
  const isUnopened = ({ partitions }: (typeof answer.topics)[number]) =>
    partitions.some(({ errorCode }) => errorCode !== ErrorCode.NONE)
  return answer.topics.filter(isUnopened).map(({ name }) => name)
}

function hasNoLeader({ errorCode, leaderId }: MetadataTopic['partitions'][number]): boolean {
  return errorCode !== ErrorCode.NONE || leaderId < 0
}

function askMetadata(client: WireClient) {
  const request = { topics: null, allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false }
  return client.call(metadata, METADATA_VERSION, { ...request, includeClusterAuthorizedOperations: false })
}

async function topicsOf(client: WireClient): Promise<MetadataTopic[]> {
  const { topics } = await askMetadata(client)
  return topics.filter(({ isInternal }) => !isInternal)
}

async function viewTopic(client: WireClient, { name, topicId, partitions }: MetadataTopic): Promise<TopicView> {
  const indexes = partitions.map(({ partitionIndex }) => partitionIndex).sort((a, b) => a - b)
  const views: PartitionView[] = []
  for (const index of indexes) views.push(await viewPartition(client, name ?? '', topicId, index))
  return { topicId, configs: await configsOf(client, name ?? ''), partitions: views }
}

async function configsOf(client: WireClient, resourceName: string): Promise<Record<string, string | null>> {
  const { results } = await client.call(describeConfigs, CONFIGS_VERSION, {
    resources: [{ resourceType: TOPIC_RESOURCE, resourceName, configurationKeys: null }],
    includeSynonyms: false,
    includeDocumentation: false,
  })
  const own = results.flatMap(({ configs }) => configs.filter(row => row.configSource === ConfigSource.TOPIC_CONFIG))
  return Object.fromEntries(own.map(({ name, value }) => [name, value]).sort())
}

async function viewPartition(client: WireClient, topic: string, topicId: Uuid, index: number): Promise<PartitionView> {
  const start = await offsetOf(client, topic, index, EARLIEST)
  const log = await readLog(client, topicId, index, start.offset)
  const headers = [...batchHeaders(log.batches)]
  const times = headers.flatMap(({ baseTimestamp, maxTimestamp }) => [baseTimestamp, maxTimestamp, maxTimestamp + 1])
  const offsets: Record<string, { timestamp: number; offset: number }> = {}
  for (const timestamp of new Set([...SPECIAL_TIMESTAMPS, ...times]))
    offsets[timestamp] = await offsetOf(client, topic, index, timestamp)
  const epochs = []
  for (const leaderEpoch of new Set(headers.map(header => header.partitionLeaderEpoch)))
    epochs.push(await endOfEpoch(client, topic, index, leaderEpoch))
  return { ...log, offsets, epochs }
}

async function readLog(client: WireClient, topicId: Uuid, partition: number, start: number) {
  const pieces: Uint8Array[] = []
  for (let offset = start; ; ) {
    const { highWatermark, records } = await fetchFrom(client, topicId, partition, offset)
    if (offset >= highWatermark) return { logStartOffset: start, highWatermark, batches: concatBytes(pieces).slice() }
    const fetched = concatBytes(records ?? [])
    const headers = [...batchHeaders(fetched)]
    const last = headers.at(-1)
    if (!last) throw new Error(`nothing at offset ${offset} below ${highWatermark}`)
    offset = last.baseOffset + last.lastOffsetDelta + 1
    pieces.push(fetched.slice(0, wholeBytes(fetched)))
  }
}

/** A fetch may end in the middle of a batch. */
function wholeBytes(bytes: Uint8Array): number {
  let end = 0
  for (let size = wholeBatchBytes(bytes, 0); size > 0; size = wholeBatchBytes(bytes, end)) end += size
  return end
}

async function fetchFrom(client: WireClient, topicId: Uuid, partition: number, fetchOffset: number) {
  const asked = { partition, fetchOffset, partitionMaxBytes: FETCH_BYTES }
  const { responses } = await client.call(fetch, FETCH_VERSION, {
    maxWaitMs: 0,
    minBytes: 0,
    isolationLevel: READ_UNCOMMITTED,
    sessionId: 0,
    topics: [{ topicId, topic: '', partitions: [asked] }],
    forgottenTopicsData: [],
    rackId: '',
  })
  return requireOk(responses[0]?.partitions[0], `fetch at ${fetchOffset}`)
}

async function offsetOf(client: WireClient, name: string, partitionIndex: number, timestamp: number) {
  const partitions = [{ partitionIndex, timestamp }]
  const request = { replicaId: -1, isolationLevel: READ_UNCOMMITTED, topics: [{ name, partitions }], timeoutMs: 0 }
  const { topics } = await client.call(listOffsets, LIST_OFFSETS_VERSION, request)
  const found = requireOk(topics[0]?.partitions[0], `offset of ${timestamp}`)
  return { timestamp: found.timestamp, offset: found.offset }
}

async function endOfEpoch(client: WireClient, topic: string, partition: number, leaderEpoch: number) {
  const request = { topics: [{ topic, partitions: [{ partition, leaderEpoch }] }] }
  const { topics } = await client.call(offsetForLeaderEpoch, EPOCH_VERSION, request)
  const found = requireOk(topics[0]?.partitions[0], `end of epoch ${leaderEpoch}`)
  return { leaderEpoch: found.leaderEpoch, endOffset: found.endOffset }
}

function requireOk<T extends { readonly errorCode: number }>(answer: T | undefined, what: string): T {
  if (answer?.errorCode !== ErrorCode.NONE) throw new Error(`${what}: ${answer && errorName(answer.errorCode)}`)
  return answer
}
