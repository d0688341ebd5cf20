import { describe, expect, test } from 'bun:test'
import { txnOffsetCommit } from '../../src/api/28-txn-offset-commit.ts'
import { deleteGroups } from '../../src/api/42-delete-groups.ts'
import { coordinatorPartition } from '../../src/core/coordinator-partition.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import type { SimClient } from '../sim/client.ts'
import { addOffsets, codesOf, commit, committed, joinAlone, stability, txnCommit, txnCommitOf } from '../sim/groups.ts'
import { endTransaction, initProducer } from '../sim/transactions.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const { NONE, UNKNOWN_TOPIC_OR_PARTITION, INVALID_GROUP_ID, INVALID_TXN_STATE, TRANSACTION_ABORTABLE } = ErrorCode
const { INVALID_PRODUCER_EPOCH, INVALID_PRODUCER_ID_MAPPING, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID } = ErrorCode
const { UNSTABLE_OFFSET_COMMIT } = ErrorCode
const GROUP = 'g'
/** Since then the partition of the group need not be added before. */
const ADDS_BY_ITSELF = 5
const versions = versionsOf(txnOffsetCommit)

function setUp(settings: Readonly<Record<string, string>> = {}) {
  const world = new World({ settings })
  world.createTopic('t', 2)
  const client = world.connect()
  return { world, client, producer: initProducer(client, 'tx') }
}

/** Begins a transaction that may commit for the group. */
function begin(client: SimClient, producer: TransactionalProducer, version: number): void {
  if (version < ADDS_BY_ITSELF) expect(addOffsets(client, producer, GROUP)).toBe(NONE)
}

