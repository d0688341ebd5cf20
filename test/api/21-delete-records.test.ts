import { describe, expect, test } from 'bun:test'
import { fetch } from '../../src/api/01-fetch.ts'
import { listOffsets } from '../../src/api/02-list-offsets.ts'
import { deleteRecords } from '../../src/api/21-delete-records.ts'
import { LOG_START_CHECKPOINT } from '../../src/log/file-names.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { fetchOf, onlyPartition, produceTo, valuesOf, World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const text = new TextDecoder()

/** Two partitions with ten records in the first, one batch. */
function setUp(configs: Record<string, string> = {}): World {
  const world = new World()
  world.createTopic('t', 2, configs)
  const values = Array.from({ length: 10 }, (_, index) => `v${index}`)
  produceTo(world.connect(), 't', { values, key: 'k' })
  return world
}

/** Asks for one topic; `offsets` by partition. Gives back `[low watermark, error]` of each. */
function remove(world: World, offsets: Readonly<Record<number, number>>, { version = 2, name = 't' } = {}) {
  const partitions = Object.entries(offsets).map(([index, offset]) => ({ partitionIndex: Number(index), offset }))
  const answer = world.connect().call(deleteRecords, version, { topics: [{ name, partitions }], timeoutMs: 1000 })
  expect(answer.topics.map(topic => topic.name)).toEqual([name])
  return Object.fromEntries(
    (answer.topics[0]?.partitions ?? []).map(of => [of.partitionIndex, [of.lowWatermark, of.errorCode]]),
  )
}

function earliest(world: World, name = 't'): number | undefined {
  const partitions = [{ partitionIndex: 0, timestamp: -2 }]
  const request = { replicaId: -1, isolationLevel: 0, timeoutMs: 1000, topics: [{ name, partitions }] }
  return world.connect().call(listOffsets, 7, request).topics[0]?.partitions[0]?.offset
}

function checkpoint(world: World): string | null {
  const bytes = world.disk.readFile(LOG_START_CHECKPOINT)
  return bytes && text.decode(bytes)
}

