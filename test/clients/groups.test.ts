/** Groups as real clients make them: each takes over where another has stopped, and they share a topic. @module */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Consumer, MessagesStreamFallbackModes, MessagesStreamModes } from '@platformatic/kafka'
import { KafkaClient } from 'kafka-crab-js'
import { Kafka, logLevel } from 'kafkajs'
import { produce } from '../../src/api/00-produce.ts'
import { describeGroups } from '../../src/api/15-describe-groups.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { consumerProtocolAssignment } from '../../src/core/groups/classic/protocol.ts'
import { codecOf } from '../../src/wire/compile.ts'
import { Reader } from '../../src/wire/reader.ts'
import { encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { type RunningBroker, startBroker } from '../binary.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { committedOffsets } from './group-requests.ts'
import { createTopic } from './requests.ts'
import { connect, type WireClient } from './wire-client.ts'

const PARTITION_COUNT = 3
/** Records of a round, in each partition. */
const ROUND_COUNT = 50
const ALL = PARTITION_COUNT * ROUND_COUNT
const POLL_MS = 100
const TIMEOUT_MS = 20_000

const directory = temporaryDirectory()
let broker: RunningBroker
let wire: WireClient

beforeAll(async () => {
  broker = await startBroker({ directory: directory.path, flags: ['--http-port', 'off'] })
  wire = await connect(broker.port)
})
afterAll(async () => {
  wire[Symbol.dispose]()
  await broker.stop()
  directory[Symbol.dispose]()
})

/** Reads `count` records as a member of a group, commits them, leaves, and returns their values. */
type Consume = (topic: string, groupId: string, count: number) => Promise<string[]>

const clients: Readonly<Record<string, Consume>> = {
  async kafkajs(topic, groupId, count) {
    const kafka = new Kafka({ clientId: 'kafkajs', brokers: [broker.address], logLevel: logLevel.NOTHING })
    const consumer = kafka.consumer({ groupId })
    const { promise, resolve } = Promise.withResolvers<void>()
    const values: string[] = []
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value))
        if (values.length === count) resolve()
      },
    })
    await promise
    await consumer.disconnect()
    return values
  },

  async platformatic(topic, groupId, count) {
    const consumer = new Consumer({
      clientId: 'platformatic',
      groupId,
      bootstrapBrokers: [broker.address],
      maxWaitTime: POLL_MS,
    })
    const { COMMITTED: mode } = MessagesStreamModes
    const { EARLIEST: fallbackMode } = MessagesStreamFallbackModes
    const stream = await consumer.consume({ topics: [topic], mode, fallbackMode, autocommit: false })
    const values: string[] = []
    for await (const message of stream) {
      values.push(String(message.value))
      await message.commit()
      if (values.length === count) break
    }
    await stream.close()
    await consumer.close()
    return values
  },

  async librdkafka(topic, groupId, count) {
    const client = new KafkaClient({ brokers: broker.address, clientId: 'crab', diagnostics: false })
    const configuration = { 'auto.offset.reset': 'earliest' }
    const consumer = client.createConsumer({ groupId, enableAutoCommit: false, configuration })
    await consumer.subscribe(topic)
    const values: string[] = []
    while (values.length < count) {
      for (const message of await consumer.recvBatch(count - values.length, POLL_MS)) {
        values.push(String(message.payload))
        await consumer.commitMessage(message, 'Sync')
      }
    }
    consumer.unsubscribe()
    // It leaves its group while it is asked for more, and not when it disconnects.
    await consumer.recvBatch(1, POLL_MS)
    await consumer.disconnect()
    return values
  },
}

/** Writes a round of records whose values say where they are, and returns the values. */
async function write(topic: string, round: number): Promise<string[]> {
  const valuesOf = (partition: number) =>
    Array.from({ length: ROUND_COUNT }, (_, index) => `${partition}:${round * ROUND_COUNT + index}`)
  const partitionData = Array.from({ length: PARTITION_COUNT }, (_, index) => ({
    index,
    records: encodeBatch(
      {},
      valuesOf(index).map((value, offset) => ({ offset, timestamp: Date.now(), key: null, value: Buffer.from(value) })),
    ),
  }))
  const topicData = [{ topicId: zeroUuid, name: topic, partitionData }]
  await wire.call(produce, 9, { acks: -1, timeoutMs: 1000, topicData })
  return Array.from({ length: PARTITION_COUNT }, (_, partition) => valuesOf(partition)).flat()
}

async function expectCommitted(groupId: string, offset: number): Promise<void> {
  const offsets = (await committedOffsets(wire, groupId)).sort((a, b) => a.partition - b.partition)
  expect(offsets.map(of => of.offset)).toEqual(new Array(PARTITION_COUNT).fill(offset))
}