describe('TxnOffsetCommit', () => {
  test.each(versions)('version %i', version => {
    const { client, producer } = setUp()
    begin(client, producer, version)
    expect(client.call(txnOffsetCommit, version, txnCommitOf(producer, GROUP, [4, 5]))).toEqual({
      throttleTimeMs: 0,
      topics: [{ name: 't', partitions: [0, 1].map(partitionIndex => ({ partitionIndex, errorCode: NONE })) }],
    })
    expect(stability(client, GROUP)).toEqual([UNSTABLE_OFFSET_COMMIT, UNSTABLE_OFFSET_COMMIT])
    expect(endTransaction(client, producer, true, 1).errorCode).toBe(NONE)
    expect(committed(client, GROUP)).toEqual({ 't-0': 4, 't-1': 5 })
  })

  test.each(versions)('version %i: partitions and topics that are not there', version => {
    const { client, producer } = setUp()
    begin(client, producer, version)
    const request = txnCommitOf(producer, GROUP, [4, 5, 6])
    const other = txnCommitOf(producer, GROUP, [1], undefined, 'none')
    const { topics } = client.call(txnOffsetCommit, version, {
      ...request,
      topics: [...request.topics, ...other.topics],
    })
    expect(
      topics.map(({ name, partitions }) => [name, partitions.map(of => [of.partitionIndex, of.errorCode])]),
    ).toEqual([
      [
        't',
        [
          [2, UNKNOWN_TOPIC_OR_PARTITION],
          [0, NONE],
          [1, NONE],
        ],
      ],
      ['none', [[0, UNKNOWN_TOPIC_OR_PARTITION]]],
    ])
  })

  test.each(versions)('version %i: answers once what is not there', version => {
    const { client, producer } = setUp()
    const topics = ['none', 't', 'none', 'empty'].map((name, index) => ({
      name,
      partitions: name === 'empty' ? [] : [{ partitionIndex: 7 + index, committedOffset: 1, committedMetadata: '' }],
    }))
    const answer = client.call(txnOffsetCommit, version, { ...txnCommitOf(producer, GROUP, []), topics })
    expect(answer.topics.map(({ name, partitions }) => [name, ...partitions.map(of => of.partitionIndex)])).toEqual([
      ['none', 7, 9],
      ['t', 8],
      ['empty'],
    ])
  })

  test.each(versions)('version %i: of a group without a name', version => {
    const { client, producer } = setUp()
    expect(codesOf(client.call(txnOffsetCommit, version, txnCommitOf(producer, '', [1])))).toEqual([INVALID_GROUP_ID])
  })

  test.each(versions)('version %i: in no transaction', version => {
    const { client, producer } = setUp()
    const codes = txnCommit(client, producer, GROUP, [1], { version })
    if (version >= ADDS_BY_ITSELF) expect(codes).toEqual([NONE])
    else expect(codes).toEqual([version === 4 ? TRANSACTION_ABORTABLE : INVALID_TXN_STATE])
  })

  test('nothing is asked where there is nothing to commit', () => {
    const { world, client, producer } = setUp()
    expect(client.call(txnOffsetCommit, 5, { ...txnCommitOf(producer, GROUP, []), topics: [] }).topics).toEqual([])
    expect(world.broker.catalog.topicByName('__consumer_offsets')).toBeNull()
  })

  test('of a stranger, and of one who was fenced', () => {
    const { client, producer } = setUp()
    const codes = (of: TransactionalProducer) => txnCommit(client, of, GROUP, [1])
    expect(codes({ ...producer, transactionalId: 'other' })).toEqual([INVALID_PRODUCER_ID_MAPPING])
    expect(codes({ ...producer, producerId: producer.producerId + 1 })).toEqual([INVALID_PRODUCER_ID_MAPPING])
    expect(codes({ ...producer, producerId: -1, producerEpoch: -2 })).toEqual([INVALID_PRODUCER_ID_MAPPING])
    const next = initProducer(client, 'tx')
    expect(codes(producer)).toEqual([INVALID_PRODUCER_EPOCH])
    expect(codes(next)).toEqual([NONE])
    // From now on the log knows it too.
    expect(codes(producer)).toEqual([INVALID_PRODUCER_EPOCH])
  })

  test('of a zombie does not get into the transaction of its successor', () => {
    const { client, producer } = setUp()
    txnCommit(client, producer, GROUP, [1])
    const next = initProducer(client, 'tx')
    expect(committed(client, GROUP)).toEqual({})
    expect(txnCommit(client, next, GROUP, [2])).toEqual([NONE])
    expect(txnCommit(client, producer, GROUP, [3])).toEqual([INVALID_PRODUCER_EPOCH])
    endTransaction(client, next, true)
    expect(committed(client, GROUP)).toEqual({ 't-0': 2 })
  })

  test('is verified no more where the broker is told not to', () => {
    const { client, producer } = setUp({ 'transaction.partition.verification.enable': 'false' })
    expect(txnCommit(client, producer, GROUP, [1], { version: 4 })).toEqual([NONE])
  })

  test('of members, and who is none', () => {
    const { client, producer } = setUp()
    const member = joinAlone(client, GROUP)
    expect(txnCommit(client, producer, GROUP, [1], { member })).toEqual([NONE])
    expect(txnCommit(client, producer, GROUP, [2], { member: { ...member, generationId: 9 } })).toEqual([
      ILLEGAL_GENERATION,
    ])
    expect(txnCommit(client, producer, GROUP, [2], { member: { ...member, memberId: 'x' } })).toEqual([
      UNKNOWN_MEMBER_ID,
    ])
    expect(endTransaction(client, producer, true, 1).errorCode).toBe(NONE)
    expect(committed(client, GROUP)).toEqual({ 't-0': 1 })
  })

  test('of a deleted group comes to nothing', () => {
    const { client, producer } = setUp()
    commit(client, GROUP, [1])
    txnCommit(client, producer, GROUP, [2, 2])
    expect(client.call(deleteGroups, 2, { groupsNames: [GROUP] }).results).toEqual([
      { groupId: GROUP, errorCode: NONE },
    ])
    expect(endTransaction(client, producer, true, 1).errorCode).toBe(NONE)
    expect(committed(client, GROUP)).toEqual({})
  })

  test('that the disk refuses is none', () => {
    const { world, client, producer } = setUp()
    txnCommit(client, producer, GROUP, [1])
    const directory = `__consumer_offsets-${coordinatorPartition(GROUP, 50)}`
    world.disk.fault = (operation, path) => (operation === 'write' && path.startsWith(directory) ? 'EIO' : null)
    expect(txnCommit(client, producer, GROUP, [2])).toEqual([ErrorCode.NOT_COORDINATOR])
    world.disk.fault = () => null
    expect(endTransaction(client, producer, true, 1).errorCode).toBe(NONE)
    expect(committed(client, GROUP)).toEqual({ 't-0': 1 })
  })
})
