import { describe, expect, test } from 'bun:test'
import { endTxn } from '../../src/api/26-end-txn.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { addPartitions, initProducer } from '../sim/transactions.ts'
import { World } from '../sim/world.ts'

function setUp() {
  const world = new World()
  world.createTopic('t')
  const client = world.connect()
  const producer = initProducer(client, 'x')
  const begin = () => expect(addPartitions(client, producer, 't', [0])).toEqual([ErrorCode.NONE])
  const end = (version: number, committed: boolean, of: Partial<TransactionalProducer> = {}) =>
    client.call(endTxn, version, { ...producer, ...of, committed })
  return { producer, begin, end }
}

const { NONE, INVALID_TXN_STATE } = ErrorCode

describe('EndTxn', () => {
  test.each([0, 1, 2, 3, 4])('version %i: ends a transaction, and may come again', version => {
    const { begin, end } = setUp()
    begin()
    const nothing = { producerId: -1, producerEpoch: -1 }
    expect(end(version, true)).toMatchObject({ errorCode: NONE, ...nothing })
    expect(end(version, true).errorCode).toBe(NONE)
    expect(end(version, false).errorCode).toBe(INVALID_TXN_STATE)
  })

  test.each([0, 1, 2, 3, 4])('version %i: there is nothing to end', version => {
    const { end } = setUp()
    expect(end(version, true).errorCode).toBe(INVALID_TXN_STATE)
    expect(end(version, false).errorCode).toBe(INVALID_TXN_STATE)
  })

  test('version 5: the producer goes on with another epoch, and may ask again with the one it had', () => {
    const { begin, end, producer } = setUp()
    begin()
    const next = { errorCode: NONE, producerId: producer.producerId, producerEpoch: 1 }
    expect(end(5, true)).toMatchObject(next)
    expect(end(5, true)).toMatchObject(next)
    expect(end(5, false).errorCode).toBe(INVALID_TXN_STATE)
    expect(end(5, true, { producerEpoch: 1 }).errorCode).toBe(INVALID_TXN_STATE)
    expect(end(5, false, { producerEpoch: 1 })).toMatchObject({ ...next, producerEpoch: 2 })
    expect(end(5, false).errorCode).toBe(ErrorCode.PRODUCER_FENCED)
  })

  test.each([0, 1, 2, 3, 4, 5])('version %i: who is not the producer gets an error', version => {
    const { begin, end, producer } = setUp()
    begin()
    const fenced = version < 2 ? ErrorCode.INVALID_PRODUCER_EPOCH : ErrorCode.PRODUCER_FENCED
    for (const producerEpoch of [producer.producerEpoch + 1, producer.producerEpoch - 1]) {
      expect(end(version, true, { producerEpoch })).toMatchObject({
        errorCode: fenced,
        producerId: -1,
        producerEpoch: -1,
      })
    }
    const stranger = { producerId: producer.producerId + 1 }
    expect(end(version, true, stranger).errorCode).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
    expect(end(version, true, { transactionalId: 'y' }).errorCode).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
    expect(end(version, true, { transactionalId: '' }).errorCode).toBe(ErrorCode.INVALID_REQUEST)
    expect(end(version, true).errorCode).toBe(NONE)
  })
})
