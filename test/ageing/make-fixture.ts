/**
 * Makes a fixture of the version in package.json with the compiled broker: `bun test/ageing/make-fixture.ts groups` makes
 * `0.1.0-groups`. To be run once for every change after which directories differ, named by what they have gained.
 * @module
 */
import { appendFileSync } from 'node:fs'
import { produce } from '../../src/api/00-produce.ts'
import { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { alterClientQuotas } from '../../src/api/49-alter-client-quotas.ts'
import { describeTransactions } from '../../src/api/65-describe-transactions.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { version } from '../../src/host/version.ts'
import { type BatchOptions, encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { CompressionCodec } from '../../src/wire/records/compression/index.ts'
import type { RecordEntry } from '../../src/wire/records/record.ts'
import { startBroker } from '../binary.ts'
import { allGroups } from '../clients/group-requests.ts'
import { createTopic, fetchFrom, newProducerId, storedBatches } from '../clients/requests.ts'
import { connect, type WireClient } from '../clients/wire-client.ts'
import { temporaryDirectory } from '../host/directory.ts'
import {
  type FixtureContent,
  type FixtureProducer,
  type FixtureQuota,
  type FixtureRecord,
  type FixtureTopic,
  readFiles,
  saveFixture,
} from './fixture.ts'
import { newTopic, TIMEOUT_MS } from './log-writer.ts'
import { writeCoordinated } from './make-coordinated.ts'
import { writeLogs } from './make-logs.ts'

const MADE_MS = Date.now()
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

async function newWriter(
  client: WireClient,
  name: string,
  partitionCount: number,
  configs: Record<string, string> = {},
) {
  const { id } = await newTopic(client, name, partitionCount, configs)
  return new TopicWriter(client, name, id, configs, partitionCount)
}

async function write(client: WireClient): Promise<FixtureContent> {
  const producers: FixtureProducer[] = []
  const plain = await newWriter(client, 'plain', 3)
  for (const partition of [0, 0, 1]) await plain.write(partition)

  const packed = await newWriter(client, 'packed', 1)
  for (const codec of Object.values(CompressionCodec)) await packed.write(0, { codec })

  const configs = { 'segment.ms': '500', 'index.interval.bytes': '0' }
  const segments = await newWriter(client, 'segments', 1, configs)
  const producerId = await newProducerId(client)
  for (let count = 0; count < SEGMENT_COUNT; count++) {
    const last = await segments.write(0, { producerId, producerEpoch: 0, baseSequence: 3 * count })
    if (count === SEGMENT_COUNT - 1) producers.push({ producerId, ...last })
  }

  const stamped = await newWriter(client, 'stamped', 1, {
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
  const coordinated = await writeCoordinated(client, plain.topic.name, MADE_MS)
  return {
    ...coordinated,
    madeMs: MADE_MS,
    topics: [plain, packed, segments, stamped].map(({ topic }) => topic),
    removedTopics: [REMOVED],
    producers,
    logs: [...coordinated.logs, ...(await writeLogs(client, MADE_MS))],
    quotas: await setQuotas(client),
  }
}

async function setQuotas(client: WireClient): Promise<FixtureQuota[]> {
  const quotas = [
    { entity: [{ entityType: 'user', entityName: 'alice' }], values: [{ key: 'producer_byte_rate', value: 1024 }] },
    { entity: [{ entityType: 'client-id', entityName: null }], values: [{ key: 'request_percentage', value: 12.5 }] },
  ]
  const entries = quotas.map(({ entity, values }) => ({ entity, ops: values.map(of => ({ ...of, remove: false })) }))
  const answer = await client.call(alterClientQuotas, 1, { entries, validateOnly: false })
  for (const { errorCode, errorMessage } of answer.entries)
    if (errorCode !== 0) throw new Error(`quota: ${errorMessage}`)
  return quotas
}

/** Of fifty partitions each the metadata log would be most of the fixture. */
const flags = ['offsets.topic.num.partitions=5', 'transaction.state.log.num.partitions=5'].flatMap(of => ['-o', of])

const [, , gained] = process.argv
if (gained === undefined) throw new Error('what have directories gained?')
using directory = temporaryDirectory()
const first = await startBroker({ directory: directory.path, flags })
const content = await write(await connect(first.port))
await first.kill()
const torn = encodeBatch({}, recordsOf(99)).subarray(0, 100)
appendFileSync(`${directory.path}/plain-0/${'0'.repeat(20)}.log`, torn)
const killed = readFiles(directory.path)

const second = await first.restart()
await openEverything(await connect(second.port), content)
await second.stop()
saveFixture(`${version}-${gained}`, { content, directories: { clean: readFiles(directory.path), killed } })

/** A log that nobody has opened is not recovered, and the stop would not be clean. */
async function openEverything(client: WireClient, { topics, logs, transactions }: FixtureContent): Promise<void> {
  for (const { name, partitions } of topics) {
    for (const partition of partitions.keys())
      for await (const _batch of storedBatches(client, { topic: name, partition }));
  }
  for (const { name, startOffset } of logs)
    await fetchFrom(client, { topic: name, partition: 0 }, { offset: startOffset })
  await allGroups(client)
  const transactionalIds = transactions.map(({ transactionalId }) => transactionalId)
  await client.call(describeTransactions, 0, { transactionalIds })
}
