import { describe, expect, test } from 'bun:test'
import { listTransactions } from '../../src/api/66-list-transactions.ts'
import { TRANSACTION_STATE } from '../../src/core/catalog/topic.ts'
import { coordinatorPartition } from '../../src/core/coordinator-partition.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import {
  addPartitions,
  describeTransaction,
  endTransaction,
  findTransactionCoordinator,
  initCode,
  initProducer,
  readCommitted,
  type TransactionVersion,
  VERSIONS,
  writeIn,
} from '../sim/transactions.ts'
import { World, type WorldShape } from '../sim/world.ts'

const ID = 'x'
const PARTITIONS = 50
const directoryOf = (transactionalId: string) =>
  `${TRANSACTION_STATE}-${coordinatorPartition(transactionalId, PARTITIONS)}`
/** Longer than a start takes to load what may owe something, and than a refused marker waits. */
const SOON_MS = 2000
/** After which what could not be loaded is tried again. */
const RETRY_MS = 60_000
const TIMEOUT_MS = 30_000
/** The period in which timed out transactions are looked for. */
const SEARCH_MS = 10_000

function worldWithTopic(shape: WorldShape = {}): World {
  const world = new World(shape)
  world.createTopic('t', 2)
  return world
}

function directories(world: World): string[] {
  return world.disk.list('').filter(name => name.startsWith(TRANSACTION_STATE))
}

/** A transaction with a record in each partition. */
function begin(world: World, timeoutMs = TIMEOUT_MS) {
  const client = world.connect()
  const producer = initProducer(client, ID, timeoutMs)
  for (const partition of [0, 1]) {
    expect(writeIn(client, producer, 't', [`in ${partition}`], { partition }).errorCode).toBe(ErrorCode.NONE)
  }
  return { client, producer }
}

function stateOf(world: World): string {
  return describeTransaction(world.connect(), ID).transactionState
}

function seen(world: World): readonly string[] {
  return [0, 1].flatMap(partition => readCommitted(world.connect(), 't', partition).values)
}

/** No write below these directories is taken. */
function refuseWrites(world: World, ...prefixes: readonly string[]): void {
  world.disk.fault = (operation, path) =>
    operation === 'write' && prefixes.some(prefix => path.startsWith(prefix)) ? 'EIO' : null
}

describe('the topic of transactions', () => {
  test('is made by the first question for a coordinator, as Kafka makes it', () => {
    const world = new World()
    expect(world.broker.catalog.topicByName(TRANSACTION_STATE)).toBeNull()
    expect(findTransactionCoordinator(world.connect(), ID)).toBe(ErrorCode.NONE)
    const topic = world.broker.catalog.topicByName(TRANSACTION_STATE)
    expect(topic?.partitions.length).toBe(PARTITIONS)
    expect(Object.fromEntries(topic?.configs ?? [])).toEqual({
      'cleanup.policy': 'compact',
      'compression.type': 'uncompressed',
      'unclean.leader.election.enable': 'false',
      'segment.bytes': '104857600',
      'min.insync.replicas': '1',
    })
  })

  test('has a directory for each partition that is used, and no other', () => {
    const world = worldWithTopic()
    findTransactionCoordinator(world.connect(), ID)
    expect(directories(world)).toEqual([])
    initProducer(world.connect(), ID)
    expect(directories(world)).toEqual([directoryOf(ID)])
  })

  test('that cannot be made is no coordinator, until it can', () => {
    const world = worldWithTopic()
    const client = world.connect()
    refuseWrites(world, '')
    expect(findTransactionCoordinator(client, ID)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE)
    expect(initCode(client, ID)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE)
    world.disk.fault = () => null
    expect(initCode(client, ID)).toBe(ErrorCode.NONE)
  })

  test('can be deleted: its transactions are gone with it, and it is made anew', () => {
    const world = worldWithTopic()
    const { client, producer } = begin(world)
    world.deleteTopic(TRANSACTION_STATE)
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.NOT_COORDINATOR)
    world.advance(10 * TIMEOUT_MS)
    expect(findTransactionCoordinator(client, ID)).toBe(ErrorCode.NONE)
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
    expect(initCode(client, ID)).toBe(ErrorCode.NONE)
    expect(world.warnings).toEqual([])
  })
})

