/** Clients that send their last and say so at once: what they have sent counts. @module */
import { expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { LENGTH_BYTES } from '../../src/wire/frame.ts'
import { readInt32 } from '../../src/wire/records/integers.ts'
import { startBroker } from '../binary.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { frameOf } from '../sim/client.ts'
import { batchOf, fetchOf, produceOf } from '../sim/world.ts'
import { createTopic, fetchFrom } from './requests.ts'
import { connect, type WireClient } from './wire-client.ts'

const COUNT = 2000

async function brokerWithTopic() {
  const directory = temporaryDirectory()
  const broker = await startBroker({ directory: directory.path })
  const client = await connect(broker.port)
  await createTopic(client, 't', 1)
  return {
    broker,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]()
      await broker.kill()
      directory[Symbol.dispose]()
    },
  }
}

/** Sends `frames` and the end of the stream. Returns what has come back when the broker has ended its half, too. */
async function lastWords(port: number, frames: readonly Uint8Array[], { reads }: { reads: boolean }): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  const closed = Promise.withResolvers<void>()
  let unsent = Buffer.concat(frames)
  const sendOn = (socket: Bun.Socket<undefined>) => {
    unsent = unsent.subarray(Math.max(socket.write(unsent), 0))
    if (unsent.length > 0) return
    if (reads) socket.shutdown()
    else socket.end()
  }
  await Bun.connect<undefined>({
    hostname: '127.0.0.1',
    port,
    data: undefined,
    allowHalfOpen: true,
    socket: {
      open: sendOn,
      drain: sendOn,
      data: (_socket, chunk) => void chunks.push(chunk),
      end: socket => void socket.end(),
      close: () => closed.resolve(),
    },
  })
  await closed.promise
  return Buffer.concat(chunks)
}

/** Sends `frames`, and resets the connection. */
async function reset(port: number, frames: readonly Uint8Array[]): Promise<void> {
  const bytes = Buffer.concat(frames)
  const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } })
  expect(socket.write(bytes)).toBe(bytes.length)
  socket.terminate()
}

function produceFrames(acks: number, count = COUNT): Uint8Array[] {
  const records = batchOf({ values: ['x'.repeat(200)] })
  return Array.from({ length: count }, (_, id) => frameOf(produce, 9, { ...produceOf('t', { 0: records }), acks }, id))
}

/** Where the log ends, once `count` records are there, or two seconds later: nobody says when they are. */
async function endOnceThere(client: WireClient, count: number): Promise<number> {
  const end = async () => (await fetchFrom(client, { topic: 't', partition: 0 }, { offset: 0 })).highWatermark
  for (let tries = 0; tries < 100 && (await end()) < count; tries++) await Bun.sleep(20)
  return end()
}

function frameCount(bytes: Uint8Array): number {
  let count = 0
  for (let position = 0; position < bytes.length; count++) position += LENGTH_BYTES + readInt32(bytes, position)
  return count
}

test('of a producer that waits for no answer and closes, nothing is lost', async () => {
  await using world = await brokerWithTopic()
  await lastWords(world.broker.port, produceFrames(0), { reads: false })
  expect(await endOnceThere(world.client, COUNT)).toBe(COUNT)
})

test('of one that waits for no answer and resets the connection, nothing is lost that came', async () => {
  await using world = await brokerWithTopic()
  const [resets, count] = [20, 300]
  for (let i = 0; i < resets; i++) await reset(world.broker.port, produceFrames(0, count))
  expect(await endOnceThere(world.client, resets * count)).toBe(resets * count)
})

test('of one that closes its half of the connection every request is answered', async () => {
  await using world = await brokerWithTopic()
  const answers = await lastWords(world.broker.port, produceFrames(1), { reads: true })
  expect(frameCount(answers)).toBe(COUNT)
})

test('of one that closes its half while it waits the wait is answered', async () => {
  await using world = await brokerWithTopic()
  const frame = frameOf(fetch, 12, fetchOf('t', { maxWaitMs: 300, minBytes: 1 }), 1)
  const startedAt = performance.now()
  const answers = await lastWords(world.broker.port, [frame], { reads: true })
  expect(frameCount(answers)).toBe(1)
  expect(performance.now() - startedAt).toBeGreaterThan(250)
})
