/**
 * Hostile requests to a whole broker on a simulated disk: each is answered, parked or ends its connection, and the broker goes
 * on as before.
 * @module
 */
import { expect, test } from 'bun:test'
import { fetch } from '../../src/api/01-fetch.ts'
import type { Peer } from '../../src/broker/peer.ts'
import { LENGTH_BYTES } from '../../src/wire/frame.ts'
import { readInt16, readInt32, writeInt32 } from '../../src/wire/records/integers.ts'
import { seed, withSeed } from '../seed.ts'
import { chosen, SeededRandom } from '../sim/random.ts'
import { fetchOf, onlyPartition, produceTo, valuesOf, World } from '../sim/world.ts'
import { liveBytes } from './live-bytes.ts'
import { mutantsOf } from './mutant-count.ts'
import { Mutator } from './mutation.ts'
import { goldenFrames, liveFrames } from './request-frames.ts'

const { count: mutantCount, timeoutMs } = mutantsOf('frames')
/** After so many the broker has topics enough, and another one takes its place. */
const MUTANTS_PER_WORLD = 5000
const MAX_GROWTH_BYTES = 64 * 1024 * 1024
const PRODUCE_KEY = 0
const TOPIC = 't'
const VALUES = ['a', 'b', 'c']

/** The client of one mutant: it notes what becomes of it. */
class HostileClient implements Peer {
  readonly name = 'hostile:1'
  readonly address = '10.0.0.6'
  readonly endpoint = { host: 'broker.test', port: 9092 }
  readonly roomBytes = Number.POSITIVE_INFINITY
  sentBytes = 0
  isPaused = false
  reason: string | null = null

  send(pieces: readonly Uint8Array[]): number {
    for (const piece of pieces) this.sentBytes += piece.length
    return 0
  }
  pause(): void {
    this.isPaused = true
  }
  resume(): void {
    this.isPaused = false
  }
  rest(goOn: () => void): void {
    goOn()
  }
  close(reason: string): void {
    this.reason = reason
  }
}

/** A world in which there is a topic, with the same id in each. */
function inhabited() {
  const world = new World()
  const topicId = world.createTopic(TOPIC, 2, { 'segment.ms': '1000' })
  for (const value of VALUES) produceTo(world.connect(), TOPIC, { values: [value] })
  return { world, topicId }
}

const live = liveFrames(TOPIC, inhabited().topicId)
const { served, others } = goldenFrames()

test(
  `${mutantCount} mutants of requests`,
  () => {
    const random = new SeededRandom(seed)
    const mutator = new Mutator(random)
    const before = liveBytes()
    for (let count = 0; count < mutantCount; ) {
      const { world } = inhabited()
      const end = Math.min(count + MUTANTS_PER_WORLD, mutantCount)
      for (; count < end; count++) {
        const frame = mutant(random, mutator)
        withSeed(
          () => frame.toHex(),
          () => send(world, frame),
        )
      }
      withSeed('a broker that was hurt', () => checkHealth(world))
    }
    expect(liveBytes() - before).toBeLessThan(MAX_GROWTH_BYTES)
  },
  timeoutMs,
)

/** A request with something wrong, most of them with the length that they should have. */
function mutant(random: SeededRandom, mutator: Mutator): Uint8Array {
  const kind = random.below(20)
  const frame = chosen(random, kind < 10 ? live : kind < 19 ? served : others)
  if (random.below(20) === 0) return mutator.mutate(frame)
  const bytes = mutator.mutate(frame, LENGTH_BYTES)
  if (bytes.length >= LENGTH_BYTES) writeInt32(bytes, 0, bytes.length - LENGTH_BYTES)
  return bytes
}

function send(world: World, frame: Uint8Array): void {
  const client = new HostileClient()
  const session = world.broker.connect(client)
  session.receive(frame)
  const { reason, sentBytes, isPaused } = client
  session.close()
  // Only an error of ours tells where it comes from.
  if (reason?.includes('\n')) throw new Error(`closed for ${reason}`)
  const isWhole = frame.length >= LENGTH_BYTES + 2 && readInt32(frame, 0) === frame.length - LENGTH_BYTES
  const isUnanswered = isWhole && reason === null && sentBytes === 0 && !isPaused
  if (isUnanswered && readInt16(frame, LENGTH_BYTES) !== PRODUCE_KEY) throw new Error('nothing becomes of it')
}

/** What was there is there, and another start finds the same. */
function checkHealth(world: World): void {
  const read = () => valuesOf(onlyPartition(world.connect().call(fetch, 12, fetchOf(TOPIC))))
  const values = read()
  expect(values.slice(0, VALUES.length)).toEqual(VALUES)
  world.crash()
  expect(read()).toEqual(values)
}
