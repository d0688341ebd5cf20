/** Writes messages to a topic, as a producer with Kafka's default settings does. @module */
import { produce } from '../../api/00-produce.ts'
import type { Clock } from '../../base/clock.ts'
import { zeroUuid } from '../../base/uuid.ts'
import { errorName } from '../../wire/errors.ts'
import { encodeBatch } from '../../wire/records/batch-encoder.ts'
import type { Draft } from '../../wire/schema.ts'
import { type Doors, whole } from './doors.ts'
import { bytesOf, recordOf } from './message.ts'
import type { NewMessage } from './new-messages.ts'
import { partitionForKey } from './partitioner.ts'
import { isFailure, kafkaProblem, type Members } from './problem.ts'
import { noPartition, partitionsOf } from './topics.ts'

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
    const partitions = await partitionsOf(this.doors, topic, true)
    const shares = sharesOf(wish, partitions.length, this.turn++)
    const outcomes = await this.produce(topic, shares)
    const results = resultsOf(shares, outcomes)
    for (const share of shares) requireWritten(topic, share, outcomes, shares.length > 1 ? { results } : {})
    const { partition, offset = -1 } = results[0] ?? { partition: -1 }
    const written = { topic, partition, base_offset: offset, record_count: messages.length }
    return shares.length > 1 ? { ...written, results } : written
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

/** Each message goes to the partition that it or the request names, else to its key's, else to this turn's. */
function sharesOf({ topic, partition, messages }: WriteWish, count: number, turn: number): Share[] {
  if (partition !== null && partition >= count) throw noPartition(topic, count, { parameter: 'partition' })
  const shares = new Map<number, Share>()
  messages.forEach((message, place) => {
    const index = message.partition ?? partition ?? partitionFor(message, count, turn)
    if (index >= count) throw noPartition(topic, count, { pointer: `#/messages/${place}/partition` })
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
  const { errorCode, errorMessage, recordErrors = [] } = outcome
  const errors = recordErrors.map(({ batchIndex, batchIndexErrorMessage }) => ({
    pointer: `#/messages/${share.places[batchIndex]}`,
    detail: batchIndexErrorMessage ?? errorName(errorCode),
  }))
  const name = errorName(errorCode)
  const detail = `${topic}-${share.partition}: ${errorMessage ?? REASONS.get(name) ?? name}`
  throw kafkaProblem(errorCode, detail, errors.length > 0 ? { errors, ...members } : members)
}
