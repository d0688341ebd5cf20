/** Reads messages from a topic, step by step. @module */
import { fetch } from '../../api/01-fetch.ts'
import { concatBytes } from '../../base/bytes.ts'
import { zeroUuid } from '../../base/uuid.ts'
import { CURRENT_MAGIC, isControl, magicAt, readBatchHeader, wholeBatchBytes } from '../../wire/records/batch.ts'
import { readLegacyBatches } from '../../wire/records/legacy.ts'
import { type RecordEntry, recordsFrom } from '../../wire/records/record.ts'
import type { Draft } from '../../wire/schema.ts'
import { nextRound } from '../rounds.ts'
import type { Doors } from './doors.ts'
import { type Message, messageOf } from './message.ts'
import { isFailure, kafkaProblem, Problem } from './problem.ts'
import { noPartition, partitionsOf, rangesOf } from './topics.ts'

export interface ReadWish {
  readonly topic: string
  /** Null for all, one after the other. */
  readonly partition: number | null
  /** Where to begin in each partition; what is before its start is its start. */
  readonly offset: number
  readonly limit: number
}

/** The newest version that names topics by their names. */
const FETCH_VERSION = 12
/** What one step reads. A batch that is larger comes whole. */
const STEP_BYTES = 256 * 1024
/** What a batch may grow to when it is decompressed: more is not written either. */
const MAX_DECOMPRESSED_BYTES = 100 * 1024 * 1024

/** Up to `limit` messages that were there when it began, in the order of partitions and offsets. @throws Problem */
export async function* readMessages(doors: Doors, wish: ReadWish): AsyncGenerator<readonly Message[], void> {
  const { topic, partition, offset, limit } = wish
  const all = await partitionsOf(doors, topic)
  if (partition !== null && !all.includes(partition)) throw noPartition(topic, all.length, { parameter: 'partition' })
  let left = limit
  for (const range of await rangesOf(doors, topic, partition === null ? all : [partition])) {
    // Where the end is not known the fetch tells why.
    const end = range.end_offset < 0 ? Number.POSITIVE_INFINITY : range.end_offset
    let next = Math.max(offset, range.start_offset)
    while (left > 0 && next < end) {
      const place = { topic, partition: range.partition, offset: next, end }
      const step = await doors.call(fetch, FETCH_VERSION, fetchOf(place), answer => stepIn(answer, place, left))
      yield step.messages
      left -= step.messages.length
      next = step.nextOffset
      await nextRound()
    }
  }
}

interface Place {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Nothing is read from here on. */
  readonly end: number
}

function fetchOf({ topic, partition, offset }: Place) {
  return {
    maxWaitMs: 0,
    minBytes: 0,
    isolationLevel: 0,
    sessionId: 0,
    topics: [
      { topicId: zeroUuid, topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: STEP_BYTES }] },
    ],
    forgottenTopicsData: [],
    rackId: '',
  }
}

interface Step {
  readonly messages: readonly Message[]
  /** Behind all that was read, control records too. */
  readonly nextOffset: number
}

type Answer = Draft<typeof fetch.response>

/** What came from `place`, which is left behind whatever came. @throws Problem */
function stepIn({ errorCode = 0, responses }: Answer, place: Place, limit: number): Step {
  const fetched = responses[0]?.partitions[0]
  const code = errorCode || (fetched?.errorCode ?? 0)
  const where = `${place.topic}-${place.partition} from offset ${place.offset}`
  if (isFailure(code)) throw kafkaProblem(code, `${where} cannot be read`)
  const bytes = concatBytes(fetched?.records ?? [])
  const messages: Message[] = []
  let nextOffset = place.offset
  for (const batch of batchesIn(bytes, place.offset)) {
    for (const record of batch.records) {
      if (record.offset >= place.end) return { messages, nextOffset: place.end }
      if (messages.push(messageOf(record, place.partition)) === limit)
        return { messages, nextOffset: record.offset + 1 }
    }
    nextOffset = batch.lastOffset + 1
  }
  if (nextOffset <= place.offset) throw new Problem(500, `${where}: the log gives nothing`)
  return { messages, nextOffset }
}

interface Batch {
  readonly lastOffset: number
  /** From the offset that was asked for on; of a control batch none. */
  readonly records: Iterable<RecordEntry>
}

/** The whole batches in `bytes`, of any magic; what is in them is read as far as it is asked for. */
export function* batchesIn(bytes: Uint8Array, offset: number): Generator<Batch, void> {
  let position = 0
  for (let size = wholeBatchBytes(bytes, position); size > 0; size = wholeBatchBytes(bytes, position)) {
    if (magicAt(bytes, position) < CURRENT_MAGIC)
      yield* legacyBatches(bytes.subarray(position, position + size), offset)
    else {
      const header = readBatchHeader(bytes, position)
      const records = isControl(header.attributes) ? [] : recordsFrom(bytes, header, MAX_DECOMPRESSED_BYTES, offset)
      yield { lastOffset: header.baseOffset + header.lastOffsetDelta, records }
    }
    position += size
  }
}

function* legacyBatches(bytes: Uint8Array, offset: number): Generator<Batch, void> {
  for (const { lastOffset, records } of readLegacyBatches(bytes, MAX_DECOMPRESSED_BYTES)) {
    yield { lastOffset, records: records.filter(record => record.offset >= offset) }
  }
}
