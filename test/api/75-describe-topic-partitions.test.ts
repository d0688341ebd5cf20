import { describe, expect, test } from 'bun:test'
import door, { describeTopicPartitions } from '../../src/api/75-describe-topic-partitions.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask } from './ask.ts'

const fixture = new CatalogFixture()
fixture.create({ name: 'c' }, { name: 'a', numPartitions: 3 }, { name: 'b', numPartitions: 2 })

type Cursor = readonly [topicName: string, partitionIndex: number]

/** Each topic with its error or its partitions, then the cursor. */
function page(names: readonly string[], responsePartitionLimit: number, cursor: Cursor | null = null) {
  const answer = ask(door, describeTopicPartitions, fixture, 0, {
    topics: names.map(name => ({ name })),
    responsePartitionLimit,
    cursor: cursor && { topicName: cursor[0], partitionIndex: cursor[1] },
  })
  const { nextCursor: next } = answer
  const topics = answer.topics.map(({ name, errorCode, partitions }) =>
    errorCode === 0
      ? `${name} ${partitions.map(({ partitionIndex }) => partitionIndex)}`
      : `${name} error ${errorCode}`,
  )
  return next ? [...topics, `on to ${next.topicName} ${next.partitionIndex}`] : topics
}

describe('DescribeTopicPartitions', () => {
  test('shows a topic as Kafka does', () => {
    const answer = ask(door, describeTopicPartitions, fixture, 0, { topics: [{ name: 'c' }], cursor: null })
    const topicId = fixture.catalog.topicByName('c')?.id ?? zeroUuid
    const led = { errorCode: 0, partitionIndex: 0, leaderId: 1, leaderEpoch: 0, replicaNodes: [1], isrNodes: [1] }
    const partitions = [{ ...led, eligibleLeaderReplicas: [], lastKnownElr: [], offlineReplicas: [] }]
    expect(answer).toEqual({
      throttleTimeMs: 0,
      topics: [{ errorCode: 0, name: 'c', topicId, isInternal: false, partitions, topicAuthorizedOperations: 3576 }],
      nextCursor: null,
    })
  })

  test.each([
    [['c', 'a', 'b'], 2000, null, ['a 0,1,2', 'b 0,1', 'c 0']],
    [[], 2000, null, ['a 0,1,2', 'b 0,1', 'c 0']],
    [['c', 'c'], 2000, null, ['c 0']],
    [['x', 'b'], 2000, null, ['b 0,1', 'x error 3']],
    [['x y'], 2000, null, ['x y error 17']],
    [['a', 'b'], -1, null, ['a 0', 'on to a 1']],
    [['a', 'b'], 0, null, ['a 0', 'on to a 1']],
    [['a', 'b', 'c'], 2, null, ['a 0,1', 'on to a 2']],
    [['a', 'b', 'c'], 3, null, ['a 0,1,2', 'on to b 0']],
    [['a', 'b', 'c'], 6, null, ['a 0,1,2', 'b 0,1', 'c 0']],
    [['a', 'b', 'c'], 2, ['a', 1], ['a 1,2', 'on to b 0']],
    [['a', 'b', 'c'], 2, ['a', 3], ['a ', 'b 0,1', 'on to c 0']],
    [['a', 'b', 'c'], 2, ['b', 1], ['b 1', 'c 0']],
    [[], 2, ['bb', 5], ['c 0']],
    [['a', 'b'], 2, ['aa', 0], ['a error 42', 'b error 42']],
    [['a'], 2, ['a', -1], ['a error 42']],
    [[], 2, ['a', -1], []],
  ] as const)('%p, at most %i from %p', (names, limit, cursor, expected) => {
    expect(page(names, limit, cursor)).toEqual([...expected])
  })

  test('what is refused says nothing of the topic', () => {
    const cursor = { topicName: 'a', partitionIndex: -1 }
    const answer = ask(door, describeTopicPartitions, fixture, 0, { topics: [{ name: 'a' }], cursor })
    expect(answer.topics[0]).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST, topicId: zeroUuid, partitions: [] })
    expect(answer.topics[0]?.topicAuthorizedOperations).toBe(-2147483648)
  })
})
