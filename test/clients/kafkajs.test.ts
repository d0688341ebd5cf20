/** kafkajs against the binary: it produces and administers, and the others read what it wrote. @module */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  type Admin,
  CompressionTypes,
  ConfigResourceTypes,
  Kafka,
  KafkaJSAggregateError,
  logLevel,
  Partitioners,
  type ProducerConfig,
} from 'kafkajs'
import { type RunningBroker, startBroker } from '../binary.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { expectReadBack, readWithWire } from './readers.ts'
import { samples, seenInOrder } from './samples.ts'

const directory = temporaryDirectory()
let broker: RunningBroker
let kafka: Kafka
let admin: Admin

beforeAll(async () => {
  broker = await startBroker({ directory: directory.path, flags: ['-o', 'num.partitions=3'] })
  kafka = new Kafka({ clientId: 'kafkajs', brokers: [broker.address], logLevel: logLevel.NOTHING })
  admin = kafka.admin()
  await admin.connect()
})
afterAll(async () => {
  await admin.disconnect()
  await broker.stop()
  directory[Symbol.dispose]()
})

async function withProducer<T>(config: ProducerConfig, use: (producer: ReturnType<Kafka['producer']>) => Promise<T>) {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, ...config })
  await producer.connect()
  try {
    return await use(producer)
  } finally {
    await producer.disconnect()
  }
}

test.each([
  { codec: 'none', compression: CompressionTypes.None, idempotent: false },
  { codec: 'gzip', compression: CompressionTypes.GZIP, idempotent: false },
  { codec: 'gzip', compression: CompressionTypes.GZIP, idempotent: true },
] as const)(
  'what it writes is read back: $codec, idempotent $idempotent',
  async ({ codec, compression, idempotent }) => {
    const topic = `written-${codec}-${idempotent}`
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
    await withProducer({ idempotent }, async producer => {
      for (const sample of samples) {
        const messages = [{ ...sample, headers: { ...sample.headers } }]
        const [sent] = await producer.send({ topic, messages, compression })
        expect(sent).toMatchObject({ partition: 0, errorCode: 0 })
      }
    })
    await expectReadBack(broker, topic, seenInOrder(samples), codec)
  },
)

test('many partitions in one request, with acks 1 and 0', async () => {
  const topic = 'wide'
  await admin.createTopics({ topics: [{ topic, numPartitions: 50 }] })
  const messages = Array.from({ length: 50 }, (_, partition) => ({ partition, value: `to ${partition}` }))
  await withProducer({}, async producer => {
    await producer.send({ topic, messages, acks: 1 })
    await producer.send({ topic, messages, acks: 0 })
    // The answer to a third one comes when the second, which has none, is done.
    await producer.send({ topic, messages: [{ partition: 0, value: 'last' }], acks: 1 })
  })
  const { records } = await readWithWire(broker, topic)
  expect(records.slice(0, 5).map(({ partition, value }) => `${partition} ${value}`)).toEqual([
    '0 to 0',
    '0 to 0',
    '0 last',
    '1 to 1',
    '1 to 1',
  ])
  expect(records).toHaveLength(101)
})

test('topics are made with configs, described and deleted', async () => {
  const topic = 'administered'
  const configEntries = [
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'max.message.bytes', value: '2048' },
  ]
  expect(await admin.createTopics({ topics: [{ topic, numPartitions: 2, configEntries }] })).toBe(true)
  expect(await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })).toBe(false)
  expect(await admin.listTopics()).toContain(topic)

  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  const partition = { partitionErrorCode: 0, leader: 1, replicas: [1], isr: [1], offlineReplicas: [] }
  expect(topics[0]?.partitions.toSorted((a, b) => a.partitionId - b.partitionId)).toEqual([
    { ...partition, partitionId: 0 },
    { ...partition, partitionId: 1 },
  ])
  const resource = {
    type: ConfigResourceTypes.TOPIC,
    name: topic,
    configNames: ['cleanup.policy', 'max.message.bytes'],
  }
  const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false })
  const values = resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue])
  expect(Object.fromEntries(values ?? [])).toEqual({ 'cleanup.policy': 'compact', 'max.message.bytes': '2048' })

  const tooBig = [{ key: 'k', value: 'v'.repeat(3000) }]
  const refused = withProducer({ retry: { retries: 0 } }, producer => producer.send({ topic, messages: tooBig }))
  expect(await refused.catch((error: unknown) => error)).toMatchObject({ type: 'MESSAGE_TOO_LARGE' })

  await admin.deleteTopics({ topics: [topic] })
  expect(await admin.listTopics()).not.toContain(topic)
})

test('offsets are listed, by timestamp too', async () => {
  const topic = 'dated'
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
  const timestamps = [1_700_000_000_000, 1_700_000_001_000, 1_700_000_002_000]
  await withProducer({}, producer =>
    producer.send({ topic, messages: timestamps.map(ms => ({ value: `${ms}`, timestamp: `${ms}` })) }),
  )
  expect(await admin.fetchTopicOffsets(topic)).toEqual([{ partition: 0, offset: '3', high: '3', low: '0' }])
  expect(await admin.fetchTopicOffsetsByTimestamp(topic, timestamps[1])).toEqual([{ partition: 0, offset: '1' }])
  expect(await admin.fetchTopicOffsetsByTimestamp(topic, timestamps[2]! + 1)).toEqual([{ partition: 0, offset: '3' }])
})

test('the cluster is described as one node', async () => {
  const { brokers, clusterId, controller } = await admin.describeCluster()
  expect(brokers).toEqual([{ nodeId: 1, host: '127.0.0.1', port: broker.port }])
  expect(controller).toBe(1)
  expect(clusterId).toMatch(/^[\w-]{22}$/)
})

test('a topic comes to be by being written to, with num.partitions', async () => {
  await withProducer({}, producer => producer.send({ topic: 'made-on-use', messages: [{ value: 'v' }] }))
  const { topics } = await admin.fetchTopicMetadata({ topics: ['made-on-use'] })
  expect(topics[0]?.partitions).toHaveLength(3)
})

test('more replicas than nodes: the topic has one', async () => {
  const topic = 'replicated'
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 3 }] })
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  expect(topics[0]?.partitions[0]?.replicas).toEqual([1])
})

test('a topic that cannot be is refused with its reason', async () => {
  const refused = admin.createTopics({ topics: [{ topic: 'no/name', numPartitions: 1 }] })
  const error: unknown = await refused.catch((error: unknown) => error)
  expect(error).toBeInstanceOf(KafkaJSAggregateError)
  expect(error).toMatchObject({ errors: [{ type: 'INVALID_TOPIC_EXCEPTION', topic: 'no/name' }] })
})
