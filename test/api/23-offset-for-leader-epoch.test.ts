import { describe, expect, test } from 'bun:test'
import { offsetForLeaderEpoch } from '../../src/api/23-offset-for-leader-epoch.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { electAgain } from '../sim/epochs.ts'
import { produceTo, World } from '../sim/world.ts'

interface Asked {
  readonly partition?: number
  readonly leaderEpoch: number
  readonly currentLeaderEpoch?: number
}

/** Epoch 0 holds the offsets 0 to 2, epoch 1 holds none, epoch 2 holds 3 and 4. */
function setUp() {
  const world = new World()
  const topicId = world.createTopic('t', 2)
  produceTo(world.connect(), 't', { values: ['a', 'b', 'c'] })
  electAgain(world, topicId)
  electAgain(world, topicId)
  produceTo(world.connect(), 't', { values: ['d', 'e'] })
  return { world, topicId }
}

function ask(world: World, version: number, asked: Asked, topic = 't') {
  const partitions = [{ partition: 0, ...asked }]
  const answer = world.connect().call(offsetForLeaderEpoch, version, { topics: [{ topic, partitions }] })
  return answer.topics[0]?.partitions[0]
}

const none = { errorCode: 0, endOffset: -1, leaderEpoch: -1 }

describe('OffsetForLeaderEpoch', () => {
  const { world } = setUp()

  test.each([0, 1, 2, 3, 4])('version %i: where an epoch ends', version => {
    const epoch = (leaderEpoch: number) => (version >= 1 ? leaderEpoch : -1)
    const answerTo = (leaderEpoch: number) => ask(world, version, { leaderEpoch })
    expect(answerTo(0)).toMatchObject({ partition: 0, errorCode: 0, endOffset: 3, leaderEpoch: epoch(0) })
    expect(answerTo(2)).toMatchObject({ errorCode: 0, endOffset: 5, leaderEpoch: epoch(2) })
    expect(answerTo(1)).toMatchObject({ errorCode: 0, endOffset: 3, leaderEpoch: epoch(0) })
  })

  test('an epoch that is not known yet, and none, have no end', () => {
    for (const leaderEpoch of [3, -1]) expect(ask(world, 4, { leaderEpoch })).toMatchObject(none)
  })

  test('the end of the current epoch moves with the log', () => {
    const fresh = setUp().world
    produceTo(fresh.connect(), 't')
    expect(ask(fresh, 4, { leaderEpoch: 2 })?.endOffset).toBe(6)
    expect(ask(fresh, 4, { leaderEpoch: 0 })?.endOffset).toBe(3)
  })

  test('a log that was always empty knows its current epoch', () => {
    expect(ask(world, 4, { partition: 1, leaderEpoch: 0 })).toMatchObject({
      errorCode: 0,
      endOffset: 0,
      leaderEpoch: 0,
    })
  })

  test('a client with another current epoch is fenced, from version 2 on', () => {
    const codeOf = (currentLeaderEpoch: number) => ask(world, 2, { leaderEpoch: 0, currentLeaderEpoch })?.errorCode
    expect([-1, 1, 2, 3].map(codeOf)).toEqual([0, ErrorCode.FENCED_LEADER_EPOCH, 0, ErrorCode.UNKNOWN_LEADER_EPOCH])
    expect(ask(world, 2, { leaderEpoch: 0, currentLeaderEpoch: 1 })).toMatchObject({ endOffset: -1, leaderEpoch: -1 })
  })

  test('unknown topics and partitions', () => {
    const unknown = { ...none, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
    expect(ask(world, 4, { leaderEpoch: 0 }, 'none')).toMatchObject(unknown)
    for (const partition of [2, -1]) expect(ask(world, 4, { partition, leaderEpoch: 0 })).toMatchObject(unknown)
  })

  test('epochs outlive a clean stop and a crash', () => {
    const fresh = setUp().world
    fresh.restart()
    expect(ask(fresh, 4, { leaderEpoch: 0 })?.endOffset).toBe(3)
    fresh.disk.remove('t-0/leader-epoch-checkpoint')
    fresh.crash()
    expect([0, 1, 2].map(leaderEpoch => ask(fresh, 4, { leaderEpoch })?.endOffset)).toEqual([3, 3, 5])
  })
})
