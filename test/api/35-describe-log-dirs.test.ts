import { describe, expect, test } from 'bun:test'
import { describeLogDirs } from '../../src/api/35-describe-log-dirs.ts'
import { DiskError } from '../../src/log/disk.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { batchOf, produceTo, World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const LOG_DIR = '/data'
const BATCH_BYTES = batchOf().length

/** Topic `t` has a batch in its second partition. */
function newWorld(): World {
  const world = new World({ settings: { 'log.dirs': LOG_DIR } })
  world.createTopic('t', 2)
  produceTo(world.connect(), 't', {}, 1)
  return world
}

type Topics = readonly { readonly topic: string; readonly partitions: readonly number[] }[]

function ask(world: World, topics: Topics | null, version = 5) {
  const { results, ...answer } = world.connect().call(describeLogDirs, version, { topics })
  const [directory, ...others] = results
  if (!directory || others.length > 0) throw new Error(`${results.length} directories`)
  return { ...answer, directory }
}

/** As in 't-1: 70'. */
function sizesIn(world: World, topics: Topics | null): string[] {
  return ask(world, topics).directory.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, partitionSize }) => `${name}-${partitionIndex}: ${partitionSize}`),
  )
}

describe('DescribeLogDirs', () => {
  test.each(versionsOf(describeLogDirs))('v%i tells of the one directory', version => {
    const world = newWorld()
    world.disk.capacityBytes = 1_000_000
    const partition = { partitionIndex: 1, partitionSize: BATCH_BYTES, offsetLag: 0, isFutureKey: false }
    const { errorCode, directory } = ask(world, [{ topic: 't', partitions: [1] }], version)
    const { totalBytes, usableBytes, ...rest } = directory
    expect(errorCode).toBe(ErrorCode.NONE)
    const topics = [{ name: 't', partitions: [partition] }]
    expect(rest).toEqual({ errorCode: ErrorCode.NONE, logDir: LOG_DIR, topics, isCordoned: false })
    expect(totalBytes).toBe(version < 4 ? -1 : 1_000_000)
    expect(usableBytes).toBe(version < 4 ? -1 : world.disk.roomBytes)
  })

  test('null is about all partitions, and each counts once', () => {
    const world = newWorld()
    expect(sizesIn(world, null)).toEqual(['t-0: 0', `t-1: ${BATCH_BYTES}`])
    const twice = [
      { topic: 't', partitions: [1, 0, 1] },
      { topic: 't', partitions: [0] },
    ]
    expect(sizesIn(world, twice)).toEqual([`t-1: ${BATCH_BYTES}`, 't-0: 0'])
  })

  test.each([
    [[]],
    [[{ topic: 'none', partitions: [0] }]],
    [[{ topic: 't', partitions: [2, -1] }]],
    [[{ topic: 't', partitions: [] }]],
    [[{ topic: '__cluster_metadata', partitions: [0] }]],
  ])('there is nothing of %j', topics => expect(ask(newWorld(), topics).directory.topics).toEqual([]))

  test('a log counts that nobody has opened since the start, and all of its segments do', () => {
    const world = newWorld()
    world.createTopic('s', 1, { 'segment.bytes': '1048576' })
    for (let i = 0; i < 3; i++) produceTo(world.connect(), 's', { values: ['x'.repeat(700_000)] })
    const before = sizesIn(world, null)
    expect(before.at(-1)).toMatch(/^s-0: 21\d{5}$/)
    world.restart()
    expect(sizesIn(world, null)).toEqual(before)
  })

  test('a directory can be cordoned', () => {
    expect(ask(newWorld(), []).directory.isCordoned).toBe(false)
    const cordoned = new World({ settings: { 'log.dirs': LOG_DIR, 'cordoned.log.dirs': '*' } })
    expect(ask(cordoned, []).directory.isCordoned).toBe(true)
  })

  test('a disk that cannot be read is an error of the directory', () => {
    const world = newWorld()
    world.disk.space = () => {
      throw new DiskError('broken', 'EIO')
    }
    const { errorCode, directory } = ask(world, null)
    expect(errorCode).toBe(ErrorCode.NONE)
    expect(directory).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR, logDir: LOG_DIR, topics: [] })
  })
})
