import { describe, expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { deleteRecords } from '../../src/api/21-delete-records.ts'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { readOffsetCheckpoint } from '../../src/log/checkpoints.ts'
import { CLEAN_SHUTDOWN_MARKER, RECOVERY_POINT_CHECKPOINT } from '../../src/log/file-names.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { seed, withSeed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { batchOf, fetchOf, onlyPartition, outcomeOf, produceOf, produceTo, valuesOf, World } from '../sim/world.ts'

function valuesIn(world: World, topic: string, partition = 0): string[] {
  return valuesOf(onlyPartition(world.connect().call(fetch, 12, fetchOf(topic, { partitions: [{ partition }] }))))
}

/** Bytes read of the `.log` files of topics. */
function logBytesRead(world: World, work: () => void): number {
  const reads = world.callsDuring(work).filter(({ operation, path }) => operation === 'read' && path.endsWith('.log'))
  return reads.filter(({ path }) => !path.startsWith('__')).reduce((sum, { bytes }) => sum + bytes, 0)
}

describe('a clean stop and start', () => {
  function filled(): World {
    const world = new World()
    world.createTopic('t', 2)
    const client = world.connect()
    for (let count = 0; count < 200; count++) {
      produceTo(client, 't', {
        values: [`v${count}`.padEnd(1000)],
        producerId: 5,
        producerEpoch: 0,
        baseSequence: count,
      })
    }
    return world
  }

  test('keeps everything and scans nothing', () => {
    const world = filled()
    expect(world.disk.size(CLEAN_SHUTDOWN_MARKER)).toBeNull()
    const before = valuesIn(world, 't')
    world.broker.close()
    expect(world.disk.size(CLEAN_SHUTDOWN_MARKER)).not.toBeNull()
    expect(logBytesRead(world, () => world.crash())).toBe(0)
    expect(world.disk.size(CLEAN_SHUTDOWN_MARKER)).toBeNull()
    expect(valuesIn(world, 't')).toEqual(before)
  })

  test('opens a log by looking at its tail, not at all of it', () => {
    const world = filled()
    world.restart()
    const size = world.disk.size('t-0/00000000000000000000.log') ?? 0
    const opening = logBytesRead(world, () => produceTo(world.connect(), 't'))
    expect(size).toBeGreaterThan(200_000)
    expect(opening).toBeLessThan(20_000)
  })

  test('goes on at the same offset, with the same producers', () => {
    const world = filled()
    world.restart()
    const client = world.connect()
    const again = { values: ['again'], producerId: 5, producerEpoch: 0 }
    expect(produceTo(client, 't', { ...again, baseSequence: 199 }).baseOffset).toBe(199)
    expect(produceTo(client, 't', { ...again, baseSequence: 201 }).errorCode).toBe(45)
    expect(produceTo(client, 't', { ...again, baseSequence: 200 }).baseOffset).toBe(200)
  })

  test('opens no log that nobody asks for', () => {
    const world = filled()
    world.createTopic('unused', 50)
    world.restart()
    const calls = world.callsDuring(() => world.restart())
    expect(calls.filter(({ path }) => path.startsWith('unused-'))).toEqual([])
  })

  test('may follow one another without anything being opened', () => {
    const world = filled()
    for (let count = 0; count < 3; count++) world.restart()
    expect(valuesIn(world, 't').length).toBe(200)
  })

  test('is who it was', () => {
    const world = filled()
    const { clusterId } = world.broker
    world.restart()
    expect(world.broker.clusterId).toBe(clusterId)
  })
})

describe('a crash', () => {
  test('loses nothing that was acknowledged', () => {
    const world = new World()
    world.createTopic('t', 2)
    const client = world.connect()
    for (let count = 0; count < 20; count++) produceTo(client, 't', { values: [`v${count}`] }, count % 2)
    world.crash()
    expect(valuesIn(world, 't', 0)).toEqual(Array.from({ length: 10 }, (_, index) => `v${2 * index}`))
    expect(valuesIn(world, 't', 1)).toEqual(Array.from({ length: 10 }, (_, index) => `v${2 * index + 1}`))
  })

  test('leaves logs to be checked, until each was opened once', () => {
    const world = new World()
    world.createTopic('t', 2)
    produceTo(world.connect(), 't', { values: ['x'.repeat(10_000)] })
    world.crash()
    expect(logBytesRead(world, () => valuesIn(world, 't'))).toBeGreaterThan(20_000)
    world.restart()
    expect(world.disk.size('t-1/00000000000000000000.log')).not.toBeNull()
    for (const partition of [0, 1]) valuesIn(world, 't', partition)
    world.broker.close()
    expect(world.disk.size(CLEAN_SHUTDOWN_MARKER)).not.toBeNull()
  })

  test('is not forgotten by a clean stop after which a log is still unchecked', () => {
    const world = new World()
    world.createTopic('t', 2)
    produceTo(world.connect(), 't', {}, 1)
    world.crash()
    // What came in half: the crash left a torn tail in a log that nobody opens before the next stop.
    const file = world.disk.open('t-1/00000000000000000000.log')
    file.write([batchOf({ values: ['torn'] }).subarray(0, 50)], file.size)
    valuesIn(world, 't', 0)
    world.broker.close()
    expect(world.disk.size(CLEAN_SHUTDOWN_MARKER)).toBeNull()
    world.crash()
    expect(valuesIn(world, 't', 1)).toEqual(['v'])
    expect(produceTo(world.connect(), 't', { values: ['next'] }, 1).baseOffset).toBe(1)
  })

  test('that tears a write leaves what was there before it', () => {
    const world = new World()
    world.createTopic('t')
    const client = world.connect()
    produceTo(client, 't', { values: ['whole'] })
    const torn = batchOf({ values: ['torn'] })
    for (const length of [1, 11, 12, 60, 61, torn.length - 1]) {
      const file = world.disk.open('t-0/00000000000000000000.log')
      file.write([torn.subarray(0, length)], file.size)
      world.crash()
      expect(valuesIn(world, 't')).toEqual(['whole'])
    }
    expect(produceTo(world.connect(), 't', { values: ['next'] }).baseOffset).toBe(1)
    expect(valuesIn(world, 't')).toEqual(['whole', 'next'])
  })

  test('that spoils what was written last leaves what was there before it, and is told', () => {
    const world = new World()
    world.createTopic('t')
    for (const value of ['a', 'b', 'c']) produceTo(world.connect(), 't', { values: [value] })
    const file = world.disk.open('t-0/00000000000000000000.log')
    // The last record's value: its batch is whole, and its CRC is wrong.
    file.write([new Uint8Array(1)], file.size - 2)
    world.crash()
    expect(valuesIn(world, 't')).toEqual(['a', 'b'])
    expect(world.warnings).toEqual([expect.stringMatching(/^t-0: .*segment 0.*offset 2: \d+ bytes$/)])
    expect(produceTo(world.connect(), 't', { values: ['next'] }).baseOffset).toBe(2)
  })

  test('during the removal of a topic leaves nothing of it', () => {
    const world = new World()
    world.createTopic('t', 3)
    world.createTopic('u')
    produceTo(world.connect(), 't')
    world.disk.fault = (operation, path) => (operation === 'remove' && path.startsWith('t-1.') ? 'EIO' : null)
    world.deleteTopic('t')
    expect(world.warnings).toEqual([expect.stringContaining('t-1')])
    world.disk.fault = () => null
    world.crash()
    expect(world.disk.list('').filter(name => name.startsWith('t-'))).toEqual([])
    expect(world.disk.list('')).toContain('u-0')
    world.createTopic('t')
    expect(valuesIn(world, 't')).toEqual([])
  })

  test('at any moment of the removal of a topic lets none of its records into the next of its name', () => {
    for (let callsToLive = 0; callsToLive < 8; callsToLive++) {
      for (let others = 0; others < 6; others++) {
        const world = new World()
        world.createTopic('t', 2)
        for (const partition of [0, 1]) produceTo(world.connect(), 't', { values: ['old'] }, partition)
        // What a dying call has done is decided by dice, which these throws move on.
        for (let count = 0; count < others; count++) world.disk.partOf(1)
        world.disk.callsToLive = callsToLive
        world.connect().ask(deleteTopics, 5, { topics: [], topicNames: ['t'], timeoutMs: 1000 })
        world.disk.revive()
        world.crash()
        expect(world.disk.list('').filter(name => name.endsWith('-stray'))).toEqual([])
        if (world.broker.catalog.topicByName('t') !== null) world.deleteTopic('t')
        world.createTopic('t', 2)
        expect([valuesIn(world, 't', 0), valuesIn(world, 't', 1)]).toEqual([[], []])
        world.crash()
        expect(world.disk.list('').filter(name => name.endsWith('-delete'))).toEqual([])
      }
    }
  })

  test('at any moment keeps what was acknowledged, once and in order', () => {
    const random = new SeededRandom(seed)
    for (let trial = 0; trial < 40; trial++) withSeed(`trial ${trial}`, () => crashSomewhere(random))
  })
})

describe('what belongs to no topic that is known', () => {
  const idOf = (world: World) => world.broker.catalog.topicByName('t')?.id ?? ''
  const metadataOf = (id: string) => new TextEncoder().encode(`version: 0\ntopic_id: ${id}`)
  const strays = (world: World) => world.disk.list('').filter(name => name.endsWith('-stray'))

  function filled(): World {
    const world = new World()
    world.createTopic('t')
    produceTo(world.connect(), 't', { values: ['kept'] })
    return world
  }

  test('is kept under another name, as Kafka keeps it, and told', () => {
    const world = filled()
    const id = idOf(world)
    world.broker.close()
    world.disk.writeFile('copy-7/partition.metadata', metadataOf(id))
    // Without a name on it, and without a log, it may be anybody's.
    world.disk.writeFile('gone-1/00000000000000000000.log.gz', new Uint8Array(9))
    const log = 'copy-7/00000000000000000000.log'
    world.disk.writeFile(log, world.disk.readFile('t-0/00000000000000000000.log') ?? new Uint8Array())
    world.crash()
    const [stray = ''] = strays(world)
    expect(world.disk.list('gone-1')).toEqual(['00000000000000000000.log.gz'])
    expect(stray).toMatch(/^copy-7\.[\w-]{22}-stray$/)
    expect(world.warnings).toEqual([expect.stringContaining(stray)])
    expect(world.disk.size(log.replace('copy-7', stray))).toBeGreaterThan(0)
    expect([world.disk.list('copy-7'), valuesIn(world, 't')]).toEqual([[], ['kept']])
    world.crash()
    expect(strays(world)).toEqual([stray])
  })

  test('leaves its name to the topic that has it', () => {
    const world = filled()
    world.broker.close()
    world.disk.writeFile('t-0/partition.metadata', metadataOf('k3_f8agQSxvmZUuYEW959Q'))
    world.crash()
    expect(valuesIn(world, 't')).toEqual([])
    expect([strays(world).length, world.warnings.length]).toEqual([1, 1])
    expect(produceTo(world.connect(), 't', { values: ['new'] }).baseOffset).toBe(0)
  })

  test('is removed where it holds nothing', () => {
    const world = filled()
    world.broker.close()
    world.disk.writeFile('empty-0/partition.metadata', metadataOf(zeroUuid))
    world.disk.writeFile('empty-0/00000000000000000000.log', new Uint8Array(0))
    world.crash()
    expect([world.disk.list('empty-0'), strays(world), world.warnings]).toEqual([[], [], []])
  })

  test('is not told by a partition whose metadata file is lost: its log, and where it begins, stay', () => {
    const world = filled()
    for (const value of ['b', 'c']) produceTo(world.connect(), 't', { values: [value] })
    const partitions = [{ partitionIndex: 0, offset: 1 }]
    world.connect().call(deleteRecords, 2, { topics: [{ name: 't', partitions }], timeoutMs: 1000 })
    world.broker.close()
    world.disk.remove('t-0/partition.metadata')
    world.crash()
    const [topic, log] = [world.broker.catalog.topicByName('t'), world.disk.list('t-0')]
    expect([topic !== null, log.length > 0, strays(world)]).toEqual([true, true, []])
    const answer = world.connect().call(fetch, 12, fetchOf('t', { partitions: [{ fetchOffset: 1 }] }))
    expect(onlyPartition(answer)).toMatchObject({ errorCode: 0, logStartOffset: 1, highWatermark: 3 })
  })
})

test('a directory without a name on it goes with the topic that had it', () => {
  for (const crashes of [false, true]) {
    const world = new World()
    world.createTopic('t')
    produceTo(world.connect(), 't', { values: ['old'] })
    world.broker.close()
    world.disk.remove('t-0/partition.metadata')
    world.crash()
    // Either the broker itself removes it, or it dies as soon as that is decided.
    if (crashes) world.disk.callsToLive = 1
    world.connect().ask(deleteTopics, 5, { topics: [], topicNames: ['t'], timeoutMs: 1000 })
    world.disk.revive()
    world.crash()
    world.createTopic('t')
    expect(valuesIn(world, 't')).toEqual([])
  }
})

test('what the disk does not take is told', () => {
  const world = new World()
  world.createTopic('t')
  world.disk.fault = operation => (operation === 'write' ? 'EIO' : null)
  expect(produceTo(world.connect(), 't').errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
  expect(world.warnings).toEqual(['t-0/00000000000000000000.log: write failed'])
  world.disk.fault = operation => (operation === 'flush' ? 'EIO' : null)
  world.createTopic('u', 1, { 'segment.bytes': '1048576' })
  for (let count = 0; count < 3; count++) produceTo(world.connect(), 'u', { values: ['v'.repeat(600_000)] })
  world.disk.settle()
  expect(world.warnings.slice(1)).toContain('u-0/00000000000000000000.log: flush failed')
})

/**
 * An idempotent producer goes on through a few kill -9: in the middle of a write, or between a write and its answer. What
 * it has no answer for it sends again.
 */
function crashSomewhere(random: SeededRandom): void {
  const world = new World()
  world.createTopic('t', 2)
  const acknowledged: [string[], string[]] = [[], []]
  for (let life = 0; life < 4; life++) {
    const client = world.connect()
    const produceNext = () => {
      const partition = random.below(2)
      const known = acknowledged[partition] ?? []
      const value = `${partition}:${known.length}`
      const batch = batchOf({ values: [value], producerId: 9, producerEpoch: 0, baseSequence: known.length })
      const { answer } = client.ask(produce, 9, produceOf('t', { [partition]: batch }))
      if (answer && outcomeOf(answer).errorCode === 0) known.push(value)
    }
    for (let count = random.below(10); count > 0; count--) produceNext()
    if (random.below(2) === 0) {
      // The disk takes a part of the write, and the broker has no time to cut it off.
      world.disk.capacityBytes = world.disk.usedBytes + random.below(100)
      world.disk.fault = operation => (operation === 'truncate' ? 'EIO' : null)
    } else client.isReading = false
    produceNext()
    world.disk.capacityBytes = Number.POSITIVE_INFINITY
    world.disk.fault = () => null
    world.crash()
    for (const [partition, values] of acknowledged.entries()) {
      const found = valuesIn(world, 't', partition)
      expect(found.slice(0, values.length)).toEqual(values)
      expect(found.length).toBeLessThanOrEqual(values.length + 1)
    }
  }
}

describe('closing', () => {
  test('writes what makes the next start clean only if all could be written', () => {
    const world = new World()
    world.createTopic('t')
    produceTo(world.connect(), 't', { producerId: 1, producerEpoch: 0, baseSequence: 0 })
    world.disk.fault = (operation, path) => (operation === 'writeFile' && path.startsWith('t-0/') ? 'ENOSPC' : null)
    world.broker.close()
    world.disk.fault = () => null
    expect(world.disk.size(CLEAN_SHUTDOWN_MARKER)).toBeNull()
    world.crash()
    expect(valuesIn(world, 't')).toEqual(['v'])
  })
})

test('behind a batch whose log could not be opened, no later one of a new producer is taken', () => {
  const world = new World()
  world.createTopic('t')
  world.restart()
  const client = world.connect()
  const send = (baseSequence: number) =>
    produceTo(client, 't', { producerId: 5, producerEpoch: 0, baseSequence }).errorCode
  world.disk.fault = (_, path) => (path.startsWith('t-0/') ? 'EIO' : null)
  expect(send(0)).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
  world.disk.fault = () => null
  expect([send(1), send(0), send(1)]).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorCode.NONE, ErrorCode.NONE])
})

