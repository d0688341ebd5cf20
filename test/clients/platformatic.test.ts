/** @platformatic/kafka against the binary: it produces and administers, and the others read what it wrote. @module */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Admin, ConfigResourceTypes, findErrorBy, ListOffsetTimestamps, Producer } from '@platformatic/kafka'
import { type RunningBroker, startBroker } from '../binary.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { expectReadBack, readWithPlatformatic } from './readers.ts'
import { type Sample, samples, seenInOrder } from './samples.ts'

const directory = temporaryDirectory()
let broker: RunningBroker
let admin: Admin
let producer: Producer

beforeAll(async () => {
  broker = await startBroker({ directory: directory.path, flags: ['-o', 'num.partitions=3'] })
  const options = { clientId: 'platformatic', bootstrapBrokers: [broker.address] }
  admin = new Admin(options)
  producer = new Producer(options)
})
afterAll(async () => {
  await producer.close()
  await admin.close()
  await broker.stop()
  directory[Symbol.dispose]()
})

function messageOf({ key, value, headers }: Sample, topic: string) {
  return {
    topic,
    partition: 0,
    headers: new Map(Object.entries(headers).map(([name, of]) => [Buffer.from(name), of])),
    ...(key && { key }),
    ...(value && { value }),
  }
}

test.each([
  { compression: 'none', idempotent: false },
  { compression: 'gzip', idempotent: false },
  { compression: 'snappy', idempotent: false },
  { compression: 'lz4', idempotent: false },
  { compression: 'zstd', idempotent: false },
  { compression: 'zstd', idempotent: true },
] as const)(
  'what it writes is read back: $compression, idempotent $idempotent',
  async ({ compression, idempotent }) => {
    const topic = `written-${compression}-${idempotent}`
    await admin.createTopics({ topics: [topic], partitions: 1 })
    for (const [index, sample] of samples.entries()) {
      const messages = [messageOf(sample, topic)]
      const { offsets } = await producer.send({ messages, compression, idempotent, acks: -1 })
      expect(offsets).toEqual([{ topic, partition: 0, offset: BigInt(index) }])
    }
    await expectReadBack(broker, topic, seenInOrder(samples), compression)
  },
)

test('many partitions in one request', async () => {
  const topic = 'wide'
  await admin.createTopics({ topics: [topic], partitions: 50 })
  const indexes = Array.from({ length: 50 }, (_, partition) => partition)
  await producer.send({
    messages: indexes.map(partition => ({ topic, partition, value: Buffer.from(`to ${partition}`) })),
    acks: 1,
  })
  const records = await readWithPlatformatic(broker, topic)
  expect(records.map(({ partition, value }) => `${partition} ${value}`)).toEqual(indexes.map(of => `${of} to ${of}`))
})

test('topics are made with configs, described and deleted', async () => {
  const topic = 'administered'
  const configs = [{ name: 'segment.bytes', value: '2097152' }]
  const [created] = await admin.createTopics({ topics: [topic], partitions: 2, configs })
  expect(created).toMatchObject({ name: topic, partitions: 2, replicas: 1 })
  expect(created?.configuration).toMatchObject({ 'segment.bytes': '2097152', 'cleanup.policy': 'delete' })
  expect(await admin.listTopics()).toContain(topic)

  const { topics } = await admin.metadata({ topics: [topic] })
  expect(topics.get(topic)?.id).toBe(created?.id)
  const partition = { leader: 1, leaderEpoch: 0, replicas: [1], isr: [1], offlineReplicas: [] }
  expect(topics.get(topic)?.partitions).toEqual([partition, partition])

  await admin.deleteTopics({ topics: [topic] })
  expect(await admin.listTopics()).not.toContain(topic)
})

test('configs of topics and of the broker are described', async () => {
  const topic = 'configured'
  await admin.createTopics({ topics: [topic], configs: [{ name: 'segment.bytes', value: '2097152' }] })
  const described = await admin.describeConfigs({
    resources: [
      { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: ['segment.bytes'] },
      { resourceType: ConfigResourceTypes.BROKER, resourceName: '1', configurationKeys: ['num.partitions'] },
    ],
    includeSynonyms: true,
  })
  expect(described.flatMap(({ configs }) => configs.map(({ name, value }) => `${name}=${value}`))).toEqual([
    'segment.bytes=2097152',
    'num.partitions=3',
  ])
  expect(described[0]?.configs[0]?.synonyms.map(({ name }) => name)).toEqual(['segment.bytes', 'log.segment.bytes'])
})

test('offsets are listed: earliest, latest, of the greatest timestamp', async () => {
  const topic = 'dated'
  await admin.createTopics({ topics: [topic], partitions: 1 })
  const timestamps = [1_700_000_000_000n, 1_700_000_002_000n, 1_700_000_001_000n]
  const value = Buffer.from('v')
  for (const timestamp of timestamps) {
    await producer.send({ messages: [{ topic, partition: 0, value, timestamp }], acks: 1 })
  }
  const { EARLIEST, LATEST, MAX } = ListOffsetTimestamps
  const offsets = [EARLIEST, LATEST, MAX, 1_700_000_000_500n].map(async timestamp => {
    const listed = await admin.listOffsets({
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }],
    })
    return listed[0]?.partitions[0]?.offset
  })
  expect(await Promise.all(offsets)).toEqual([0n, 3n, 1n, 1n])
})

test('the cluster is described as one node', async () => {
  const { brokers, controllerId, id } = await admin.metadata({ topics: [] })
  expect([...brokers.values()]).toMatchObject([{ host: '127.0.0.1', port: broker.port }])
  expect(controllerId).toBe(1)
  expect(id).toMatch(/^[\w-]{22}$/)
})

test('a topic comes to be by being written to, with num.partitions', async () => {
  const topic = 'made-on-use'
  await producer.send({ messages: [{ topic, value: Buffer.from('v') }], autocreateTopics: true, acks: 1 })
  expect((await admin.metadata({ topics: [topic] })).topics.get(topic)?.partitionsCount).toBe(3)
})

test('more replicas than nodes: the topic has one, and is described so', async () => {
  const [created] = await admin.createTopics({ topics: ['replicated'], partitions: 1, replicas: 3 })
  expect(created?.replicas).toBe(1)
})

test('a topic that is there already is refused', async () => {
  await admin.createTopics({ topics: ['once'] })
  const error: unknown = await admin.createTopics({ topics: ['once'] }).catch((error: unknown) => error)
  expect(error instanceof Error && findErrorBy(error, 'apiId', 'TOPIC_ALREADY_EXISTS')).toBeTruthy()
})
