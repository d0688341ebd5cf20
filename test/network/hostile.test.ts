/** What clients that mean no good cost the broker, as a process, and other clients. The README states the figures. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { metadata } from '../../src/api/03-metadata.ts'
import { type RunningBroker, startBroker } from '../binary.ts'
import { createTopic } from '../clients/requests.ts'
import { connect, type WireClient } from '../clients/wire-client.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { frameOf } from '../sim/client.ts'
import { batchOf, fetchOf, produceOf } from '../sim/world.ts'
import { anonymousMib, claim, cpuTicks, crowd, HostileClient, latenciesMs } from './hostile.ts'

const MIB = 1024 * 1024
/** What the README promises. Most of what comes above 128 MiB is garbage that is not collected yet. */
const MOST_MIB = 512
/** Two cores that others use too; alone it is about 0.1 ms, and 2 ms while a hundred connections compute all they can. */
const MEDIAN_MS = 50
const TOPIC_MIB = 24
const TIMEOUT_MS = 60_000

const directory = temporaryDirectory()
let broker: RunningBroker
let bystander: WireClient

beforeAll(async () => {
  broker = await startBroker({ directory: directory.path })
  bystander = await connect(broker.port)
  await createTopic(bystander, 'big', 1)
  const batch = batchOf({ values: ['x'.repeat(MIB - 1000)] })
  for (let count = 0; count < TOPIC_MIB; count++) await bystander.call(produce, 9, produceOf('big', { 0: batch }))
})

afterAll(async () => {
  bystander[Symbol.dispose]()
  await broker.kill()
  directory[Symbol.dispose]()
})

/** Looks at the broker for a while: nobody else notices, and it is not larger than it may be. */
async function expectNoHarm(): Promise<void> {
  let mostMib = 0
  for (let look = 0; look < 10; look++) {
    const latencies = await latenciesMs(bystander, 21)
    expect(latencies[10]).toBeLessThan(MEDIAN_MS)
    mostMib = Math.max(mostMib, anonymousMib(broker.pid))
    await Bun.sleep(50)
  }
  expect(mostMib).toBeLessThan(MOST_MIB)
}

const readAll = { maxBytes: 60 * MIB, partitions: [{ fetchOffset: 0, partitionMaxBytes: 60 * MIB }] }
const fetchAll = frameOf(fetch, 12, fetchOf('big', readAll), 1)
const allTopics = frameOf(
  metadata,
  9,
  {
    topics: null,
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  },
  1,
)

test(
  'frames that claim much and bring little cost little',
  async () => {
    const before = anonymousMib(broker.pid)
    using attack = await crowd(1000, broker.port)
    for (const client of attack.clients) client.send(claim(100 * MIB, new Uint8Array(10)))
    await expectNoHarm()
    expect(anonymousMib(broker.pid) - before).toBeLessThan(64)
  },
  TIMEOUT_MS,
)

test(
  'halves of large frames are bounded in total',
  async () => {
    using attack = await crowd(300, broker.port, { reads: true })
    const half = claim(100 * MIB, new Uint8Array(MIB))
    for (const client of attack.clients) {
      client.send(half)
      await Bun.sleep(0)
    }
    await expectNoHarm()
    const keptCount = attack.clients.filter(client => !client.isClosed).length
    expect(keptCount).toBeGreaterThan(30)
    expect(keptCount).toBeLessThan(130)
  },
  TIMEOUT_MS,
)

test(
  'answers that nobody reads are bounded in total',
  async () => {
    using attack = await crowd(200, broker.port)
    for (const client of attack.clients) client.send(fetchAll)
    // Two hundred clients who ask for 24 MiB each are served first: that is work, and no harm.
    await latenciesMs(bystander, 1)
    await expectNoHarm()
  },
  TIMEOUT_MS,
)

test(
  'requests that are sent without reading the answers wait, and others go first',
  async () => {
    using attack = await crowd(100, broker.port)
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => allTopics))
    for (const client of attack.clients) {
      client.send(many)
      await Bun.sleep(0)
    }
    await expectNoHarm()
  },
  TIMEOUT_MS,
)

test(
  'large answers that are asked for many times and not read are bounded in total',
  async () => {
    using attack = await crowd(50, broker.port)
    const many = Buffer.concat(Array.from({ length: 100 }, () => fetchAll))
    for (const client of attack.clients) {
      client.send(many)
      await Bun.sleep(0)
    }
    await latenciesMs(bystander, 1)
    await expectNoHarm()
  },
  TIMEOUT_MS,
)

test(
  'after all that the memory is given back',
  async () => {
    const end = Date.now() + 40_000
    while (anonymousMib(broker.pid) > 40 && Date.now() < end) await Bun.sleep(250)
    expect(anonymousMib(broker.pid)).toBeLessThan(40)
  },
  TIMEOUT_MS,
)

