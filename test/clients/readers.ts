/** Three ways to read a topic without a group: our own codec, librdkafka, and @platformatic/kafka. @module */
import { expect } from 'bun:test'
import { Consumer, type RecordsBatch } from '@platformatic/kafka'
import { KafkaClient, type Message } from 'kafka-crab-js'
import { codecOf } from '../../src/wire/records/batch.ts'
import { CODEC_NAMES, type CodecName } from '../../src/wire/records/compression/index.ts'
import { readRecords } from '../../src/wire/records/record.ts'
import type { RunningBroker } from '../binary.ts'
import { describeTopic, storedBatches } from './requests.ts'
import { type Seen, seen } from './samples.ts'
import { connect } from './wire-client.ts'

const MAX_BYTES = 50 * 1024 * 1024
const POLL_MS = 100
const DEADLINE_MS = 5000
const NO_EPOCH = -1

/** What a topic holds, in order of partitions and offsets. */
export interface Content {
  readonly records: readonly Seen[]
  /** The codecs of its batches. */
  readonly codecs: ReadonlySet<CodecName>
}

/** Reads with our own codec. */
export async function readWithWire(broker: RunningBroker, topic: string): Promise<Content> {
  using client = await connect(broker.port)
  const { partitions } = await describeTopic(client, topic)
  const records: Seen[] = []
  const codecs = new Set<CodecName>()
  for (const { partitionIndex: partition } of partitions) {
    for await (const { header, bytes } of storedBatches(client, { topic, partition })) {
      codecs.add(CODEC_NAMES[codecOf(header.attributes)] ?? 'none')
      for (const { headers, ...record } of readRecords(bytes, header, MAX_BYTES)) {
        records.push(seen({ ...record, partition, headers: headers.map(({ key, value }) => [key, value]) }))
      }
    }
  }
  return { records: inOrder(records), codecs }
}

/** Reads `count` records with librdkafka, its partitions assigned, its CRC checks on. */
export async function readWithLibrdkafka(broker: RunningBroker, topic: string, count: number): Promise<Seen[]> {
  const client = new KafkaClient({
    brokers: broker.address,
    diagnostics: false,
    configuration: { 'check.crcs': 'true' },
  })
  const consumer = client.createConsumer({ groupId: 'unused', enableAutoCommit: false })
  await consumer.subscribe([{ topic, allOffsets: { position: 'Beginning' } }])
  const messages: Message[] = []
  const deadline = performance.now() + DEADLINE_MS
  while (messages.length < count && performance.now() < deadline) {
    messages.push(...(await consumer.recvBatch(count, POLL_MS)))
  }
  await consumer.disconnect()
  return inOrder(messages.map(fromLibrdkafka))
}

function fromLibrdkafka({ partition, offset, key, payload, isTombstone, headers = {} }: Message): Seen {
  return seen({
    partition,
    offset,
    key: key ?? null,
    value: isTombstone ? null : payload,
    headers: Object.entries(headers),
  })
}

/** Reads with the Fetch of @platformatic/kafka, in sessions, as its consumer does. */
export async function readWithPlatformatic(broker: RunningBroker, topic: string): Promise<Seen[]> {
  const bootstrapBrokers = [broker.address]
  const consumer = new Consumer({ clientId: 'reader', groupId: 'unused', bootstrapBrokers, maxWaitTime: POLL_MS })
  try {
    const described = (await consumer.metadata({ topics: [topic] })).topics.get(topic)
    if (!described) throw new Error(`@platformatic/kafka knows no topic ${topic}`)
    const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? []
    const node = described.partitions[0]?.leader ?? 0
    const offsets = described.partitions.map(() => 0n)
    const records: Seen[] = []
    while (offsets.some((offset, partition) => offset < (ends[partition] ?? 0n))) {
      const partitions = offsets.map((fetchOffset, partition) => ({ ...whole, partition, fetchOffset }))
      const { responses } = await consumer.fetch({ node, topics: [{ topicId: described.id, partitions }] })
      for (const { partitionIndex, records: batches } of responses.flatMap(of => of.partitions)) {
        for (const batch of batches ?? []) {
          offsets[partitionIndex] = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n
          records.push(...fromPlatformatic(partitionIndex, batch))
        }
      }
    }
    return inOrder(records)
  } finally {
    await consumer.close()
  }
}

/** What its fetches say of each partition. */
const whole = { currentLeaderEpoch: NO_EPOCH, lastFetchedEpoch: NO_EPOCH, partitionMaxBytes: MAX_BYTES }

function fromPlatformatic(partition: number, { firstOffset, records }: RecordsBatch): Seen[] {
  return records.map(({ offsetDelta, key, value, headers }) =>
    seen({
      partition,
      offset: firstOffset + BigInt(offsetDelta),
      key,
      value,
      headers: headers.map(([name, of]) => [String(name), of]),
    }),
  )
}

function inOrder(records: Seen[]): Seen[] {
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}

/**
 * All three read the same, and there are batches of `codec`, if not all: some clients compress only what gets smaller. The
 * librdkafka in kafka-crab-js was built without zstd.
 */
export async function expectReadBack(
  broker: RunningBroker,
  topic: string,
  written: readonly Seen[],
  codec: CodecName,
): Promise<void> {
  const { records, codecs } = await readWithWire(broker, topic)
  expect(records).toEqual([...written])
  expect([...codecs]).toContain(codec)
  if (codec !== 'zstd') expect(await readWithLibrdkafka(broker, topic, written.length)).toEqual([...written])
  expect(await readWithPlatformatic(broker, topic)).toEqual([...written])
}
