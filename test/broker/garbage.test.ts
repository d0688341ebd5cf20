import { heapStats } from 'bun:jsc'
import { expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import type { Peer } from '../../src/broker/peer.ts'
import { CompressionCodec } from '../../src/wire/records/compression/index.ts'
import { frameOf } from '../sim/client.ts'
import { batchOf, fetchOf, produceOf, World } from '../sim/world.ts'

/** So few that what they leave is not collected while it is counted. */
const REQUEST_COUNT = 5
const WARM_UP_COUNT = 20
const RECORD_COUNT = 500
const CORRELATION_ID = 1

/** Takes what it is sent and keeps nothing of it. */
const sink: Peer = {
  name: 'sink:1',
  address: '10.0.0.1',
  endpoint: { host: 'broker.test', port: 9092 },
  roomBytes: Number.POSITIVE_INFINITY,
  send: () => 0,
  pause() {},
  resume() {},
  rest: goOn => goOn(),
  finish() {},
  close(reason) {
    throw new Error(reason)
  },
}

/** With those that nobody has collected yet. */
function objectCount(): number {
  return Object.values(heapStats().objectTypeCounts).reduce((sum, count) => sum + count, 0)
}

/** What each of these frames leaves to the collector, in objects. */
function garbageOf(world: World, frame: Uint8Array): number {
  const session = world.broker.connect(sink)
  const frames = Array.from({ length: WARM_UP_COUNT + REQUEST_COUNT }, () => frame.slice())
  for (const each of frames.splice(0, WARM_UP_COUNT)) session.receive(each)
  Bun.gc(true)
  const before = objectCount()
  for (const each of frames) session.receive(each)
  return (objectCount() - before) / REQUEST_COUNT
}

const values = Array.from({ length: RECORD_COUNT }, (_, index) => `value ${index}`)

test.each(Object.entries(CompressionCodec))('a batch leaves no garbage for each of its records: %s', (_name, codec) => {
  const garbage = [values.slice(0, 1), values].map(some => {
    const world = new World()
    world.createTopic('t')
    return garbageOf(
      world,
      frameOf(produce, 9, produceOf('t', { 0: batchOf({ values: some, codec }) }), CORRELATION_ID),
    )
  })
  const [ofOne, ofMany] = garbage
  expect(ofOne).toBeGreaterThan(1)
  expect(ofMany).toBeLessThan(ofOne! + RECORD_COUNT / 10)
})

test('a fetch leaves no garbage for each record', () => {
  const garbage = [values.slice(0, 1), values].map(some => {
    const world = new World()
    world.createTopic('t')
    garbageOf(world, frameOf(produce, 9, produceOf('t', { 0: batchOf({ values: some }) }), CORRELATION_ID))
    return garbageOf(world, frameOf(fetch, 12, fetchOf('t'), CORRELATION_ID))
  })
  const [ofOne, ofMany] = garbage
  expect(ofOne).toBeGreaterThan(1)
  expect(ofMany).toBeLessThan(ofOne! + RECORD_COUNT / 10)
})
