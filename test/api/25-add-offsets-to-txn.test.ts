import { describe, expect, test } from 'bun:test'
import { addOffsetsToTxn } from '../../src/api/25-add-offsets-to-txn.ts'
import { CONSUMER_OFFSETS, TRANSACTION_STATE } from '../../src/core/catalog/topic.ts'
import { coordinatorPartition } from '../../src/core/coordinator-partition.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { describeTransaction, initProducer } from '../sim/transactions.ts'
import { World } from '../sim/world.ts'

function setUp() {
  const world = new World()
  const client = world.connect()
  const producer = initProducer(client, 'x')
  const add = (version: number, of: Partial<TransactionalProducer> = {}) =>
    client.call(addOffsetsToTxn, version, { ...producer, ...of, groupId: 'g' }).errorCode
  return { world, client, producer, add }
}

describe('AddOffsetsToTxn', () => {
  test.each([0, 1, 2, 3, 4])('version %i: the partition that has the group is part of the transaction', version => {
    const { add, client } = setUp()
    expect(add(version)).toBe(ErrorCode.NONE)
    const partitions = [coordinatorPartition('g', 50)]
    expect(describeTransaction(client, 'x').topics).toEqual([{ topic: CONSUMER_OFFSETS, partitions }])
  })

  test.each([0, 1, 2, 3, 4])('version %i: who is not the producer gets an error', version => {
    const { add, producer } = setUp()
    const fenced = version < 2 ? ErrorCode.INVALID_PRODUCER_EPOCH : ErrorCode.PRODUCER_FENCED
    expect(add(version, { producerEpoch: producer.producerEpoch + 1 })).toBe(fenced)
    expect(add(version, { producerId: producer.producerId + 1 })).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
    expect(add(version, { transactionalId: 'y' })).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
    expect(add(version, { transactionalId: '' })).toBe(ErrorCode.INVALID_REQUEST)
  })

  test('where the disk refuses there is no coordinator, of groups or of transactions', () => {
    const { add, world } = setUp()
    world.disk.fault = operation => (operation === 'write' ? 'ENOSPC' : null)
    expect(add(4)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE)
    world.disk.fault = (operation, path) =>
      operation === 'write' && path.startsWith(TRANSACTION_STATE) ? 'ENOSPC' : null
    expect(add(4)).toBe(ErrorCode.NOT_COORDINATOR)
    world.disk.fault = () => null
    expect(add(4)).toBe(ErrorCode.NONE)
  })
})
