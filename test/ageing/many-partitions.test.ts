/** A thousand topics of ten partitions on 256 file handles. @module */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { createTopics } from '../../src/api/19-create-topics.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { type RunningBroker, startBroker } from '../binary.ts'
import { connect, type WireClient } from '../clients/wire-client.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { batchOf, fetchOf, partitionsOf, valuesOf } from '../sim/world.ts'

const TOPIC_COUNT = 1000
const PARTITION_COUNT = 10
/** Kafka takes ten thousand records of metadata at a time, and a topic takes eleven. */
const TOPICS_PER_REQUEST = 100
const TIMEOUT_MS = 120_000
const HANDLE_COUNT = 256
/** Resident anonymous memory, with every log open. */
const MAX_ANONYMOUS_BYTES = 256 * 1024 * 1024

const under = ['sh', '-c', `ulimit -n ${HANDLE_COUNT} && exec "$0" "$@"`]
const names = Array.from({ length: TOPIC_COUNT }, (_, number) => `topic-${number}`)
const requests = Array.from({ length: TOPIC_COUNT / TOPICS_PER_REQUEST }, (_, request) =>
  names.slice(request * TOPICS_PER_REQUEST, (request + 1) * TOPICS_PER_REQUEST),
)
const partitions = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition)

test.skipIf(process.platform === 'win32')(
  `${TOPIC_COUNT} topics of ${PARTITION_COUNT} partitions on ${HANDLE_COUNT} file handles`,
  async () => {
    using directory = temporaryDirectory()
    const options = { directory: directory.path, under }
    await using first = await startBroker(options)
    expect(handleLimit(first)).toBe(HANDLE_COUNT)
    const client = await connect(first.port)
    for (const topics of requests) await create(client, topics)
    for (const round of [0, 1]) for (const topics of requests) await write(client, topics, round)
    await expectAll(client, 2)
    state('every log open', first)
    expect(await first.stop()).toBe(0)

    await using second = await first.restart()
    state('started again', second)
    const again = await connect(second.port)
    await expectAll(again, 2)
    for (const topics of requests) await write(again, topics, 2)
    state('every log open again', second)
    await second.kill()

    await using third = await second.restart()
    await expectAll(await connect(third.port), 3)
    state('recovered after kill -9', third)
    expect(await third.stop()).toBe(0)
    for (const broker of [first, second, third]) expect(await broker.stderr).toBe('')
  },
  TIMEOUT_MS,
)

async function create(client: WireClient, topics: readonly string[]): Promise<void> {
  const { topics: created } = await client.call(createTopics, 7, {
    topics: topics.map(name => ({
      name,
      numPartitions: PARTITION_COUNT,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    })),
    timeoutMs: TIMEOUT_MS,
    validateOnly: false,
  })
  expect(created.map(({ errorCode }) => errorCode)).toEqual(topics.map(() => 0))
}

/** One record to each partition, whose value says where it belongs. */
async function write(client: WireClient, topics: readonly string[], round: number): Promise<void> {
  const { responses } = await client.call(produce, 9, {
    acks: -1,
    timeoutMs: TIMEOUT_MS,
    topicData: topics.map(name => ({
      topicId: zeroUuid,
      name,
      partitionData: partitions.map(index => ({ index, records: batchOf({ values: [valueFor(name, index, round)] }) })),
    })),
  })
  const outcomes = responses.flatMap(({ partitionResponses }) => partitionResponses)
  expect(outcomes.length).toBe(topics.length * PARTITION_COUNT)
  for (const { errorCode, baseOffset } of outcomes) expect([errorCode, baseOffset]).toEqual([0, round])
}

function valueFor(topic: string, partition: number, round: number): string {
  return `${topic} ${partition} ${round}`
}

/** Every partition holds what the rounds have written. */
async function expectAll(client: WireClient, roundCount: number): Promise<void> {
  for (const name of names) {
    const wanted = partitions.map(partition => ({ partition }))
    const answer = await client.call(fetch, 12, fetchOf(name, { partitions: wanted }))
    const found = partitionsOf(answer).map(of => [of.errorCode, of.partitionIndex, valuesOf(of)])
    const values = (partition: number) =>
      Array.from({ length: roundCount }, (_, round) => valueFor(name, partition, round))
    expect(found).toEqual(partitions.map(partition => [0, partition, values(partition)]))
  }
}

function statusOf({ pid }: RunningBroker, file: string, pattern: RegExp): number {
  return Number(pattern.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1])
}
function handleLimit(broker: RunningBroker): number {
  return process.platform === 'linux' ? statusOf(broker, 'limits', /^Max open files +(\d+)/m) : HANDLE_COUNT
}

/** Says how much memory the broker has, where the system tells. */
function state(when: string, broker: RunningBroker): void {
  if (process.platform !== 'linux') return
  const anonymous = statusOf(broker, 'status', /^RssAnon:\s+(\d+)/m) / 1024
  const resident = statusOf(broker, 'status', /^VmRSS:\s+(\d+)/m) / 1024
  console.log(`${when}: ${anonymous.toFixed(0)} MiB anonymous, ${resident.toFixed(0)} MiB resident`)
  expect(anonymous * 1024 * 1024).toBeLessThan(MAX_ANONYMOUS_BYTES)
}
