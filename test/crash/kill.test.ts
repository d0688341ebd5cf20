/**
 * kill -9 under load: what was acknowledged is there, once, in order, what anybody has read stays as it was, and no producer
 * id is given twice. `ROUNDS=50` kills so often.
 * @module
 */
import { afterAll, expect, test } from 'bun:test'
import { readRecords } from '../../src/wire/records/record.ts'
import { type RunningBroker, startBroker } from '../binary.ts'
import { createTopic, newProducerId, storedBatches } from '../clients/requests.ts'
import { connect, type WireClient } from '../clients/wire-client.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { seed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { IdempotentProducer, sequenceOf } from './idempotent-producer.ts'
import { TailingReader } from './tailing-reader.ts'
import { untilGone } from './until-gone.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 20)
const MAX_LIFE_MS = 600
const TOPIC = 'acknowledged'
const PARTITION_COUNT = 4
const MAX_BYTES = 10 * 1024 * 1024
/** Segments of the least size, so that crashes come between them too. */
const FLAGS = ['-o', 'log.segment.bytes=1048576']

const directory = temporaryDirectory()
afterAll(() => directory[Symbol.dispose]())
const options = { directory: directory.path, flags: FLAGS }

test(
  `kill -9, ${ROUNDS} times (SEED=${seed} repeats it)`,
  async () => {
    const random = new SeededRandom(seed)
    const producerIds = new Set<number>()
    const producer = await firstProducer(producerIds, random)
    const readers = producer.acknowledged.map((_, partition) => new TailingReader({ topic: TOPIC, partition }))
    for (let round = 0; round < ROUNDS; round++) {
      await using broker = await startBroker(options)
      using client = await connect(broker.port)
      const killed = Bun.sleep(random.below(MAX_LIFE_MS)).then(() => broker.kill())
      const taking = untilGone(broker, own => takeProducerIds(own, producerIds))
      const reading = readers.map(reader => untilGone(broker, own => reader.run(own)))
      await Promise.all([producer.run(client), taking, ...reading, killed])
    }

    await using recovered = await startBroker(options)
    using client = await connect(recovered.port)
    await producer.finish(client)
    expect(producer.acknowledged).toEqual(producer.nextSequences)
    await expectAll(producer, recovered)
    for (const reader of readers) {
      expect(reader.position).toBeGreaterThan(0)
      await reader.check(client)
    }
    expect(await recovered.stop()).toBe(0)

    await using reopened = await recovered.restart()
    await expectAll(producer, reopened)
  },
  30_000 + 1500 * ROUNDS,
)

async function firstProducer(producerIds: Set<number>, random: SeededRandom): Promise<IdempotentProducer> {
  await using broker = await startBroker(options)
  using client = await connect(broker.port)
  await createTopic(client, TOPIC, PARTITION_COUNT)
  const producerId = await newProducerId(client)
  producerIds.add(producerId)
  return new IdempotentProducer(TOPIC, producerId, PARTITION_COUNT, random)
}

/** Takes new ids, block after block. */
async function takeProducerIds(client: WireClient, taken: Set<number>): Promise<void> {
  for (;;) {
    const ids = await Promise.all(Array.from({ length: 10 }, () => newProducerId(client)))
    for (const id of ids) {
      if (taken.has(id)) throw new Error(`producer id ${id} was given twice`)
      taken.add(id)
    }
  }
}

/** Every partition holds what was acknowledged and nothing else: each offset is the sequence that was written there. */
async function expectAll({ producerId, acknowledged }: IdempotentProducer, broker: RunningBroker): Promise<void> {
  using client = await connect(broker.port)
  for (const [partition, end] of acknowledged.entries()) {
    let count = 0
    for await (const { header, bytes } of storedBatches(client, { topic: TOPIC, partition })) {
      expect(header).toMatchObject({ producerId, baseSequence: count })
      for (const { offset, value } of readRecords(bytes, header, MAX_BYTES)) {
        if (offset !== count || sequenceOf(value) !== count)
          throw new Error(`${offset} holds sequence ${sequenceOf(value)}`)
        count++
      }
    }
    expect(count).toBe(end)
    expect(count).toBeGreaterThan(0)
  }
}
