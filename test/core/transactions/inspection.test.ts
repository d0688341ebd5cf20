/** What operators are told of transactions. */
import { describe, expect, test } from 'bun:test'
import type { ListTransactionsRequest } from '../../../src/core/transactions/listing.ts'
import { listing, unknownStates } from '../../../src/core/transactions/listing.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { ID, START_MS, TIMEOUT_MS, Transactions, topic } from './fixture.ts'

describe('describing', () => {
  test('an id that was never in a transaction', () => {
    const transactions = new Transactions()
    const { producerId } = transactions.newProducer()
    expect(transactions.describe()).toEqual({
      errorCode: ErrorCode.NONE,
      transactionalId: ID,
      transactionState: 'Empty',
      transactionTimeoutMs: TIMEOUT_MS,
      transactionStartTimeMs: -1,
      producerId,
      producerEpoch: 0,
      topics: [],
    })
  })

  test('an ongoing transaction', () => {
    const transactions = new Transactions()
    transactions.add(transactions.newProducer(), [topic('t', 2, 0), topic('u', 1)])
    expect(transactions.describe()).toMatchObject({
      transactionState: 'Ongoing',
      transactionStartTimeMs: START_MS,
      topics: [
        { topic: 't', partitions: [2, 0] },
        { topic: 'u', partitions: [1] },
      ],
    })
  })

  test.each([
    ['stranger', ErrorCode.TRANSACTIONAL_ID_NOT_FOUND],
    ['', ErrorCode.INVALID_REQUEST],
  ])('%j, which is not there', (transactionalId, errorCode) => {
    expect(new Transactions().describe(transactionalId)).toEqual({
      errorCode,
      transactionalId,
      transactionState: '',
      transactionTimeoutMs: 0,
      transactionStartTimeMs: 0,
      producerId: 0,
      producerEpoch: 0,
      topics: [],
    })
  })
})

describe('listing', () => {
  /** Three transactional ids; `c` is ongoing since a minute. */
  function three(): Transactions {
    const transactions = new Transactions()
    const producers = ['a', 'b', 'c'].map(id => transactions.newProducer(id))
    const [, b, c] = producers
    if (b) transactions.end(b, false)
    if (c) transactions.add(c)
    transactions.world.now += 60_000
    return transactions
  }
  function list(request: Partial<ListTransactionsRequest>): string[] {
    const nothing = { stateFilters: [], producerIdFilters: [], durationFilter: -1, transactionalIdPattern: null }
    const command = listing({ ...nothing, ...request })
    if (!command) throw new Error('no pattern')
    return three()
      .ask(command)
      .transactions.map(({ transactionalId }) => transactionalId)
  }

  test('says of each who and how it is', () => {
    const command = listing({
      stateFilters: [],
      producerIdFilters: [],
      durationFilter: -1,
      transactionalIdPattern: null,
    })
    expect(command && three().ask(command).transactions).toEqual([
      { transactionalId: 'a', producerId: 1000, transactionState: 'Empty' },
      { transactionalId: 'b', producerId: 1001, transactionState: 'CompleteAbort' },
      { transactionalId: 'c', producerId: 1002, transactionState: 'Ongoing' },
    ])
  })

  const filters: readonly (readonly [Partial<ListTransactionsRequest>, string[]])[] = [
    [{}, ['a', 'b', 'c']],
    [{ stateFilters: ['Ongoing'] }, ['c']],
    [{ stateFilters: ['Ongoing', 'Empty', 'Dreaming'] }, ['a', 'c']],
    [{ stateFilters: ['Dreaming'] }, []],
    [{ stateFilters: ['ongoing'] }, []],
    [{ stateFilters: ['Dead', 'PrepareEpochFence'] }, []],
    [{ producerIdFilters: [1001, 1002, 5] }, ['b', 'c']],
    [{ producerIdFilters: [5] }, []],
    [{ durationFilter: 59_999 }, ['a', 'b', 'c']],
    // Kafka's way: what never began has been running since 1970.
    [{ durationFilter: 60_000 }, ['a']],
    [{ durationFilter: 0 }, ['a', 'b', 'c']],
    [{ transactionalIdPattern: '[bc]' }, ['b', 'c']],
    [{ transactionalIdPattern: '' }, ['a', 'b', 'c']],
    [{ transactionalIdPattern: '.' }, ['a', 'b', 'c']],
    [{ transactionalIdPattern: 'x|b' }, ['b']],
    [{ stateFilters: ['Ongoing', 'CompleteAbort'], producerIdFilters: [1001], durationFilter: 5 }, ['b']],
    [{ stateFilters: ['Ongoing'], transactionalIdPattern: 'b' }, []],
  ]
  test.each(filters)('%j', (request, ids) => {
    expect(list(request)).toEqual(ids)
  })

  test('refuses a pattern that is none', () => {
    const request = { stateFilters: [], producerIdFilters: [], durationFilter: -1, transactionalIdPattern: '(' }
    expect(listing(request)).toBeNull()
  })

  test('tells which names are no states, once each', () => {
    expect(unknownStates(['Ongoing', 'Dreaming', 'Dead', 'ongoing', 'Dreaming'])).toEqual(['Dreaming', 'ongoing'])
    expect(unknownStates(['Empty', 'PrepareCommit', 'PrepareAbort', 'CompleteCommit', 'PrepareEpochFence'])).toEqual([])
  })
})