describe('DeleteRecords', () => {
  test.each(versionsOf(deleteRecords))('v%i lets the log begin later, and never earlier', version => {
    const world = setUp()
    expect(remove(world, { 0: 0 }, { version })).toEqual({ 0: [0, 0] })
    expect(remove(world, { 0: 3 }, { version })).toEqual({ 0: [3, 0] })
    expect(remove(world, { 0: 1 }, { version })).toEqual({ 0: [3, 0] })
    expect(earliest(world)).toBe(3)
    expect(remove(world, { 0: -1, 1: -1 }, { version })).toEqual({ 0: [10, 0], 1: [0, 0] })
    expect(earliest(world)).toBe(10)
  })

  test('refuses offsets that are not in the log, and partitions that are not there', () => {
    const world = setUp()
    const out = [-1, ErrorCode.OFFSET_OUT_OF_RANGE]
    const unknown = [-1, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
    expect(remove(world, { 0: 11, 1: 1, 7: 0 })).toEqual({ 0: out, 1: out, 7: unknown })
    expect(remove(world, { 0: -2 })).toEqual({ 0: out })
    expect(remove(world, { 0: 0 }, { name: 'none' })).toEqual({ 0: unknown })
    expect(earliest(world)).toBe(0)
  })

  test('refuses topics that are compacted and never deleted', () => {
    const policy = [-1, ErrorCode.POLICY_VIOLATION]
    expect(remove(setUp({ 'cleanup.policy': 'compact' }), { 0: 3, 1: 99 })).toEqual({ 0: policy, 1: policy })
    expect(remove(setUp({ 'cleanup.policy': 'compact,delete' }), { 0: 3 })).toEqual({ 0: [3, 0] })
    expect(remove(setUp({ 'cleanup.policy': '' }), { 0: 3 })).toEqual({ 0: [3, 0] })
  })

  test('refuses internal topics', () => {
    const world = new World()
    world.createTopic('__consumer_offsets', 1)
    const unknown = [-1, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
    expect(remove(world, { 0: 0, 9: 0 }, { name: '__consumer_offsets' })).toEqual({
      0: [-1, ErrorCode.INVALID_TOPIC_EXCEPTION],
      9: unknown,
    })
  })

  test('counts the last offset of a partition that is named twice, and no topic without partitions', () => {
    const world = setUp()
    const topic = (offset: number) => ({ name: 't', partitions: [{ partitionIndex: 0, offset }] })
    const request = { topics: [topic(99), topic(4), { name: 'none', partitions: [] }], timeoutMs: 1000 }
    expect(world.connect().call(deleteRecords, 2, request).topics).toMatchObject([
      { name: 't', partitions: [{ partitionIndex: 0, lowWatermark: 4, errorCode: 0 }] },
    ])
  })

  test('is seen by those who fetch: below the start is out of range, within the batch it lies as before', () => {
    const world = setUp()
    remove(world, { 0: 3 })
    const fetched = (fetchOffset: number) =>
      onlyPartition(world.connect().call(fetch, 12, fetchOf('t', { partitions: [{ fetchOffset }] })))
    expect(fetched(2).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE)
    expect([fetched(3).logStartOffset, valuesOf(fetched(3)).length]).toEqual([3, 10])
  })

  test('is seen by those who fetch and wait', () => {
    const world = setUp()
    const partitions = [{ fetchOffset: 5 }]
    const waiting = world.connect().ask(fetch, 12, fetchOf('t', { partitions, maxWaitMs: 500, minBytes: 5000 }))
    remove(world, { 0: 8 })
    world.advance(600)
    expect(waiting.answer && onlyPartition(waiting.answer).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE)
  })

  test('comes after what was produced before it in the same connection', () => {
    const world = setUp()
    const client = world.connect()
    const asked = client.pipeline(() => {
      produceTo(world.connect(), 't', { values: ['more'] })
      const topics = [{ name: 't', partitions: [{ partitionIndex: 0, offset: -1 }] }]
      return client.ask(deleteRecords, 2, { topics, timeoutMs: 1000 })
    })
    expect(asked.answer?.topics[0]?.partitions[0]?.lowWatermark).toBe(11)
  })
})

describe('the new start', () => {
  test('is in the checkpoint before the answer, and outlives a crash and a restart', () => {
    const world = setUp()
    remove(world, { 0: 3 })
    expect(checkpoint(world)).toBe('0\n1\nt 0 3\n')
    world.crash()
    expect(earliest(world)).toBe(3)
    world.restart()
    expect([earliest(world), checkpoint(world)]).toEqual([3, '0\n1\nt 0 3\n'])
  })

  test('is not the start where the checkpoint cannot be written', () => {
    const world = setUp()
    world.disk.fault = (operation, path) => (operation === 'writeFile' && path === LOG_START_CHECKPOINT ? 'EIO' : null)
    expect(remove(world, { 0: 3, 1: 5 })).toEqual({
      0: [-1, ErrorCode.KAFKA_STORAGE_ERROR],
      1: [-1, ErrorCode.OFFSET_OUT_OF_RANGE],
    })
    world.disk.fault = () => null
    expect([earliest(world), checkpoint(world)]).toEqual([0, null])
    expect(remove(world, { 0: 3 })).toEqual({ 0: [3, 0] })
  })

  test('of many partitions is written once', () => {
    const world = new World()
    world.createTopic('t', 20)
    const client = world.connect()
    const all = Array.from({ length: 20 }, (_, index) => index)
    for (const index of all) produceTo(client, 't', {}, index)
    const calls = world.callsDuring(() => remove(world, Object.fromEntries(all.map(index => [index, 1]))))
    expect(calls.filter(({ path }) => path === LOG_START_CHECKPOINT)).toHaveLength(1)
    expect(world.callsDuring(() => remove(world, { 0: 1, 1: 0 }))).toEqual([])
  })

  test('is not that of the next topic of this name, even where nothing was forgotten in time', () => {
    const world = setUp()
    world.createTopic('other')
    produceTo(world.connect(), 'other')
    remove(world, { 0: 3 })
    remove(world, { 0: 1 }, { name: 'other' })
    world.disk.fault = (_, path) => (path === LOG_START_CHECKPOINT ? 'EIO' : null)
    world.deleteTopic('t')
    world.disk.fault = () => null
    expect(checkpoint(world)).toContain('t 0 3')
    world.createTopic('t')
    expect([earliest(world), checkpoint(world)]).toEqual([0, '0\n1\nother 0 1\n'])
    world.crash()
    expect([earliest(world), earliest(world, 'other')]).toEqual([0, 1])
  })
})
