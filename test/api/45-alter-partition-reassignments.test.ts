import { describe, expect, test } from 'bun:test'
import door, { alterPartitionReassignments } from '../../src/api/45-alter-partition-reassignments.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

/** A topic of ours, and one of a cluster that kept it on several brokers. */
function newFixture(): CatalogFixture {
  const fixture = new CatalogFixture()
  fixture.create({ name: 'here', numPartitions: 2 })
  fixture.catalog.recover({ type: 'topicRecord', value: { name: 'wide', topicId: zeroUuid } })
  const partition = { partitionId: 0, topicId: zeroUuid, replicas: [1, 2], isr: [1, 2], leader: 1, leaderEpoch: 0 }
  const still = { removingReplicas: [], addingReplicas: [], leaderRecoveryState: 0, partitionEpoch: 0, directories: [] }
  fixture.catalog.recover({
    type: 'partitionRecord',
    value: { ...partition, ...still, eligibleLeaderReplicas: null, lastKnownElr: null },
  })
  return fixture
}

interface Circumstances {
  readonly version?: number
  readonly allowReplicationFactorChange?: boolean
  readonly timeoutMs?: number
}

function reassign(name: string, partitionIndex: number, replicas: readonly number[] | null, like: Circumstances = {}) {
  const { version = 1, allowReplicationFactorChange = true, timeoutMs = 1000 } = like
  const fixture = newFixture()
  const { length } = fixture.journal.records
  const topics = [{ name, partitions: [{ partitionIndex, replicas: replicas && [...replicas] }] }]
  const question = { topics, allowReplicationFactorChange, timeoutMs }
  const answer = ask(door, alterPartitionReassignments, fixture, version, question)
  expect(fixture.journal.records).toHaveLength(length)
  return answer
}

describe('AlterPartitionReassignments', () => {
  test.each(versionsOf(alterPartitionReassignments))('v%i leaves a partition where it is', version => {
    expect(reassign('here', 1, [1], { version })).toEqual({
      throttleTimeMs: 0,
      allowReplicationFactorChange: true,
      errorCode: ErrorCode.NONE,
      errorMessage: null,
      responses: [{ name: 'here', partitions: [{ partitionIndex: 1, errorCode: ErrorCode.NONE, errorMessage: null }] }],
    })
  })

  test.each([
    ['here', 0, null, true, 'NO_REASSIGNMENT_IN_PROGRESS'],
    ['here', 0, [], true, 'INVALID_REPLICA_ASSIGNMENT'],
    ['here', 0, [99], true, 'INVALID_REPLICA_ASSIGNMENT'],
    ['here', 0, [-3], true, 'INVALID_REPLICA_ASSIGNMENT'],
    ['here', 0, [1, 1], false, 'INVALID_REPLICA_ASSIGNMENT'],
    ['here', 2, [1], true, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['here', -1, [1], true, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['none', 0, null, true, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['wide', 0, [1], true, 'INVALID_REPLICA_ASSIGNMENT'],
    ['wide', 0, [1], false, 'INVALID_REPLICATION_FACTOR'],
  ] as const)('%s-%i to %j, another factor: %p, is %s', (name, index, replicas, mayChange, error) => {
    const answer = reassign(name, index, replicas, { allowReplicationFactorChange: mayChange })
    expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, allowReplicationFactorChange: mayChange })
    expect(answer.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode[error])
  })

  test.each([0, -1])('a timeout of %i ms is up', timeoutMs => {
    const answer = reassign('here', 0, [1], { timeoutMs })
    expect(answer.errorCode).toBe(ErrorCode.REQUEST_TIMED_OUT)
    expect(answer.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.REQUEST_TIMED_OUT)
  })

  test('nothing is done for no topics, however short the time', () => {
    const question = { topics: [], timeoutMs: 0, allowReplicationFactorChange: false }
    const answer = ask(door, alterPartitionReassignments, newFixture(), 1, question)
    expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, allowReplicationFactorChange: true, responses: [] })
  })
})
