/**
 * kill -9 under applications that consume, transform and produce in transactions: each value comes out once, in order, and
 * none of an aborted transaction. `ROUNDS=50` kills so often.
 * @module
 */
import { afterAll, expect, test } from 'bun:test'
import { Kafka, logLevel } from 'kafkajs'
import { encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { type RunningBroker, startBroker } from '../binary.ts'
import { createTopic } from '../clients/requests.ts'
import { connect } from '../clients/wire-client.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { seed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { CommittedReader } from './committed-reader.ts'
import { produceBatches } from './idempotent-producer.ts'
import { Mover } from './mover.ts'
import { untilGone } from './until-gone.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 10)
/** What a broker lives for: at most so many transactions of all movers, and a part of the next ones. */
const MAX_TRANSACTIONS = 60
const MAX_LATER_MS = 10
const MAX_LIFE_MS = 5000
const PARTITIONS = [0, 1, 2]
const FROM = 'numbers'
const TO = 'moved'
/** What is fed to each partition in each round. */
const FEED_COUNT = 500

const directory = temporaryDirectory()
afterAll(() => directory[Symbol.dispose]())
/** A group does not wait for more members. */
const options = { directory: directory.path, flags: ['-o', 'group.initial.rebalance.delay.ms=0'] }

test(
  `kill -9 under transactions, ${ROUNDS} times (SEED=${seed} repeats it)`,
  async () => {
    const random = new SeededRandom(seed)
    const movers = PARTITIONS.map(partition => new Mover({ from: FROM, to: TO, partition, groupId: 'movers' }, random))
    const readers = newReaders()
    await makeTopics()
    for (let round = 0; round < ROUNDS; round++) {
      await using broker = await startBroker(options)
      await feed(broker, round * FEED_COUNT)
      let isKilled = false
      const killed = lifeUnder(movers, random).then(() => {
        isKilled = true
        return broker.kill()
      })
      const onlyKilled = (error: unknown) => {
        if (!isKilled) throw error
      }
      const moving = movers.map(mover => mover.run(broker).catch(onlyKilled))
      const reading = readers.map(reader => untilGone(broker, client => reader.run(client)))
      await Promise.all([...moving, ...reading, killed])
    }

    const end = ROUNDS * FEED_COUNT
    await using recovered = await startBroker(options)
    await Promise.all(movers.map(mover => mover.run(recovered, end)))
    for (const { counts } of movers) {
      expect(counts.committed).toBeGreaterThan(0)
      expect(counts.aborted).toBeGreaterThan(0)
    }
    await expectAll(recovered, readers, end)
    await expectAll(recovered, newReaders(), end)
    expect(await readWithKafkajs(recovered, end)).toEqual(PARTITIONS.map(() => numbersFrom(0, end)))
    expect(await recovered.stop()).toBe(0)

    await using reopened = await recovered.restart()
    await expectAll(reopened, newReaders(), end)
  },
  60_000 + 6000 * ROUNDS,
)

function newReaders(): CommittedReader[] {
  return PARTITIONS.map(partition => new CommittedReader({ topic: TO, partition }))
}

async function makeTopics(): Promise<void> {
  await using broker = await startBroker(options)
  using client = await connect(broker.port)
  for (const topic of [FROM, TO]) await createTopic(client, topic, PARTITIONS.length)
}

/** Some transactions; or a while, where clients are slow to begin. */
async function lifeUnder(movers: readonly Mover[], random: SeededRandom): Promise<void> {
  const count = () => movers.reduce((sum, { counts }) => sum + counts.committed + counts.aborted, 0)
  const lastCount = count() + random.below(MAX_TRANSACTIONS)
  const deadline = performance.now() + MAX_LIFE_MS
  while (count() < lastCount && performance.now() < deadline) await Bun.sleep(1)
  await Bun.sleep(random.below(MAX_LATER_MS))
}

/** Writes the numbers from `start` on to each partition of `FROM`. */
async function feed(broker: RunningBroker, start: number): Promise<void> {
  using client = await connect(broker.port)
  const timestamp = Date.now()
  const values = numbersFrom(start, start + FEED_COUNT).map(text => Buffer.from(text))
  const records = values.map((value, offset) => ({ offset, timestamp, key: null, value }))
  const batch = { baseSequence: -1, recordCount: FEED_COUNT, bytes: encodeBatch({}, records) }
  const outcomes = await produceBatches(
    client,
    FROM,
    PARTITIONS.map(partition => ({ partition, ...batch })),
  )
  expect(outcomes).toMatchObject(PARTITIONS.map(() => ({ errorCode: 0, baseOffset: start })))
}

function numbersFrom(start: number, end: number): string[] {
  return Array.from({ length: end - start }, (_, index) => String(start + index))
}

async function expectAll(broker: RunningBroker, readers: readonly CommittedReader[], end: number): Promise<void> {
  using client = await connect(broker.port)
  for (const reader of readers) {
    await reader.run(client, end)
    expect(reader.count).toBe(end)
  }
}

/** The values of each partition, as a group of one member gets them. */
async function readWithKafkajs({ address }: RunningBroker, end: number): Promise<string[][]> {
  const consumer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).consumer({ groupId: 'judge' })
  const values: string[][] = PARTITIONS.map(() => [])
  await consumer.connect()
  await consumer.subscribe({ topic: TO, fromBeginning: true })
  await new Promise<void>(done => {
    let missing = end * PARTITIONS.length
    const eachBatch = async ({ batch }: { batch: { partition: number; messages: { value: Buffer | null }[] } }) => {
      values[batch.partition]?.push(...batch.messages.map(({ value }) => String(value)))
      missing -= batch.messages.length
      if (missing <= 0) done()
    }
    void consumer.run({ eachBatch })
  })
  await consumer.disconnect()
  return values
}
