/** Writes messages to a topic, as a producer with Kafka's default settings does. @module */
import { produce } from '../../api/00-produce.ts'
import type { Clock } from '../../base/clock.ts'
import { zeroUuid } from '../../base/uuid.ts'
import { errorName } from '../../wire/errors.ts'
import { encodeBatch } from '../../wire/records/batch-encoder.ts'
import type { Draft } from '../../wire/schema.ts'
import { newPartitionCount } from './broker.ts'
import { type Doors, whole } from './doors.ts'
import { bytesOf, recordOf } from './message.ts'
import type { NewMessage } from './new-messages.ts'
import { partitionForKey } from './partitioner.ts'
import { type Fault, isFailure, kafkaProblem, type Members } from './problem.ts'
import { findTopic, isMissing, noPartition, partitionsIn } from './topics.ts'
import { MAX_FAULT_COUNT } from './validation.ts'

export interface WriteWish {
  readonly topic: string
  /** For messages that name none; null: by their keys. */
  readonly partition: number | null
  readonly messages: readonly NewMessage[]
}

export interface Written {
  readonly topic: string
  /** Of the first message. */
  readonly partition: number
  /** The offset of the first message. */
  readonly base_offset: number
  /** Of all messages. */
  readonly record_count: number
  /** Where each message is, if they are in several partitions. */
  readonly results?: readonly Result[]
}

interface Result {
  readonly partition: number
  readonly offset?: number
  readonly kafka_error?: string
}

/** The newest version that names topics by their names. */
const PRODUCE_VERSION = 12
const ALL_REPLICAS = -1
const TIMEOUT_MS = 30_000

/** The messages of one partition: they become one batch. */
interface Share {
  readonly partition: number
  readonly messages: NewMessage[]
  /** Where each of them stands in the request. */
  readonly places: number[]
}

type Outcome = Draft<typeof produce.response>['responses'][number]['partitionResponses'][number]

export class MessageWriter {
  /** Counts the requests: messages without a key stay together, and those of the next request go to the next partition. */
  private turn = 0

  constructor(
    private readonly doors: Doors,
    private readonly clock: Clock,
  ) {}

  /** Writes all; where a partition refuses its share, those of the others are written nevertheless. @throws Problem */
  async write(wish: WriteWish): Promise<Written> {
    const { topic, messages } = wish
    const shares = sharesOf(wish, await this.partitionCount(wish), this.turn++)
    const outcomes = await this.produce(topic, shares)
    const results = resultsOf(shares, outcomes)
    for (const share of shares) requireWritten(topic, share, outcomes, shares.length > 1 ? { results } : {})
    const { partition, offset = -1 } = results[0] ?? { partition: -1 }
    const written = { topic, partition, base_offset: offset, record_count: messages.length }
    return shares.length > 1 ? { ...written, results } : written
  }

  /**
   * How many partitions the topic has. One that is missing comes to be, as it does for a producer, but neither for a request
   * that names a partition that it would not have, nor where it is Kafka's own, which no request can write to.
   * @throws Problem
   */
  private async partitionCount(wish: WriteWish): Promise<number> {
    let topic = await findTopic(this.doors, wish.topic)
    if (isMissing(topic) && !topic.isInternal) {
      requirePartitions(wish, await newPartitionCount(this.doors))
      topic = await findTopic(this.doors, wish.topic, true)
    }
    const { length } = partitionsIn(topic)
    requirePartitions(wish, length)
    return length
  }

  private async produce(name: string, shares: readonly Share[]): Promise<Map<number, Outcome>> {
    const nowMs = this.clock.now()
    const partitionData = shares.map(({ partition: index, messages }) => ({
      index,
      records: encodeBatch(
        {},
        messages.map((message, offset) => recordOf(message, offset, nowMs)),
      ),
    }))
    const topicData = [{ topicId: zeroUuid, name, partitionData }]
    const request = { acks: ALL_REPLICAS, timeoutMs: TIMEOUT_MS, topicData }
    const { responses } = await this.doors.call(produce, PRODUCE_VERSION, request, whole)
    return new Map(responses.flatMap(topic => topic.partitionResponses).map(outcome => [outcome.index, outcome]))
  }
}

