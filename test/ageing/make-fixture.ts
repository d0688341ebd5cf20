/**
 * Makes the fixture of the version in package.json with the compiled broker: `bun test/ageing/make-fixture.ts`. To be run once
 * for every version whose directories differ from those of the one before.
 * @module
 */
import { appendFileSync } from 'node:fs'
import { produce } from '../../src/api/00-produce.ts'
import { createTopics } from '../../src/api/19-create-topics.ts'
import { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { version } from '../../src/host/version.ts'
import { type BatchOptions, encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { CompressionCodec } from '../../src/wire/records/compression/index.ts'
import type { RecordEntry } from '../../src/wire/records/record.ts'
import { startBroker } from '../binary.ts'
import { createTopic, newProducerId, storedBatches } from '../clients/requests.ts'
import { connect, type WireClient } from '../clients/wire-client.ts'
import { temporaryDirectory } from '../host/directory.ts'
import {
  type FixtureContent,
  type FixtureProducer,
  type FixtureRecord,
  type FixtureTopic,
  readFiles,
  saveFixture,
} from './fixture.ts'

const MADE_MS = Date.now()
const TIMEOUT_MS = 5000
const SEGMENT_COUNT = 6
const REMOVED = 'removed'

const utf8 = new TextEncoder()

/** Null, empty and everything else; the numbers make batches differ. */
function recordsOf(number: number): RecordEntry[] {
  const timestamp = MADE_MS + 1000 * number
  const text = `number ${number} `
  return [
    { offset: 0, timestamp, key: utf8.encode(`key ${number}`), value: utf8.encode(text), headers: [] },
    { offset: 1, timestamp: timestamp + 1, key: utf8.encode('tombstone'), value: null, headers: [] },
    {
      offset: 2,
      timestamp: timestamp + 2,
      key: utf8.encode(''),
      value: utf8.encode(text.repeat(30)),
      headers: [
        { key: 'trace', value: utf8.encode('a1b2') },
        { key: 'none', value: null },
      ],
    },
  ]
}

/** Writes to one topic and notes what was written. */
class TopicWriter {
  private readonly partitions: FixtureRecord[][]
  private count = 0

  constructor(
    private readonly client: WireClient,
    private readonly name: string,
    private readonly id: string,
    private readonly configs: Readonly<Record<string, string>>,
    partitionCount: number,
  ) {
    this.partitions = Array.from({ length: partitionCount }, () => [])
  }

  get topic(): FixtureTopic {
    return { name: this.name, id: this.id, configs: this.configs, partitions: this.partitions }
  }

  /** Writes three records and returns what an idempotent producer needs to know of them. */
  async write(partition: number, options: BatchOptions = {}): Promise<Omit<FixtureProducer, 'producerId'>> {
    const records = recordsOf(this.count++)
    const bytes = encodeBatch(options, records)
    const batch = bytes.toHex()
    const { responses } = await this.client.call(produce, 9, {
      acks: -1,
      timeoutMs: TIMEOUT_MS,
      topicData: [{ topicId: zeroUuid, name: this.name, partitionData: [{ index: partition, records: bytes }] }],
    })
    const outcome = responses[0]?.partitionResponses[0]
    const written = this.partitions[partition]
    if (outcome?.errorCode !== 0 || outcome.baseOffset !== written?.length) throw new Error(JSON.stringify(outcome))
    for (const { timestamp, key, value, headers } of records) {
      written.push({
        timestamp: outcome.logAppendTimeMs >= 0 ? outcome.logAppendTimeMs : timestamp,
        key: key?.toHex() ?? null,
        value: value?.toHex() ?? null,
        headers: headers.map(header => [header.key, header.value?.toHex() ?? null]),
      })
    }
    const { baseSequence = -1 } = options
    const { baseOffset } = outcome
    return { topic: this.name, partition, baseSequence, baseOffset, batch, recordCount: records.length }
  }
}

async function newTopic(client: WireClient, name: string, numPartitions: number, configs: Record<string, string> = {}) {
  const pairs = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
  const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs: pairs }
  const { topics } = await client.call(createTopics, 7, { topics: [topic], timeoutMs: TIMEOUT_MS, validateOnly: false })
  const [made] = topics
  if (made?.errorCode !== 0) throw new Error(`${name}: ${made?.errorMessage}`)
  return new TopicWriter(client, name, made.topicId, configs, numPartitions)
}

async function write(client: WireClient): Promise<FixtureContent> {
  const producers: FixtureProducer[] = []
  const plain = await newTopic(client, 'plain', 3)
  for (const partition of [0, 0, 1]) await plain.write(partition)

  const packed = await newTopic(client, 'packed', 1)
  for (const codec of Object.values(CompressionCodec)) await packed.write(0, { codec })

  const configs = { 'segment.ms': '500', 'index.interval.bytes': '0' }
  const segments = await newTopic(client, 'segments', 1, configs)
  const producerId = await newProducerId(client)
  for (let count = 0; count < SEGMENT_COUNT; count++) {
    const last = await segments.write(0, { producerId, producerEpoch: 0, baseSequence: 3 * count })
    if (count === SEGMENT_COUNT - 1) producers.push({ producerId, ...last })
  }

  const stamped = await newTopic(client, 'stamped', 1, {
    'cleanup.policy': 'compact',
    'compression.type': 'lz4',
    'message.timestamp.type': 'LogAppendTime',
    'min.insync.replicas': '1',
    'retention.ms': '86400000',
  })
  const other = await newProducerId(client)
  producers.push({
    producerId: other,
    ...(await stamped.write(0, { producerId: other, producerEpoch: 0, baseSequence: 0 })),
  })

  await createTopic(client, REMOVED, 2)
  await client.call(deleteTopics, 5, { topics: [], topicNames: [REMOVED], timeoutMs: TIMEOUT_MS })
  return {
    madeMs: MADE_MS,
    topics: [plain, packed, segments, stamped].map(({ topic }) => topic),
    removedTopics: [REMOVED],
    producers,
  }
}

using directory = temporaryDirectory()
const first = await startBroker({ directory: directory.path })
const content = await write(await connect(first.port))
await first.kill()
const torn = encodeBatch({}, recordsOf(99)).subarray(0, 100)
appendFileSync(`${directory.path}/plain-0/${'0'.repeat(20)}.log`, torn)
const killed = readFiles(directory.path)

const second = await first.restart()
const client = await connect(second.port)
for (const { name, partitions } of content.topics) {
  // A log that nobody has opened is not recovered, and the stop would not be clean.
  for (const partition of partitions.keys())
    for await (const _batch of storedBatches(client, { topic: name, partition }));
}
await second.stop()
saveFixture(version, { content, directories: { clean: readFiles(directory.path), killed } })
