/** Topics of every kind, for handing them to Apache Kafka. @module */
import { produce } from '../../src/api/00-produce.ts'
import { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { createPartitions } from '../../src/api/37-create-partitions.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import { type BatchOptions, encodeBatch, type RecordToWrite } from '../../src/wire/records/batch-encoder.ts'
import { CODEC_IDS, CODEC_NAMES, type CodecName } from '../../src/wire/records/compression/index.ts'
import { createTopic, newProducerId } from '../clients/requests.ts'
import type { WireClient } from '../clients/wire-client.ts'
import { seed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { type PartitionView, recordsOf } from './cluster-view.ts'
import { tellTopic } from './takeover-configs.ts'

const DELETE_VERSION = 5
const GROW_VERSION = 3
const PRODUCE_VERSION = 12
const TIMEOUT_MS = 10_000
const ACKS_ALL = -1

interface Topic {
  readonly name: string
  readonly partitionCount?: number
  /** It is made with one partition, and grows before anything is written. */
  readonly grows?: boolean
  readonly configs?: Readonly<Record<string, string>>
  /** What its configs are changed to. */
  readonly altered?: Readonly<Record<string, string>>
  readonly codec?: CodecName
  readonly recordCount?: number
  /** Of random bytes, which no codec makes smaller. */
  readonly valueBytes?: number
}

/** Where idempotent producers write. */
export const IDEMPOTENT = 'idempotent'
/** What the cleaner has work with, and where records are deleted. */
export const CLEANED = 'cleaned'
export const SHORTENED = 'shortened'
/** A megabyte is the least that Kafka takes. */
const SMALL_SEGMENTS = { 'segment.bytes': '1048576', 'index.interval.bytes': '1000' }

const topics: readonly Topic[] = [
  ...CODEC_NAMES.map(codec => ({ name: `codec.${codec}`, codec })),
  { name: 'many_partitions', partitionCount: 5, codec: 'snappy' },
  { name: 'segments', partitionCount: 2, configs: SMALL_SEGMENTS, valueBytes: 10_000, recordCount: 200 },
  { name: 'segments-zstd', configs: SMALL_SEGMENTS, codec: 'zstd', valueBytes: 10_000, recordCount: 200 },
  { name: 'log-append-time', configs: { 'message.timestamp.type': 'LogAppendTime' }, codec: 'gzip' },
  { name: 'compact', configs: { 'cleanup.policy': 'compact,delete', 'min.compaction.lag.ms': '3600000' } },
  { name: CLEANED, configs: { ...SMALL_SEGMENTS, 'cleanup.policy': 'compact' }, valueBytes: 20_000, recordCount: 200 },
  { name: SHORTENED, partitionCount: 3, configs: SMALL_SEGMENTS, valueBytes: 20_000, recordCount: 200 },
  { name: 'recompressed', configs: { 'compression.type': 'lz4' }, codec: 'gzip' },
  { name: 'configured', configs: { 'max.message.bytes': '2000000', 'retention.ms': '-1', 'min.insync.replicas': '1' } },
  { name: 'grown', partitionCount: 4, grows: true },
  {
    name: 'altered',
    configs: { 'retention.ms': '-1', 'segment.ms': '5000000' },
    altered: { 'retention.ms': '6000000' },
  },
  { name: IDEMPOTENT, recordCount: 0 },
  { name: 'empty', partitionCount: 2, recordCount: 0 },
  { name: 'made-again', partitionCount: 3 },
]

/** Creates the topics, one of them twice and one in vain. */
export async function makeTopics(client: WireClient): Promise<void> {
  const doomed = ['made-again', 'deleted'].map(name => ({ name }))
  await create(client, doomed)
  await writeTopics(client, doomed)
  const gone = { topics: [], topicNames: doomed.map(({ name }) => name), timeoutMs: TIMEOUT_MS }
  for (const { errorCode } of (await client.call(deleteTopics, DELETE_VERSION, gone)).responses) requireOk(errorCode)
  await create(client, topics)
}

/** Writes several batches to every partition, of records with and without key, value and headers. */
export async function writeTopics(client: WireClient, to: readonly Topic[] = topics): Promise<void> {
  const random = new SeededRandom(seed)
  for (const topic of to) {
    for (let partition = 0; partition < (topic.partitionCount ?? 1); partition++) {
      for (const batch of batchesOf(topic, random)) await write(client, topic.name, partition, batch)
    }
  }
}

/** A producer that numbers its records, and sends one batch after the other to one partition. */
export class IdempotentProducer {
  private sequence = 0
  private last: Uint8Array = new Uint8Array()
  private lastOffset = -1

  private constructor(
    private readonly topic: string,
    private readonly partition: number,
    private readonly producerId: number,
  ) {}

  static async open(client: WireClient, topic: string, partition = 0): Promise<IdempotentProducer> {
    return new IdempotentProducer(topic, partition, await newProducerId(client))
  }

  /** One that knows what this one knows, and goes on by itself. */
  copy(): IdempotentProducer {
    const copy = new IdempotentProducer(this.topic, this.partition, this.producerId)
    return Object.assign(copy, { sequence: this.sequence, last: this.last, lastOffset: this.lastOffset })
  }

  /** Writes `count` records that say which they are. */
  async write(client: WireClient, count: number): Promise<void> {
    const timestamp = Date.now()
    const records = Array.from({ length: count }, (_, offset) => ({
      offset,
      timestamp,
      key: null,
      value: Buffer.from(`${this.producerId}:${this.sequence + offset}`),
    }))
    const { producerId, sequence: baseSequence } = this
    this.last = encodeBatch({ producerId, producerEpoch: 0, baseSequence }, records)
    this.lastOffset = await write(client, this.topic, this.partition, this.last)
    this.sequence += count
  }

  /** Sends the last batch again, as after a lost answer. Throws where it is not known. */
  async repeat(client: WireClient): Promise<void> {
    const offset = await write(client, this.topic, this.partition, this.last)
    if (offset !== this.lastOffset) throw new Error(`a duplicate got offset ${offset}, not ${this.lastOffset}`)
  }

  /** Throws where the partition does not hold what was acknowledged, once and in order; it may hold more. */
  requireAll(view: PartitionView): void {
    if (this.sequence === 0) throw new Error('nothing was acknowledged')
    const prefix = `${this.producerId}:`
    const values = recordsOf(view).map(({ value }) => Buffer.from(value ?? []).toString())
    const sequences = values.filter(value => value.startsWith(prefix)).map(value => Number(value.slice(prefix.length)))
    const gap = sequences.findIndex((sequence, index) => sequence !== index)
    if (gap >= 0) throw new Error(`sequence ${sequences[gap]} stands at the place of ${gap}`)
    if (sequences.length < this.sequence) throw new Error(`${sequences.length} records of ${this.sequence}`)
  }
}

async function create(client: WireClient, wanted: readonly Topic[]): Promise<void> {
  for (const { name, partitionCount = 1, grows = false, configs = {}, altered } of wanted) {
    await createTopic(client, name, grows ? 1 : partitionCount, { configs })
    if (grows) await grow(client, name, partitionCount)
    if (altered) await tellTopic(client, name, altered)
  }
}

async function grow(client: WireClient, name: string, count: number): Promise<void> {
  const request = { topics: [{ name, count, assignments: null }], timeoutMs: TIMEOUT_MS, validateOnly: false }
  for (const { errorCode } of (await client.call(createPartitions, GROW_VERSION, request)).results) requireOk(errorCode)
}

function* batchesOf(topic: Topic, random: SeededRandom): Generator<Uint8Array> {
  const { recordCount = 60, codec = 'none', valueBytes = 20 } = topic
  const batchRecords = Math.max(1, Math.round(recordCount / 20))
  const options: BatchOptions = { codec: CODEC_IDS[codec] }
  for (let from = 0; from < recordCount; from += batchRecords) {
    const length = Math.min(batchRecords, recordCount - from)
    const now = Date.now()
    const records = Array.from({ length }, (_, offset) => {
      const key = keyOf(topic, from + offset, now)
      return recordOf(from + offset, offset, now + random.below(1000) - 500, key, random.bytes(valueBytes))
    })
    yield encodeBatch(options, records)
  }
}

/** Compacted topics demand keys; of others every second record has one. */
function keyOf({ configs }: Topic, number: number, now: number): Uint8Array | null {
  const isCompacted = configs?.['cleanup.policy']?.includes('compact') ?? false
  if (!isCompacted && number % 2 !== 0) return null
  // One that stays: where cleaning has emptied the first segment, Kafka looks no further for a timestamp.
  return Buffer.from(isCompacted && number === 1 ? `key-${now}` : `key-${number % 10}`)
}

/** Every fifth record has no value, every third headers, of which one is empty and one null. */
function recordOf(
  number: number,
  offset: number,
  timestamp: number,
  key: Uint8Array | null,
  bytes: Uint8Array,
): RecordToWrite {
  const value = number % 5 === 0 ? null : bytes
  const headers = [
    { key: 'number', value: Buffer.from(String(number)) },
    { key: 'größe', value: new Uint8Array() },
    { key: '', value: null },
  ]
  return { offset, timestamp, key, value, headers: number % 3 === 0 ? headers : [] }
}

/** Answers the offset of the first record. */
async function write(client: WireClient, name: string, index: number, records: Uint8Array): Promise<number> {
  const answer = await client.call(produce, PRODUCE_VERSION, {
    acks: ACKS_ALL,
    timeoutMs: TIMEOUT_MS,
    topicData: [{ name, topicId: zeroUuid, partitionData: [{ index, records }] }],
  })
  const written = answer.responses[0]?.partitionResponses[0]
  requireOk(written?.errorCode)
  return written?.baseOffset ?? -1
}

function requireOk(errorCode: number | undefined): void {
  if (errorCode !== ErrorCode.NONE) throw new Error(errorCode === undefined ? 'no answer' : errorName(errorCode))
}