describe('ids of producers', () => {
  test('are never given twice, whatever way the broker stops', () => {
    const world = new World()
    const ids: number[] = []
    const request = { transactionalId: null, transactionTimeoutMs: 0, enable2Pc: false, keepPreparedTxn: false }
    for (const stop of [() => world.crash(), () => world.restart(), () => world.crash(), () => {}]) {
      const client = world.connect()
      for (let count = 0; count < 1200; count++) ids.push(client.call(initProducerId, 4, request).producerId)
      stop()
    }
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('several brokers', () => {
  test('live in one process without knowing of each other', () => {
    const [one, two] = [new World(), new World({ settings: { 'node.id': '2' } })]
    one.createTopic('t')
    two.createTopic('t')
    produceTo(one.connect(), 't', { values: ['one'] })
    const outcome = outcomeOf(two.connect().call(produce, 9, produceOf('t', { 0: batchOf({ values: ['two'] }) })))
    expect(outcome.baseOffset).toBe(0)
    expect([valuesIn(one, 't'), valuesIn(two, 't')]).toEqual([['one'], ['two']])
  })
})

test('how far a log was on the medium is not said of another one that gets its name', () => {
  const world = new World()
  const known = () => readOffsetCheckpoint(world.disk, RECOVERY_POINT_CHECKPOINT).map(({ topic }) => topic)
  for (const name of ['kept', 'deleted']) {
    world.createTopic(name)
    world.connect().call(produce, 9, produceOf(name, { 0: batchOf() }))
  }
  world.restart()
  expect(known()).toEqual(['kept', 'deleted'])
  world.deleteTopic('deleted')
  expect(known()).toEqual(['kept'])
})
