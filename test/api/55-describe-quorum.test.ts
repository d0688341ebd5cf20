import { describe, expect, test } from 'bun:test'
import door, { describeQuorum } from '../../src/api/55-describe-quorum.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture, identity } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const METADATA = '__cluster_metadata'

function question(version: number, ...topics: readonly (readonly [topicName: string, ...partitions: number[]])[]) {
  const fixture = new CatalogFixture()
  fixture.create({ name: 'a' })
  return ask(door, describeQuorum, fixture, version, {
    topics: topics.map(([topicName, ...partitions]) => {
      return { topicName, partitions: partitions.map(partitionIndex => ({ partitionIndex })) }
    }),
  })
}

describe('DescribeQuorum', () => {
  test.each(versionsOf(describeQuorum))('v%i tells of the one voter', version => {
    const { topics, nodes, errorCode } = question(version, [METADATA, 0])
    const hasTimes = version >= 1
    const hasDirectories = version >= 2
    const voter = {
      replicaId: 1,
      replicaDirectoryId: hasDirectories ? identity.directoryId : zeroUuid,
      logEndOffset: 2,
      lastFetchTimestamp: hasTimes ? 0 : -1,
      lastCaughtUpTimestamp: hasTimes ? 0 : -1,
    }
    const quorum = { leaderId: 1, leaderEpoch: 1, highWatermark: 2, currentVoters: [voter], observers: [] }
    expect(errorCode).toBe(ErrorCode.NONE)
    const partition = { partitionIndex: 0, errorCode: ErrorCode.NONE, errorMessage: '', ...quorum }
    expect(topics).toEqual([{ topicName: METADATA, partitions: [partition] }])
    expect(nodes).toEqual(hasDirectories ? [{ nodeId: 1, listeners: [] }] : [])
  })

  test.each([
    [[['a', 0]]],
    [[[METADATA, 1]]],
    [[[METADATA, 0, 0]]],
    [
      [
        [METADATA, 0],
        ['a', 3],
      ],
    ],
  ] as const)('%j is not the quorum', topics => {
    const answer = question(2, ...topics.map(([name, ...partitions]) => [name, ...partitions] as const))
    expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, nodes: [] })
    const codes = answer.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))
    expect(codes).toEqual(topics.flatMap(([, ...asked]) => asked.map(() => ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)))
  })

  test('of nothing there is nothing', () => expect(question(2)).toMatchObject({ errorCode: 0, topics: [], nodes: [] }))
})
