/**
 * Hostile requests to a whole broker on a simulated disk: each is answered, parked or ends its connection, and the broker goes
 * on as before.
 * @module
 */
import { expect, test } from 'bun:test'
import { fetch } from '../../src/api/01-fetch.ts'
import { offsetFetch } from '../../src/api/09-offset-fetch.ts'
import { LENGTH_BYTES } from '../../src/wire/frame.ts'
import { readInt16, readInt32, writeInt32 } from '../../src/wire/records/integers.ts'
import { offsetFetchOf } from '../clients/coordinator-requests.ts'
import { seed, withSeed } from '../seed.ts'
import type { SimClient } from '../sim/client.ts'
import { commit, joinAlone } from '../sim/groups.ts'
import { chosen, SeededRandom } from '../sim/random.ts'
import { describeTransaction, initProducer, writeIn } from '../sim/transactions.ts'
import { fetchOf, onlyPartition, produceTo, valuesOf, World } from '../sim/world.ts'
import { coordinatorFrames } from './coordinator-frames.ts'
import { HostileClient } from './hostile-client.ts'
import { liveBytes } from './live-bytes.ts'
import { mutantsOf } from './mutant-count.ts'
import { Mutator } from './mutation.ts'
import { goldenFrames, liveFrames } from './request-frames.ts'

const { count: mutantCount, timeoutMs } = mutantsOf('frames')
/** After so many the broker has topics enough, its members have left and its transactions ended: another takes its place. */
const MUTANTS_PER_WORLD = 1000
const MAX_GROWTH_BYTES = 64 * 1024 * 1024
const PRODUCE_KEY = 0
const TOPIC = 't'
const VALUES = ['a', 'b', 'c']
/** Several of each: what one mutant has ended the next may still find. */
const GROUPS = ['g0', 'g1', 'g2', 'g3']
const TRANSACTIONS = ['x0', 'x1', 'x2', 'x3']

/** A world in which there is a topic, groups and transactions, with the same ids in each. */
function inhabited() {
  const world = new World()
  const topicId = world.createTopic(TOPIC, 2, { 'segment.ms': '1000' })
  const client = world.connect()
  for (const value of VALUES) produceTo(client, TOPIC, { values: [value] })
  const members = GROUPS.map(groupId => {
    const member = joinAlone(client, groupId)
    commit(client, groupId, [1], member)
    return member
  })
  const producers = TRANSACTIONS.map(transactionalId => {
    const producer = initProducer(client, transactionalId)
    writeIn(client, producer, TOPIC, ['open'], { partition: 1 })
    return producer
  })
  return { world, topicId, members, producers }
}

const { topicId, members, producers } = inhabited()
const live = [...liveFrames(TOPIC, topicId), ...coordinatorFrames(TOPIC, members, producers)]
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

function offsetsOf(client: SimClient, groupId: string): string[] {
  const { groups } = client.call(offsetFetch, 9, offsetFetchOf(groupId, null, false))
  return groups.flatMap(({ topics }) =>
    topics.flatMap(({ name, partitions }) => partitions.map(of => JSON.stringify([groupId, name, of]))),
  )
}

/** What was there is there, and another start finds the same. */
function checkHealth(world: World): void {
  const read = () => {
    const client = world.connect()
    return {
      values: valuesOf(onlyPartition(client.call(fetch, 12, fetchOf(TOPIC)))),
      offsets: GROUPS.flatMap(groupId => offsetsOf(client, groupId)).sort(),
      transactions: TRANSACTIONS.map(transactionalId => describeTransaction(client, transactionalId)),
    }
  }
  const found = read()
  expect(found.values.slice(0, VALUES.length)).toEqual(VALUES)
  world.crash()
  expect(read()).toEqual(found)
}
