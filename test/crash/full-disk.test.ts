/** A disk that is full: KAFKA_STORAGE_ERROR, nothing lost, no sequence burnt, and on it goes once there is room. @module */
import { expect, test } from 'bun:test'
import { ErrorCode } from '../../src/wire/errors.ts'
import { createTopic, newProducerId, storedBatches } from '../clients/requests.ts'
import type { WireClient } from '../clients/wire-client.ts'
import { type Batch, IN_FLIGHT_COUNT, produceBatches, sequencedBatch } from './idempotent-producer.ts'
import { canMount, memoryDisk, type SmallDisk, simulatedDisk } from './small-disk.ts'

const TOPIC = 'full'
const PARTITION = 0
const VALUE_BYTES = 200_000

const endings = ['crash', 'stop'] as const
type Ending = (typeof endings)[number]

test.each(endings)('a simulated disk is full, and then a %s', ending => fillTwice(simulatedDisk(), ending))
if (canMount()) {
  test.each(endings)('a file system is full, and then a %s', async ending => fillTwice(await memoryDisk(), ending))
}

/** Fills the disk, makes room, fills it again, ends the broker, and makes room again. */
async function fillTwice(smallDisk: SmallDisk, ending: Ending): Promise<void> {
  await using disk = smallDisk
  let client = await disk.start()
  await createTopic(client, TOPIC, 1)
  const producerId = await newProducerId(client)
  const batch = (sequence: number) => sequencedBatch(producerId, PARTITION, sequence, [VALUE_BYTES])

  const firstEnd = await produceUntilFull(client, batch, 0)
  expect(firstEnd).toBeGreaterThan(IN_FLIGHT_COUNT)
  await expectRefused(client, batch, firstEnd)
  await expectStored(client, firstEnd)

  disk.makeRoom()
  await expectTaken(client, batch, firstEnd)
  const secondEnd = await produceUntilFull(client, batch, firstEnd + IN_FLIGHT_COUNT)
  await expectStored(client, secondEnd)

  await disk[ending]()
  client = await disk.start()
  await expectStored(client, secondEnd)
  await expectRefused(client, batch, secondEnd)
  disk.makeRoom()
  await expectTaken(client, batch, secondEnd)
  await expectStored(client, secondEnd + IN_FLIGHT_COUNT)
  expect(await newProducerId(client)).toBeGreaterThan(producerId)
}

type MakeBatch = (sequence: number) => Batch

/** The sequence that did not fit. */
async function produceUntilFull(client: WireClient, batch: MakeBatch, first: number): Promise<number> {
  for (let sequence = first; ; sequence++) {
    const [outcome] = await produceBatches(client, TOPIC, [batch(sequence)])
    if (outcome?.errorCode === ErrorCode.KAFKA_STORAGE_ERROR) return sequence
    expect(outcome).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: sequence })
  }
}

/** What is said of a batch that was not taken: itself did not fit, or one before it. */
const notTaken: readonly (number | undefined)[] = [
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
]

async function expectRefused(client: WireClient, batch: MakeBatch, first: number): Promise<void> {
  const codes = (await produceInFlight(client, batch, first)).map(({ errorCode }) => errorCode)
  expect(codes[0]).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
  for (const code of codes) expect(notTaken).toContain(code)
}

async function expectTaken(client: WireClient, batch: MakeBatch, first: number): Promise<void> {
  const outcomes = await produceInFlight(client, batch, first)
  const taken = outcomes.map((_, index) => ({ errorCode: ErrorCode.NONE, baseOffset: first + index }))
  expect(outcomes).toMatchObject(taken)
}

async function produceInFlight(client: WireClient, batch: MakeBatch, first: number) {
  const requests = Array.from({ length: IN_FLIGHT_COUNT }, (_, index) => [batch(first + index)])
  const answers = await Promise.all(requests.map(batches => produceBatches(client, TOPIC, batches)))
  return answers.flat()
}

/** The partition holds the sequences below `end` in order, and no more. */
async function expectStored(client: WireClient, end: number): Promise<void> {
  const sequences: number[] = []
  for await (const { header } of storedBatches(client, { topic: TOPIC, partition: PARTITION })) {
    sequences.push(header.baseSequence)
  }
  expect(sequences).toEqual(Array.from({ length: end }, (_, sequence) => sequence))
}