describe('a transaction', () => {
  test.each([1, 2] as const)('of version %i is seen when it is committed, and never when it is aborted', version => {
    const world = worldWithTopic()
    const client = world.connect()
    let producer = initProducer(client, ID)
    const lastOf = (committed: boolean, value: string, baseSequence: number) => {
      if (version === 1) expect(addPartitions(client, producer, 't', [0])).toEqual([ErrorCode.NONE])
      const shape = { baseSequence, version: VERSIONS[version].produce }
      expect(writeIn(client, producer, 't', [value], shape).errorCode).toBe(ErrorCode.NONE)
      expect(readCommitted(client, 't').values).not.toContain(value)
      const { errorCode, producerId, producerEpoch } = endTransaction(client, producer, committed, version)
      expect(errorCode).toBe(ErrorCode.NONE)
      if (version === 2) producer = { ...producer, producerId, producerEpoch }
    }
    lastOf(true, 'a', 0)
    lastOf(false, 'b', version === 1 ? 1 : 0)
    lastOf(true, 'c', version === 1 ? 2 : 0)
    expect(readCommitted(client, 't')).toEqual({ values: ['a', 'c'], lastStableOffset: 6, highWatermark: 6 })
    expect(stateOf(world)).toBe('CompleteCommit')
  })

  test('is complete when its end is answered', () => {
    const world = worldWithTopic()
    const { client, producer } = begin(world)
    endTransaction(client, producer, false)
    expect(describeTransaction(client, ID)).toMatchObject({ transactionState: 'CompleteAbort', topics: [] })
  })

  test('that a new producer finds open is aborted for it, in one request', () => {
    const world = worldWithTopic()
    const { client, producer } = begin(world)
    const next = initProducer(client, ID)
    expect(next.producerEpoch).toBe(producer.producerEpoch + 2)
    expect(readCommitted(client, 't')).toMatchObject({ values: [], lastStableOffset: 2 })
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.PRODUCER_FENCED)
    expect(writeIn(client, producer, 't', ['late'], { baseSequence: 1 }).errorCode).toBe(
      ErrorCode.INVALID_PRODUCER_EPOCH,
    )
  })

  test('takes another producer id when epochs are used up', () => {
    const world = worldWithTopic()
    const client = world.connect()
    const { producerId } = initProducer(client, ID)
    let last = initProducer(client, ID)
    while (last.producerId === producerId) {
      expect(last.producerEpoch).toBeLessThan(32_767)
      last = initProducer(client, ID)
    }
    expect(last.producerEpoch).toBe(0)
  })

  test('whose topic is deleted ends without it', () => {
    const world = worldWithTopic()
    world.createTopic('u')
    const { client, producer } = begin(world)
    writeIn(client, producer, 'u', ['gone'])
    world.deleteTopic('u')
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.NONE)
    expect(stateOf(world)).toBe('CompleteCommit')
    expect(seen(world)).toEqual(['in 0', 'in 1'])
  })

  test('is one of those that are listed, from all partitions', () => {
    const world = worldWithTopic()
    const client = world.connect()
    const ids = ['a', 'b', 'c']
    for (const id of ids) initProducer(client, id)
    const request = { stateFilters: [], producerIdFilters: [] }
    const { transactionStates } = client.call(listTransactions, 1, request)
    expect(transactionStates.map(({ transactionalId }) => transactionalId).sort()).toEqual(ids)
  })
})

describe('a transaction that goes on for too long', () => {
  test('is aborted, and its producer fenced', () => {
    const world = worldWithTopic()
    const { client, producer } = begin(world)
    world.advance(TIMEOUT_MS)
    expect(stateOf(world)).toBe('Ongoing')
    world.advance(SEARCH_MS)
    expect(stateOf(world)).toBe('CompleteAbort')
    expect(readCommitted(client, 't')).toMatchObject({ values: [], lastStableOffset: 2 })
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.INVALID_TXN_STATE)
    expect(writeIn(client, producer, 't', ['late'], { baseSequence: 1 }).errorCode).toBe(
      ErrorCode.INVALID_PRODUCER_EPOCH,
    )
  })

  test('is aborted after a restart that nobody asks anything of it', () => {
    const world = worldWithTopic()
    begin(world)
    world.crash()
    world.advance(TIMEOUT_MS + SEARCH_MS + SOON_MS)
    expect(readCommitted(world.connect(), 't')).toMatchObject({ values: [], lastStableOffset: 2 })
  })
})

