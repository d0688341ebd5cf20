/** kafka-crab-js, which is librdkafka, against the binary: it produces, and the others read what it wrote. @module */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { KafkaClient, type ProducerConfiguration } from 'kafka-crab-js'
import { type RunningBroker, startBroker } from '../binary.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { expectReadBack, readWithLibrdkafka, readWithWire } from './readers.ts'
import { createTopic, describeTopic } from './requests.ts'
import { type Sample, samples, seenInOrder } from './samples.ts'
import { connect, type WireClient } from './wire-client.ts'

const directory = temporaryDirectory()
let broker: RunningBroker
let wire: WireClient
let client: KafkaClient

beforeAll(async () => {
  broker = await startBroker({ directory: directory.path, flags: ['-o', 'num.partitions=3'] })
  wire = await connect(broker.port)
  client = new KafkaClient({ brokers: broker.address, clientId: 'crab', diagnostics: false })
})
afterAll(async () => {
  wire[Symbol.dispose]()
  await broker.stop()
  directory[Symbol.dispose]()
})

function producer(configuration: NonNullable<ProducerConfiguration['configuration']>) {
  return client.createProducer({ configuration: { 'linger.ms': '5', ...configuration } })
}

function messageOf({ key, value, headers }: Sample) {
  return { headers: { ...headers }, ...(key && { key }), ...(value ? { payload: value } : { isTombstone: true }) }
}

test.each([
  { codec: 'none', idempotent: false },
  { codec: 'gzip', idempotent: false },
  { codec: 'snappy', idempotent: false },
  { codec: 'lz4', idempotent: false },
  { codec: 'snappy', idempotent: true },
] as const)('what it writes is read back: $codec, idempotent $idempotent', async ({ codec, idempotent }) => {
  const topic = `written-${codec}-${idempotent}`
  await createTopic(wire, topic, 1)
  const writer = producer({ 'compression.codec': codec, 'enable.idempotence': String(idempotent) })
  const sent = await writer.send({ topic, messages: samples.map(messageOf) })
  expect(sent).toMatchObject(samples.map((_, offset) => ({ topic, partition: 0, offset })))
  await expectReadBack(broker, topic, seenInOrder(samples), codec)
})

test('many records over many partitions, batched and idempotent', async () => {
  const topic = 'wide'
  const count = 5000
  await createTopic(wire, topic, 50)
  const writer = producer({ 'enable.idempotence': 'true', 'compression.codec': 'snappy' })
  const messages = Array.from({ length: count }, (_, i) => ({
    key: Buffer.from(`key ${i}`),
    payload: Buffer.from(`${i}`),
  }))
  await writer.send({ topic, messages })
  const { records } = await readWithWire(broker, topic)
  expect(records.map(({ value }) => Number(value)).toSorted((a, b) => a - b)).toEqual(messages.map((_, i) => i))
  expect(new Set(records.map(({ partition }) => partition)).size).toBe(50)
  expect(await readWithLibrdkafka(broker, topic, count)).toEqual([...records])
})

test('a topic comes to be by being written to, with num.partitions', async () => {
  const topic = 'made-on-use'
  await producer({}).send({ topic, messages: [{ payload: Buffer.from('v') }] })
  expect((await describeTopic(wire, topic)).partitions).toHaveLength(3)
})

test('a consumer makes the topic that it wants, with one replica of three', async () => {
  const topic = 'made-by-consumer'
  const consumer = client.createConsumer({ groupId: 'unused', enableAutoCommit: false })
  await consumer.subscribe([
    { topic, allOffsets: { position: 'Beginning' }, createTopic: true, numPartitions: 4, replicas: 3 },
  ])
  await consumer.disconnect()
  const { partitions } = await describeTopic(wire, topic)
  expect(partitions.map(({ replicaNodes }) => replicaNodes)).toEqual([[1], [1], [1], [1]])
})

test('records that are too large are refused, and the next are taken', async () => {
  const topic = 'narrow'
  await createTopic(wire, topic, 1, { configs: { 'max.message.bytes': '1000' } })
  const writer = producer({ 'enable.idempotence': 'true' })
  const refused = writer.send({ topic, messages: [{ payload: Buffer.alloc(2000) }] })
  expect(await refused.catch(String)).toContain('MessageSizeTooLarge')
  expect(await writer.send({ topic, messages: [{ payload: Buffer.alloc(10) }] })).toMatchObject([{ offset: 0 }])
})
