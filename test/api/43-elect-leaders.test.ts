import { describe, expect, test } from 'bun:test'
import door, { electLeaders } from '../../src/api/43-elect-leaders.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import type { MetadataRecord } from '../../src/core/catalog/metadata-record.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const [PREFERRED, UNCLEAN] = [0, 1]

/** Topic `here` lies on this broker; another cluster has kept `there` on others, and led it or not. */
function fixtureWith(otherLeader: number): CatalogFixture {
  const fixture = new CatalogFixture()
  fixture.create({ name: 'here', numPartitions: 2 })
  const partition = { partitionId: 0, topicId: zeroUuid, replicas: [2, 3], isr: [2, 3], leaderEpoch: 0 }
  const still = { removingReplicas: [], addingReplicas: [], leaderRecoveryState: 0, partitionEpoch: 0, directories: [] }
  const records: MetadataRecord[] = [
    { type: 'topicRecord', value: { name: 'there', topicId: zeroUuid } },
    {
      type: 'partitionRecord',
      value: { ...partition, ...still, leader: otherLeader, eligibleLeaderReplicas: null, lastKnownElr: null },
    },
  ]
  for (const record of records) fixture.catalog.recover(record)
  return fixture
}

interface Question {
  readonly electionType?: number
  readonly topicPartitions?: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null
  readonly timeoutMs?: number
}

function elect(question: Question, version = 2, fixture = fixtureWith(3)) {
  const { electionType = PREFERRED, topicPartitions = null, timeoutMs = 1000 } = question
  return ask(door, electLeaders, fixture, version, { electionType, topicPartitions, timeoutMs })
}

/** Each partition's error, as in 'here-0 NONE'. */
function errorsOf({ replicaElectionResults }: ReturnType<typeof elect>): string[] {
  return replicaElectionResults.flatMap(({ topic, partitionResult }) =>
    partitionResult.map(({ partitionId, errorCode }) => `${topic}-${partitionId} ${nameOf(errorCode)}`),
  )
}

function nameOf(code: number): string {
  return Object.entries(ErrorCode).find(([, value]) => value === code)?.[0] ?? String(code)
}

describe('ElectLeaders', () => {
  test.each(versionsOf(electLeaders))('v%i has nothing to do for a partition that is led', version => {
    const answer = elect({ topicPartitions: [{ topic: 'here', partitions: [0, 1] }] }, version)
    expect(answer).toMatchObject({ throttleTimeMs: 0, errorCode: ErrorCode.NONE })
    expect(errorsOf(answer)).toEqual(['here-0 ELECTION_NOT_NEEDED', 'here-1 ELECTION_NOT_NEEDED'])
    expect(answer.replicaElectionResults[0]?.partitionResult[0]?.errorMessage).toBeString()
  })

  test('knows no others', () => {
    const topicPartitions = [
      { topic: 'here', partitions: [2, -1] },
      { topic: 'none', partitions: [0] },
    ]
    expect(errorsOf(elect({ topicPartitions }))).toEqual([
      'here-2 UNKNOWN_TOPIC_OR_PARTITION',
      'here--1 UNKNOWN_TOPIC_OR_PARTITION',
      'none-0 UNKNOWN_TOPIC_OR_PARTITION',
    ])
  })

  test.each([
    [PREFERRED, 3, ['there-0 PREFERRED_LEADER_NOT_AVAILABLE']],
    [PREFERRED, -1, ['there-0 PREFERRED_LEADER_NOT_AVAILABLE']],
    [UNCLEAN, 3, []],
    [UNCLEAN, -1, ['there-0 ELIGIBLE_LEADERS_NOT_AVAILABLE']],
  ])('type %i of all, one led by %i, tells of those that need it', (electionType, leader, expected) => {
    const answer = elect({ electionType }, 2, fixtureWith(leader))
    expect(errorsOf(answer)).toEqual(expected)
    expect(answer.replicaElectionResults.map(({ topic }) => topic)).toEqual(['here', 'there'])
  })

  test.each([
    [{ electionType: 7 }, 'INVALID_REQUEST'],
    [{ timeoutMs: 0 }, 'REQUEST_TIMED_OUT'],
    [{ timeoutMs: -1 }, 'REQUEST_TIMED_OUT'],
  ] as const)('%j is refused as a whole', (question, error) => {
    expect(elect(question)).toMatchObject({ errorCode: ErrorCode[error], replicaElectionResults: [] })
    const answer = elect({ ...question, topicPartitions: [{ topic: 'here', partitions: [0] }] })
    expect([answer.errorCode, ...errorsOf(answer)]).toEqual([ErrorCode[error], `here-0 ${error}`])
    expect(elect({ ...question, topicPartitions: [] })).toMatchObject({ errorCode: 0, replicaElectionResults: [] })
  })
})