/** That a topic of `count` partitions has all that are named; null leaves that open. @throws Problem 404, 422 */
function requirePartitions({ topic, partition: common, messages }: WriteWish, count: number | null): void {
  if (count === null) return
  if (common !== null && common >= count) throw noPartition(topic, count, { parameter: 'partition' })
  const place = messages.findIndex(({ partition = 0 }) => partition >= count)
  if (place >= 0) throw noPartition(topic, count, { pointer: `#/messages/${place}/partition` })
}

/** Each message goes to the partition that it or the request names, else to its key's, else to this turn's. */
function sharesOf({ partition, messages }: WriteWish, count: number, turn: number): Share[] {
  const shares = new Map<number, Share>()
  messages.forEach((message, place) => {
    const index = message.partition ?? partition ?? partitionFor(message, count, turn)
    const share = shares.get(index) ?? { partition: index, messages: [], places: [] }
    shares.set(index, share)
    share.messages.push(message)
    share.places.push(place)
  })
  return [...shares.values()]
}

function partitionFor({ key = null, key_encoding }: NewMessage, count: number, turn: number): number {
  const bytes = bytesOf(key, key_encoding)
  return bytes === null ? turn % count : partitionForKey(bytes, count)
}

/** What became of each message, in the order of the request. */
function resultsOf(shares: readonly Share[], outcomes: ReadonlyMap<number, Outcome>): Result[] {
  const results: Result[] = []
  for (const { partition, places } of shares) {
    const { errorCode = 0, baseOffset = -1 } = outcomes.get(partition) ?? {}
    const resultAt = (index: number) =>
      isFailure(errorCode)
        ? { partition, kafka_error: errorName(errorCode) }
        : { partition, offset: baseOffset + index }
    places.forEach((place, index) => {
      results[place] = resultAt(index)
    })
  }
  return results
}

/** Where Kafka leaves it at the code. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['MESSAGE_TOO_LARGE', 'what one request has for a partition is one batch, and larger than message.max.bytes'],
  ['INVALID_TOPIC_EXCEPTION', "the topic is the broker's own"],
])

function requireWritten(topic: string, share: Share, outcomes: ReadonlyMap<number, Outcome>, members: Members): void {
  const outcome = outcomes.get(share.partition)
  if (!outcome || !isFailure(outcome.errorCode)) return
  const name = errorName(outcome.errorCode)
  const reason = outcome.errorMessage ?? REASONS.get(name) ?? name
  const errors = faultsOf(share, outcome, reason).slice(0, MAX_FAULT_COUNT)
  const detail = `${topic}-${share.partition}: ${reason}`
  throw kafkaProblem(outcome.errorCode, detail, errors.length > 0 ? { errors, ...members } : members)
}

/** Single messages; all of a batch that is too large; or the topic. Nothing of a request is at fault where a disk is full. */
function faultsOf({ places }: Share, { errorCode, recordErrors = [] }: Outcome, reason: string): Fault[] {
  const at = (place: number | undefined, detail: string) => ({ pointer: `#/messages/${place}`, detail })
  if (recordErrors.length > 0) {
    return recordErrors.map(({ batchIndex, batchIndexErrorMessage }) =>
      at(places[batchIndex], batchIndexErrorMessage ?? errorName(errorCode)),
    )
  }
  const { status, members } = kafkaProblem(errorCode, '')
  if (status === 413) return places.map(place => at(place, 'is in a batch that is too large'))
  const isTopic = status === 404 || members.kafka_error === 'INVALID_TOPIC_EXCEPTION'
  return isTopic ? [{ parameter: 'name', detail: reason }] : []
}
