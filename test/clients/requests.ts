/** The requests that tests make through our own codec, each in one version that will do. @module */
import { fetch } from '../../src/api/01-fetch.ts'
import { metadata } from '../../src/api/03-metadata.ts'
import { createTopics } from '../../src/api/19-create-topics.ts'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { concatBytes, noBytes } from '../../src/base/bytes.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import { type BatchHeader, batchHeaders, checkBatch } from '../../src/wire/records/batch.ts'
import type { Infer } from '../../src/wire/schema.ts'
import { initOf } from './coordinator-requests.ts'
import type { WireClient } from './wire-client.ts'

const PARTITION_BYTES = 4 * 1024 * 1024
const TIMEOUT_MS = 5000
const READ_UNCOMMITTED = 0
const READ_COMMITTED = 1

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A batch as it lies in the log. */
export interface StoredBatch {
  readonly header: BatchHeader
  /** Holds the batch at `header.position`. */
  readonly bytes: Uint8Array
}

/** An answer that says that something went wrong. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  constructor(
    what: string,
    readonly code: number,
  ) {
    super(`${what}: ${errorName(code)}`)
  }
}

function requireNone(what: string, code: number): void {
  if (code !== ErrorCode.NONE) throw new AnswerError(what, code)
}

/** @throws AnswerError */
export async function createTopic(
  client: WireClient,
  name: string,
  numPartitions: number,
  { configs = {}, replicationFactor = 1 }: { configs?: Record<string, string>; replicationFactor?: number } = {},
): Promise<void> {
  const pairs = Object.entries(configs).map(([name, value]) => ({ name, value }))
  const topic = { name, numPartitions, replicationFactor, assignments: [], configs: pairs }
  const { topics } = await client.call(createTopics, 7, { topics: [topic], timeoutMs: TIMEOUT_MS, validateOnly: false })
  for (const { errorCode } of topics) requireNone(`creating ${name}`, errorCode)
}

/** A new producer id, its epoch being 0. @throws AnswerError */
export async function newProducerId(client: WireClient): Promise<number> {
  const answer = await client.call(initProducerId, 4, initOf(null))
  requireNone('InitProducerId', answer.errorCode)
  return answer.producerId
}

/** What Metadata says of one topic, which is made if it is missing and `isCreated` says so. */
export async function describeTopic(client: WireClient, name: string, isCreated = false) {
  const { topics } = await client.call(metadata, 9, {
    topics: [{ topicId: zeroUuid, name }],
    allowAutoTopicCreation: isCreated,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  })
  const [topic] = topics
  if (!topic) throw new Error(`nothing is said of ${name}`)
  requireNone(`describing ${name}`, topic.errorCode)
  return topic
}

export interface FetchWish {
  readonly offset: number
  readonly maxWaitMs?: number
  readonly isReadCommitted?: boolean
}
export type FetchedPartition = Infer<typeof fetch.response>['responses'][number]['partitions'][number]

/** One Fetch of one partition, without a session. @throws AnswerError */
export async function fetchFrom(
  client: WireClient,
  { topic, partition }: TopicPartition,
  { offset, maxWaitMs = 0, isReadCommitted = false }: FetchWish,
): Promise<FetchedPartition> {
  const { errorCode, responses } = await client.call(fetch, 12, {
    maxWaitMs,
    minBytes: 1,
    isolationLevel: isReadCommitted ? READ_COMMITTED : READ_UNCOMMITTED,
    sessionId: 0,
    topics: [
      {
        topicId: zeroUuid,
        topic,
        partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: PARTITION_BYTES }],
      },
    ],
    forgottenTopicsData: [],
    rackId: '',
  })
  const fetched = responses[0]?.partitions[0]
  requireNone('Fetch', errorCode)
  if (!fetched) throw new Error(`Fetch says nothing of ${topic}-${partition}`)
  requireNone(`fetching ${topic}-${partition} from ${offset}`, fetched.errorCode)
  return fetched
}

/** The batches of a partition from offset 0 to its end: CRCs checked, no gap between them. */
export async function* storedBatches(client: WireClient, from: TopicPartition): AsyncGenerator<StoredBatch> {
  for (let offset = 0; ; ) {
    const { highWatermark, records } = await fetchFrom(client, from, { offset })
    const bytes = records?.length ? concatBytes(records) : noBytes
    for (const header of batchHeaders(bytes)) {
      checkBatch(bytes, header.position, header.sizeBytes)
      if (header.baseOffset !== offset) throw new Error(`${header.baseOffset} stands where ${offset} belongs`)
      yield { header, bytes }
      offset += header.lastOffsetDelta + 1
    }
    if (offset >= highWatermark) return
  }
}
