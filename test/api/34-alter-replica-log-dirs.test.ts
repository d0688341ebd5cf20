import { describe, expect, test } from 'bun:test'
import { alterReplicaLogDirs } from '../../src/api/34-alter-replica-log-dirs.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const LOG_DIR = '/data'

function newWorld(): World {
  const world = new World({ settings: { 'log.dirs': LOG_DIR } })
  world.createTopic('t', 2)
  return world
}

function move(path: string, name: string, partition: number, { version = 2, world = newWorld() } = {}) {
  const dirs = [{ path, topics: [{ name, partitions: [partition] }] }]
  const { results } = world.connect().call(alterReplicaLogDirs, version, { dirs })
  expect(results.map(({ topicName }) => topicName)).toEqual([name])
  return results[0]?.partitions
}

describe('AlterReplicaLogDirs', () => {
  test.each(versionsOf(alterReplicaLogDirs))('v%i moves nothing that is there already', version => {
    const answer = move(LOG_DIR, 't', 1, { version })
    expect(answer).toEqual([{ partitionIndex: 1, errorCode: ErrorCode.NONE }])
  })

  test.each([
    ['/no/such', 't', 0, 'LOG_DIR_NOT_FOUND'],
    ['x', 'none', 0, 'LOG_DIR_NOT_FOUND'],
    [LOG_DIR, 'none', 0, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [LOG_DIR, 't', 2, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [LOG_DIR, 't', -1, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['/no/such', 'n'.repeat(214), 0, 'INVALID_TOPIC_EXCEPTION'],
    ['/no/such', 'n'.repeat(213), 0, 'LOG_DIR_NOT_FOUND'],
  ] as const)('to %s, %s-%i: %s', (path, name, partition, error) => {
    expect(move(path, name, partition)).toEqual([{ partitionIndex: partition, errorCode: ErrorCode[error] }])
  })

  test('nothing can go where nothing may come', () => {
    const world = new World({ settings: { 'log.dirs': LOG_DIR, 'cordoned.log.dirs': LOG_DIR } })
    expect(move(LOG_DIR, 't', 0, { world })?.[0]?.errorCode).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
  })

  test('a topic of which nothing is to be moved has no answer', () => {
    const still = ['t', 'none'].map(name => ({ name, partitions: [] }))
    const moved = { name: 't', partitions: [1] }
    const client = newWorld().connect()
    const resultsOf = (topics: (typeof moved)[]) =>
      client.call(alterReplicaLogDirs, 2, { dirs: [{ path: '/no/such', topics }] }).results
    expect(resultsOf(still)).toEqual([])
    expect(resultsOf([...still, moved])).toEqual([
      { topicName: 't', partitions: [{ partitionIndex: 1, errorCode: ErrorCode.LOG_DIR_NOT_FOUND }] },
    ])
  })

  test('of a partition that is sent to two directories the last one counts', () => {
    const topics = [{ name: 't', partitions: [0, 1] }]
    const dirs = [
      { path: LOG_DIR, topics },
      { path: '/no/such', topics: [{ name: 't', partitions: [1] }] },
    ]
    const { results } = newWorld().connect().call(alterReplicaLogDirs, 2, { dirs })
    expect(results).toEqual([
      {
        topicName: 't',
        partitions: [
          { partitionIndex: 0, errorCode: ErrorCode.NONE },
          { partitionIndex: 1, errorCode: ErrorCode.LOG_DIR_NOT_FOUND },
        ],
      },
    ])
  })
})
