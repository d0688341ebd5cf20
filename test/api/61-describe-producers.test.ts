import { describe, expect, test } from 'bun:test'
import { describeProducers } from '../../src/api/61-describe-producers.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { produceTo, START_MS, World } from '../sim/world.ts'

function setUp(): World {
  const world = new World()
  world.createTopic('t', 2)
  return world
}

/** The answers about partitions of one topic. */
function describeAll(world: World, name: string, ...partitionIndexes: number[]) {
  const answer = world.connect().call(describeProducers, 0, { topics: [{ name, partitionIndexes }] })
  expect(answer.topics.map(topic => topic.name)).toEqual([name])
  return answer.topics[0]?.partitions ?? []
}

describe('DescribeProducers', () => {
  test('tells of the producers of each partition', () => {
    const world = setUp()
    produceTo(world.connect(), 't', { producerId: 7, producerEpoch: 3, baseSequence: 5, values: ['a', 'b'] })
    produceTo(world.connect(), 't')
    expect(describeAll(world, 't', 0, 1)).toEqual([
      {
        partitionIndex: 0,
        errorCode: ErrorCode.NONE,
        errorMessage: null,
        activeProducers: [
          {
            producerId: 7,
            producerEpoch: 3,
            lastSequence: 6,
            lastTimestamp: START_MS + 1,
            coordinatorEpoch: -1,
            currentTxnStartOffset: -1,
          },
        ],
      },
      { partitionIndex: 1, errorCode: ErrorCode.NONE, errorMessage: null, activeProducers: [] },
    ])
  })

  test.each([
    ['t', 5, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, false],
    ['t', -1, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, false],
    ['none', 0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, true],
    ['a b', 0, ErrorCode.INVALID_TOPIC_EXCEPTION, true],
    ['', 0, ErrorCode.INVALID_TOPIC_EXCEPTION, true],
  ])('of %p, partition %i, is refused as Kafka does it', (name, partition, errorCode, hasMessage) => {
    const [refused] = describeAll(setUp(), name, partition)
    expect(refused).toMatchObject({ partitionIndex: partition, errorCode, activeProducers: [] })
    expect(refused?.errorMessage !== null).toBe(hasMessage)
  })
})