test.each(Object.keys(clients))(
  '%s reads in a group, commits, and reads nothing twice',
  async name => {
    const topic = `read-by-${name}`
    await createTopic(wire, topic, PARTITION_COUNT)
    for (let round = 0; round < 2; round++) {
      const written = await write(topic, round)
      const read = await clients[name]?.(topic, name, ALL)
      expect(read?.sort()).toEqual(written.sort())
      await expectCommitted(name, (round + 1) * ROUND_COUNT)
    }
  },
  TIMEOUT_MS,
)

test(
  'a group goes from client to client, and over a restart',
  async () => {
    const topic = 'handed-on'
    await createTopic(wire, topic, PARTITION_COUNT)
    let round = 0
    for (const consume of Object.values(clients)) {
      const written = await write(topic, round++)
      expect((await consume(topic, 'handed-on', ALL)).sort()).toEqual(written.sort())
    }
    wire[Symbol.dispose]()
    await broker.kill()
    broker = await broker.restart()
    wire = await connect(broker.port)
    await expectCommitted('handed-on', round * ROUND_COUNT)
  },
  TIMEOUT_MS,
)

test('members share a topic, a partition each', async () => {
  const topic = 'shared'
  await createTopic(wire, topic, PARTITION_COUNT)
  const kafka = new Kafka({ clientId: 'sharers', brokers: [broker.address], logLevel: logLevel.NOTHING })
  const consumers = Array.from({ length: PARTITION_COUNT }, () =>
    kafka.consumer({ groupId: 'sharers', heartbeatInterval: POLL_MS, maxWaitTimeInMs: POLL_MS }),
  )
  const partitionsOf = consumers.map(() => new Set<number>())
  const values: string[] = []
  const joins = consumers.map(consumer => hasJoinedAs(consumer, PARTITION_COUNT))
  await Promise.all(
    consumers.map(async (consumer, index) => {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({
        eachMessage: async ({ partition, message }) => {
          partitionsOf[index]?.add(partition)
          values.push(String(message.value))
        },
      })
    }),
  )
  await Promise.all(joins)
  const written = await write(topic, 0)
  while (values.length < ALL) await Bun.sleep(POLL_MS)
  await Promise.all(consumers.map(consumer => consumer.disconnect()))
  expect(values.sort()).toEqual(written.sort())
  expect(partitionsOf.map(partitions => partitions.size)).toEqual([1, 1, 1])
})

test(
  'members of librdkafka rebalance cooperatively',
  async () => {
    const topic = 'cooperative'
    await createTopic(wire, topic, PARTITION_COUNT)
    const client = new KafkaClient({ brokers: broker.address, clientId: 'crab', diagnostics: false })
    const configuration = { 'auto.offset.reset': 'earliest', 'partition.assignment.strategy': 'cooperative-sticky' }
    const values: string[][] = []
    let isOver = false
    const read = async () => {
      const own: string[] = []
      values.push(own)
      const consumer = client.createConsumer({ groupId: topic, enableAutoCommit: false, configuration })
      await consumer.subscribe(topic)
      while (!isOver) for (const message of await consumer.recvBatch(ALL, POLL_MS)) own.push(String(message.payload))
      await consumer.disconnect()
    }
    const first = read()
    await untilShared(topic, 1)
    const second = read()
    const { protocolData } = await untilShared(topic, 2)
    expect(protocolData).toBe('cooperative-sticky')
    const written = await write(topic, 0)
    while (values.flat().length < ALL) await Bun.sleep(POLL_MS)
    isOver = true
    await Promise.all([first, second])
    expect(values.flat().sort()).toEqual(written.sort())
    for (const own of values) expect(own.length).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)

/** Waits until so many members have partitions, each of them, and nothing is on the move. */
async function untilShared(groupId: string, memberCount: number) {
  const request = { groups: [groupId], includeAuthorizedOperations: false }
  for (;;) {
    const [group] = (await wire.call(describeGroups, 5, request)).groups
    const owners = group?.members.filter(({ memberAssignment }) => partitionsIn(memberAssignment) > 0) ?? []
    if (group?.groupState === 'Stable' && owners.length === memberCount) return group
    await Bun.sleep(POLL_MS)
  }
}

/** How many partitions an assignment has, in a consumer's own format. */
function partitionsIn(assignment: Uint8Array): number {
  if (assignment.length === 0) return 0
  const reader = new Reader(assignment)
  reader.int16()
  const { assignedPartitions } = codecOf(consumerProtocolAssignment.fields, 0, false).read(reader)
  return assignedPartitions.reduce((count, { partitions }) => count + partitions.length, 0)
}

/** Resolves when the consumer owns one partition of as many as there are members. */
function hasJoinedAs(consumer: ReturnType<Kafka['consumer']>, memberCount: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const owned = Object.values(payload.memberAssignment).flat().length
    if (owned === PARTITION_COUNT / memberCount) resolve()
  })
  return promise
}
