/** Topics as resources. @module */
import { listOffsets } from '../../api/02-list-offsets.ts'
import { metadata } from '../../api/03-metadata.ts'
import { deleteTopics } from '../../api/20-delete-topics.ts'
import { zeroUuid } from '../../base/uuid.ts'
import { topicNameFault } from '../../core/catalog/topic.ts'
import type { Draft } from '../../wire/schema.ts'
import { nextRound } from '../rounds.ts'
import { type Doors, whole } from './doors.ts'
import { type Fault, isFailure, kafkaProblem, Problem } from './problem.ts'

export interface TopicSummary {
  readonly name: string
  /** How many. */
  readonly partitions: number
  /** Of all partitions the smallest. */
  readonly start_offset: number
  /** Of all partitions the greatest. */
  readonly end_offset: number
}

export interface TopicDetail {
  readonly name: string
  readonly partitions: readonly PartitionRange[]
}

export interface PartitionRange {
  readonly partition: number
  /** Of the first record; -1 where the log cannot be read. */
  readonly start_offset: number
  /** Of the next record to come; -1 where the log cannot be read. */
  readonly end_offset: number
}

/** Versions that name topics by their names. */
const METADATA_VERSION = 12
const LIST_OFFSETS_VERSION = 7
const DELETE_TOPICS_VERSION = 6
const TIMEOUT_MS = 30_000

/** ListOffsets knows the ends of a log as timestamps. */
const LATEST = -1
const EARLIEST = -2

/** All topics but Kafka's own, by name. */
export async function listTopics(doors: Doors): Promise<TopicSummary[]> {
  const { topics } = await doors.call(metadata, METADATA_VERSION, metadataOf(null), whole)
  const summaries: TopicSummary[] = []
  for (const { name, isInternal, partitions } of topics) {
    if (name === null || isInternal) continue
    // Each may have to be opened first: others are served in between.
    await nextRound()
    const ranges = await rangesOf(doors, name, partitions.map(indexOf))
    if (ranges.length > 0) summaries.push(summaryOf(name, ranges))
  }
  return summaries.sort((one, other) => (one.name < other.name ? -1 : 1))
}

function summaryOf(name: string, ranges: readonly PartitionRange[]): TopicSummary {
  return {
    name,
    partitions: ranges.length,
    start_offset: Math.min(...ranges.map(range => range.start_offset)),
    end_offset: Math.max(...ranges.map(range => range.end_offset)),
  }
}

/** @throws Problem */
export async function describeTopic(doors: Doors, name: string): Promise<TopicDetail> {
  return { name, partitions: await rangesOf(doors, name, await partitionsOf(doors, name)) }
}

/** @throws Problem */
export async function deleteTopic(doors: Doors, name: string) {
  const partitions = await partitionsOf(doors, name)
  const topics = [{ name, topicId: zeroUuid }]
  const request = { topics, topicNames: [], timeoutMs: TIMEOUT_MS }
  const { responses } = await doors.call(deleteTopics, DELETE_TOPICS_VERSION, request, whole)
  for (const { errorCode, errorMessage } of responses) requireTopic(name, errorCode, errorMessage)
  return { deleted: name, partitions_removed: partitions.length }
}

/** The numbers of a topic's partitions. @throws Problem */
export async function partitionsOf(doors: Doors, name: string): Promise<number[]> {
  return partitionsIn(await findTopic(doors, name))
}

/** What is said of a topic, or why there is none. */
export type FoundTopic = Draft<typeof metadata.response>['topics'][number]

/** A topic that is missing comes to be where `isCreated` says so, as it does for a producer. @throws Problem 500 */
export async function findTopic(doors: Doors, name: string, isCreated = false): Promise<FoundTopic> {
  const { topics } = await doors.call(metadata, METADATA_VERSION, metadataOf(name, isCreated), whole)
  const [topic] = topics
  if (!topic) throw new Problem(500, `nothing is said of topic ${name}`)
  return topic
}

export function isMissing({ errorCode }: FoundTopic): boolean {
  return kafkaProblem(errorCode, '').status === 404
}

/** The numbers of its partitions. @throws Problem */
export function partitionsIn({ name, errorCode, partitions }: FoundTopic): number[] {
  requireTopic(name ?? '', errorCode)
  return partitions.map(indexOf).sort((one, other) => one - other)
}

/** `place` is where a partition is named that the topic, of `count` partitions, does not have or would not have. */
export function noPartition(topic: string, count: number, place: Omit<Fault, 'detail'>): Problem {
  const detail = `there is no such partition: those of topic ${topic} go from 0 to ${count - 1}`
  return new Problem(place.parameter ? 404 : 422, detail, { errors: [{ ...place, detail: `must be below ${count}` }] })
}

function metadataOf(name: string | null, allowAutoTopicCreation = false) {
  return {
    topics: name === null ? null : [{ topicId: zeroUuid, name }],
    allowAutoTopicCreation,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  }
}

function indexOf({ partitionIndex }: { readonly partitionIndex: number }): number {
  return partitionIndex
}

function requireTopic(name: string, code: number, message?: string | null): void {
  if (!isFailure(code)) return
  const { status, members } = kafkaProblem(code, '')
  const reason = status === 404 ? 'there is no such topic' : (topicNameFault(name) ?? message ?? members.kafka_error)
  const errors = [{ parameter: 'name', detail: `${reason}` }]
  throw kafkaProblem(code, `topic ${name}: ${reason}`, status === 404 || status === 422 ? { errors } : {})
}

/** What each of these partitions holds; both ends are of the same moment. */
export async function rangesOf(doors: Doors, topic: string, partitions: readonly number[]): Promise<PartitionRange[]> {
  const endsAt = (timestamp: number) =>
    doors.call(listOffsets, LIST_OFFSETS_VERSION, listOffsetsOf(topic, partitions, timestamp), offsetsIn)
  const [starts, ends] = await Promise.all([endsAt(EARLIEST), endsAt(LATEST)])
  return partitions.map(partition => ({
    partition,
    start_offset: starts.get(partition) ?? -1,
    end_offset: ends.get(partition) ?? -1,
  }))
}

function listOffsetsOf(name: string, partitions: readonly number[], timestamp: number) {
  return {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name, partitions: partitions.map(partitionIndex => ({ partitionIndex, timestamp })) }],
    timeoutMs: TIMEOUT_MS,
  }
}

interface ListedOffsets {
  readonly topics: readonly {
    readonly partitions: readonly { readonly partitionIndex: number; readonly offset?: number }[]
  }[]
}

function offsetsIn({ topics }: ListedOffsets): Map<number, number> {
  return new Map(
    topics.flatMap(({ partitions }) =>
      partitions.map(({ partitionIndex, offset = -1 }): [number, number] => [partitionIndex, offset]),
    ),
  )
}
