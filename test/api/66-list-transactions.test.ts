import { describe, expect, test } from 'bun:test'
import { listTransactions } from '../../src/api/66-list-transactions.ts'
import { TRANSACTION_STATE } from '../../src/core/catalog/topic.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import type { Draft } from '../../src/wire/schema.ts'
import { endTransaction, initProducer, writeIn } from '../sim/transactions.ts'
import { World } from '../sim/world.ts'

type Request = Partial<Draft<typeof listTransactions.request>>

/** An idle id, an ongoing transaction, and one that is committed. */
function setUp() {
  const world = new World()
  world.createTopic('t')
  const client = world.connect()
  const idle = initProducer(client, 'idle')
  const done = initProducer(client, 'done')
  writeIn(client, done, 't', ['a'])
  endTransaction(client, done, true)
  writeIn(client, initProducer(client, 'open'), 't', ['b'])
  const list = (version: number, request: Request = {}) =>
    client.call(listTransactions, version, { stateFilters: [], producerIdFilters: [], ...request })
  const namesOf = (version: number, request: Request = {}) =>
    list(version, request)
      .transactionStates.map(({ transactionalId }) => transactionalId)
      .sort()
  return { world, idle, list, namesOf }
}

describe('ListTransactions', () => {
  test.each([0, 1, 2])('version %i: all, or those in a state or of a producer', version => {
    const { list, namesOf, idle } = setUp()
    expect(namesOf(version)).toEqual(['done', 'idle', 'open'])
    expect(namesOf(version, { stateFilters: ['Empty', 'CompleteCommit'] })).toEqual(['done', 'idle'])
    expect(namesOf(version, { producerIdFilters: [idle.producerId, 99] })).toEqual(['idle'])
    expect(list(version, { stateFilters: ['Ongoing', 'ongoing', 'Dead'] })).toMatchObject({
      errorCode: ErrorCode.NONE,
      unknownStateFilters: ['ongoing'],
      transactionStates: [{ transactionalId: 'open', transactionState: 'Ongoing' }],
    })
  })

  test.each([1, 2])('version %i: those that have been going on for long', version => {
    const { namesOf, world } = setUp()
    world.advance(100)
    expect(namesOf(version, { durationFilter: 99 })).toContain('open')
    expect(namesOf(version, { durationFilter: 100 })).not.toContain('open')
  })

  test('version 2: those whose whole id is of a pattern', () => {
    const { list, namesOf } = setUp()
    expect(namesOf(2, { transactionalIdPattern: '.*e' })).toEqual(['done', 'idle'])
    expect(namesOf(2, { transactionalIdPattern: 'e' })).toEqual([])
    expect(list(2, { transactionalIdPattern: '(', stateFilters: ['x'] })).toMatchObject({
      errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION,
      unknownStateFilters: [],
      transactionStates: [],
    })
  })

  test('makes no topic where there were no transactions', () => {
    const world = new World()
    const request = { stateFilters: [], producerIdFilters: [] }
    expect(world.connect().call(listTransactions, 2, request).transactionStates).toEqual([])
    expect(world.broker.catalog.topicByName(TRANSACTION_STATE)).toBeNull()
  })
})