test(
  'a length that lies closes its connection, with a line a second for all of them',
  async () => {
    using directory = temporaryDirectory()
    await using fresh = await startBroker({ directory: directory.path })
    const start = Date.now()
    let count = 0
    for (; count < 300; count++) {
      using liar = await HostileClient.connect(fresh.port, { reads: true })
      liar.send(claim([-1, 0x7fff_ffff, 0, 3][count % 4] ?? 0, new Uint8Array(3)))
      await liar.closed
    }
    using other = await connect(fresh.port)
    await latenciesMs(other, 1)
    const seconds = Math.ceil((Date.now() - start) / 1000)
    await fresh.stop()
    const lines = (await fresh.stderr).trim().split('\n')
    expect(lines[0]).toMatch(/WARN 127\.0\.0\.1:\d+ closed: frame of -1 bytes/)
    expect(lines.length).toBeLessThanOrEqual(seconds + 1)
  },
  TIMEOUT_MS,
)

test(
  'a flood of connections is refused below the limit on open files, and harms nobody',
  async () => {
    using directory = temporaryDirectory()
    const under = ['sh', '-c', 'ulimit -n 256; exec "$@"', 'sh']
    await using small = await startBroker({ directory: directory.path, under })
    using other = await connect(small.port)
    using attack = await crowd(2000, small.port, { reads: true })
    await createTopic(other, 'made-meanwhile', 10)
    const latencies = await latenciesMs(other, 101)
    expect(latencies[50]).toBeLessThan(MEDIAN_MS)
    const keptCount = attack.clients.filter(client => !client.isClosed).length
    expect(keptCount).toBeGreaterThan(30)
    expect(keptCount).toBeLessThan(128)
    const before = cpuTicks(small.pid)
    await Bun.sleep(1000)
    // Who asked again and again for connections that it cannot have would take a hundred; what was garbage is collected now.
    expect(cpuTicks(small.pid) - before).toBeLessThan(25)
    attack[Symbol.dispose]()
    await Bun.sleep(100)
    using late = await connect(small.port)
    await latenciesMs(late, 1)
    await small.stop()
    expect((await small.stderr).split('\n')[0]).toMatch(/127\.0\.0\.1 refused: there are \d+ connections/)
  },
  TIMEOUT_MS,
)

test(
  'a flood of connections to REST leaves Kafka clients what they need',
  async () => {
    using directory = temporaryDirectory()
    const under = ['sh', '-c', 'ulimit -n 256; exec "$@"', 'sh']
    await using small = await startBroker({ directory: directory.path, under, flags: ['--http-port', '0'] })
    using attack = await crowd(2000, small.httpPort, { reads: true })
    using other = await connect(small.port)
    await createTopic(other, 'made-meanwhile', 10)
    expect((await latenciesMs(other, 101))[50]).toBeLessThan(MEDIAN_MS)
    expect(attack.clients.filter(client => !client.isClosed).length).toBe(8)
    const before = cpuTicks(small.pid)
    await Bun.sleep(1000)
    expect(cpuTicks(small.pid) - before).toBeLessThan(25)
    attack[Symbol.dispose]()
    await Bun.sleep(100)
    const answer = await globalThis.fetch(`http://127.0.0.1:${small.httpPort}/v1/topics`)
    expect(await answer.json()).toMatchObject([{ name: 'made-meanwhile' }])
    await small.stop()
    expect((await small.stderr).split('\n')[0]).toMatch(/a client of REST refused: there are 8/)
  },
  TIMEOUT_MS,
)

test(
  "Kafka's limits on connections hold, and connections in use outlive connections.max.idle.ms",
  async () => {
    using directory = temporaryDirectory()
    const flags = ['-o', 'max.connections=3', '-o', 'connections.max.idle.ms=1000']
    await using limited = await startBroker({ directory: directory.path, flags })
    using used = await connect(limited.port)
    using attack = await crowd(5, limited.port, { reads: true })
    await latenciesMs(used, 1)
    expect(attack.clients.filter(client => !client.isClosed).length).toBe(2)
    // Half a frame, and nothing after it, is no use of a connection.
    for (const client of attack.clients) client.send(claim(100, new Uint8Array(50)))
    const end = Date.now() + 2500
    while (Date.now() < end) {
      await latenciesMs(used, 1)
      await Bun.sleep(100)
    }
    expect(attack.clients.every(client => client.isClosed)).toBe(true)
  },
  TIMEOUT_MS,
)

test(
  'fifty connections that ask nothing cost nothing',
  async () => {
    using directory = temporaryDirectory()
    await using idle = await startBroker({ directory: directory.path })
    using _fifty = await crowd(50, idle.port)
    using other = await connect(idle.port)
    await latenciesMs(other, 1)
    // The collector still has to do with the start.
    await Bun.sleep(2000)
    const before = cpuTicks(idle.pid)
    await Bun.sleep(3000)
    expect(cpuTicks(idle.pid) - before).toBeLessThanOrEqual(1)
  },
  TIMEOUT_MS,
)