describe('a disk that refuses', () => {
  test('the outcome: the transaction goes on, and can be ended when the disk can', () => {
    const world = worldWithTopic()
    const { client, producer } = begin(world)
    refuseWrites(world, TRANSACTION_STATE)
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.NOT_COORDINATOR)
    expect(stateOf(world)).toBe('Ongoing')
    world.disk.fault = () => null
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.NONE)
    expect(seen(world)).toEqual(['in 0', 'in 1'])
  })

  test('a marker: it is written when the disk can, and others wait for it', () => {
    const world = worldWithTopic()
    const { client, producer } = begin(world)
    refuseWrites(world, 't-1')
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.NONE)
    expect(describeTransaction(client, ID)).toMatchObject({
      transactionState: 'PrepareCommit',
      topics: [{ topic: 't', partitions: [1] }],
    })
    expect(seen(world)).toEqual(['in 0'])
    expect(initCode(client, ID)).toBe(ErrorCode.CONCURRENT_TRANSACTIONS)
    world.disk.fault = () => null
    world.advance(SOON_MS)
    expect(stateOf(world)).toBe('CompleteCommit')
    expect(seen(world)).toEqual(['in 0', 'in 1'])
    expect([0, 1].map(partition => readCommitted(client, 't', partition).highWatermark)).toEqual([2, 2])
  })

  test('the completion: it is written when the disk can, and no marker twice', () => {
    const world = worldWithTopic()
    const { client, producer } = begin(world)
    let writes = 0
    world.disk.fault = (operation, path) =>
      operation === 'write' && path.startsWith(TRANSACTION_STATE) && ++writes > 1 ? 'EIO' : null
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.NONE)
    expect(stateOf(world)).toBe('PrepareCommit')
    world.disk.fault = () => null
    world.advance(SOON_MS)
    expect(stateOf(world)).toBe('CompleteCommit')
    expect([0, 1].map(partition => readCommitted(client, 't', partition).highWatermark)).toEqual([2, 2])
  })
})

describe('a restart', () => {
  test.each([
    ['a clean stop', (world: World) => world.restart()],
    ['a crash', (world: World) => world.crash()],
  ])('after %s: a transaction goes on where it was', (_, stop) => {
    const world = worldWithTopic()
    const { producer } = begin(world)
    stop(world)
    const client = world.connect()
    expect(stateOf(world)).toBe('Ongoing')
    expect(writeIn(client, producer, 't', ['more'], { baseSequence: 1 }).errorCode).toBe(ErrorCode.NONE)
    expect(endTransaction(client, producer, true).errorCode).toBe(ErrorCode.NONE)
    expect(seen(world)).toEqual(['in 0', 'more', 'in 1'])
  })

  test('writes the markers that are owed, though nobody asks', () => {
    const world = worldWithTopic()
    const { client, producer } = begin(world)
    refuseWrites(world, 't-')
    endTransaction(client, producer, true)
    world.crash()
    world.disk.fault = () => null
    world.advance(SOON_MS)
    expect(seen(world)).toEqual(['in 0', 'in 1'])
    expect(stateOf(world)).toBe('CompleteCommit')
  })

  test('writes them as soon as it can read what is owed', () => {
    const world = worldWithTopic()
    const { client, producer } = begin(world)
    refuseWrites(world, 't-')
    endTransaction(client, producer, true)
    world.crash()
    world.disk.fault = (operation, path) => (operation === 'open' && path.startsWith(TRANSACTION_STATE) ? 'EIO' : null)
    world.advance(SOON_MS)
    world.disk.fault = () => null
    expect(seen(world)).toEqual([])
    world.advance(RETRY_MS)
    expect(seen(world)).toEqual(['in 0', 'in 1'])
  })

  test('reads nothing of transactions at first', () => {
    const world = worldWithTopic()
    begin(world)
    const calls = world.callsDuring(() => world.crash())
    expect(calls.filter(({ path }) => path.startsWith(TRANSACTION_STATE))).toEqual([])
  })

  test.each([
    [1, true],
    [1, false],
    [2, true],
    [2, false],
  ] as const)(
    'after a kill at any write of the end of version %i, commit %p: all of it, or nothing yet',
    (version, committed) => {
      const ends = new Set<string>()
      for (let callsToLive = 0; ; callsToLive++) {
        const { world, isKilled } = killInEnd(version, committed, callsToLive)
        world.advance(SOON_MS)
        const state = stateOf(world)
        ends.add(state)
        if (state === 'Ongoing') world.advance(TIMEOUT_MS + SEARCH_MS)
        expect(seen(world)).toEqual(state === 'CompleteCommit' ? ['in 0', 'in 1'] : [])
        for (const partition of [0, 1]) {
          const { lastStableOffset, highWatermark } = readCommitted(world.connect(), 't', partition)
          expect(lastStableOffset).toBe(highWatermark)
        }
        if (!isKilled) break
      }
      expect([...ends].sort()).toEqual([committed ? 'CompleteCommit' : 'CompleteAbort', 'Ongoing'])
    },
  )
})

/** Ends a transaction; the program dies at one of the disk's calls, and is started again. */
function killInEnd(version: TransactionVersion, committed: boolean, callsToLive: number) {
  const world = worldWithTopic()
  const { client, producer } = begin(world)
  world.disk.callsToLive = callsToLive
  let isKilled = false
  try {
    endTransaction(client, producer, committed, version)
  } catch (error) {
    if (!world.disk.isDead) throw error
    isKilled = true
  }
  world.disk.revive()
  world.crash()
  return { world, isKilled }
}
