/** How transactions end. */
import { describe, expect, test } from 'bun:test'
import { TransactionStatus } from '../../../src/core/transactions/status.ts'
import { ID, type Named, START_MS, Transactions, topic } from './fixture.ts'

const { EMPTY, ONGOING, PREPARE_COMMIT, PREPARE_ABORT, COMPLETE_COMMIT, COMPLETE_ABORT } = TransactionStatus

const statuses: readonly (readonly [name: string, status: number])[] = [
  ['Empty', EMPTY],
  ['Ongoing', ONGOING],
  ['PrepareCommit', PREPARE_COMMIT],
  ['PrepareAbort', PREPARE_ABORT],
  ['CompleteCommit', COMPLETE_COMMIT],
  ['CompleteAbort', COMPLETE_ABORT],
]

/** Abbreviations: columns are the states in the order above. */
const codes: Readonly<Record<string, string>> = {
  its: 'INVALID_TXN_STATE',
  wait: 'CONCURRENT_TRANSACTIONS',
  map: 'INVALID_PRODUCER_ID_MAPPING',
  pf: 'PRODUCER_FENCED',
}

interface Asker {
  readonly producerId?: number
  readonly producerEpoch?: number
}
type Row = readonly [asks: string, asker: Asker, isCommit: boolean, answers: string]

/** Of the producer 999 with epoch 5. `end` ends the transaction; `ok` says that it has ended so before. */
const version1: readonly Row[] = [
  ['commit', {}, true, 'its end wait wait ok its'],
  ['abort', {}, false, 'its end wait wait its ok'],
  ['commit with the epoch before', { producerEpoch: 4 }, true, 'pf pf pf pf pf pf'],
  ['abort with the epoch before', { producerEpoch: 4 }, false, 'pf pf pf pf pf pf'],
  ['commit with the next epoch', { producerEpoch: 6 }, true, 'pf pf pf pf pf pf'],
  ['abort with the next epoch', { producerEpoch: 6 }, false, 'pf pf pf pf pf pf'],
  ["another's commit", { producerId: 7 }, true, 'map map map map map map'],
  ["another's abort", { producerId: 7 }, false, 'map map map map map map'],
]

const version2: readonly Row[] = [
  ['commit', {}, true, 'its end wait wait its its'],
  ['abort', {}, false, 'end end wait wait end end'],
  ['commit with the epoch before', { producerEpoch: 4 }, true, 'pf pf wait wait ok its'],
  ['abort with the epoch before', { producerEpoch: 4 }, false, 'pf pf wait wait its ok'],
  ['commit with an older epoch', { producerEpoch: 3 }, true, 'pf pf wait wait pf pf'],
  ['abort with the next epoch', { producerEpoch: 6 }, false, 'pf pf wait wait pf pf'],
  ["another's commit", { producerId: 7 }, true, 'map map wait wait map map'],
  ["another's abort", { producerId: 7 }, false, 'map map wait wait map map'],
]

/** Of the producer 999 with epoch 0, whose id was 998 before. */
const rotated: readonly Row[] = [
  [
    'commit with the last epoch of the id before',
    { producerId: 998, producerEpoch: 32_766 },
    true,
    'pf pf wait wait ok its',
  ],
  [
    'abort with the last epoch of the id before',
    { producerId: 998, producerEpoch: 32_766 },
    false,
    'pf pf wait wait its ok',
  ],
  [
    'abort with another epoch of the id before',
    { producerId: 998, producerEpoch: 5 },
    false,
    'map map wait wait map map',
  ],
]

function check(rows: readonly Row[], version: 0 | 2, producerEpoch: number): void {
  for (const [asks, asker, isCommit, answers] of rows)
    for (const [at, [name, transactionStatus]] of statuses.entries()) {
      const answer = answers.split(' ')[at] ?? ''
      test(`${name}: ${asks}: ${answer}`, () => {
        const transactions = new Transactions()
        const transactionPartitions = transactionStatus === EMPTY ? null : []
        const producer = transactions.put({
          producerEpoch,
          previousProducerId: 998,
          transactionStatus,
          transactionPartitions,
        })
        const given = transactions.end({ ...producer, ...asker }, isCommit, version)
        const isEnded = answer === 'end'
        expect(transactions.records()).toHaveLength(isEnded ? 3 : 1)
        if (isEnded) expect(transactions.status()).toBe(isCommit ? 'CompleteCommit' : 'CompleteAbort')
        const nextEpoch = isEnded ? producerEpoch + 1 : producerEpoch
        const next =
          version === 2 ? { producerId: 999, producerEpoch: nextEpoch } : { producerId: -1, producerEpoch: -1 }
        expect(given).toEqual(codes[answer] ?? next)
      })
    }
}

describe('EndTxn by version 1', () => check(version1, 0, 5))
describe('EndTxn by version 2', () => check(version2, 2, 5))
describe('EndTxn by version 2, after the producer got another id', () => check(rotated, 2, 0))

test('EndTxn of an id that is not known, or that is none', () => {
  const transactions = new Transactions()
  const stranger = { transactionalId: 'stranger', producerId: 1, producerEpoch: 0 }
  for (const version of [0, 2] as const) {
    expect(transactions.end(stranger, true, version)).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect(transactions.end({ ...stranger, transactionalId: '' }, true, version)).toBe('INVALID_REQUEST')
  }
  expect(transactions.records()).toEqual([])
})

/** A transaction with two topics, begun at the start and at this moment a second old. */
function begun(producerEpoch = 5): [Transactions, Named] {
  const transactions = new Transactions()
  const producer = transactions.put({ producerEpoch })
  transactions.add(producer, [topic('t', 0, 1), topic('u', 0)])
  transactions.world.now += 1000
  return [transactions, producer]
}

const markers = (producerEpoch: number, isCommit: boolean) =>
  ['t-0', 't-1', 'u-0'].map(partition => ({ partition, producerId: 999, producerEpoch, isCommit }))

describe.each([true, false])('a transaction that is committed: %p', isCommit => {
  const [prepare, complete] = isCommit ? [PREPARE_COMMIT, COMPLETE_COMMIT] : [PREPARE_ABORT, COMPLETE_ABORT]

  test.each([0, 2] as const)('by version %i is decided, written and complete', version => {
    const [transactions, producer] = begun()
    transactions.end(producer, isCommit, version)
    const producerEpoch = version === 2 ? 6 : 5
    const times = { transactionLastUpdateTimestampMs: START_MS + 1000, transactionStartTimestampMs: START_MS }
    const common = {
      ...times,
      producerId: 999,
      producerEpoch,
      previousProducerId: 999,
      clientTransactionVersion: version,
    }
    const [decided, completed] = transactions.records().slice(2)
    expect(decided?.value).toMatchObject({
      ...common,
      transactionStatus: prepare,
      transactionPartitions: [
        { topic: 't', partitionIds: [0, 1] },
        { topic: 'u', partitionIds: [0] },
      ],
    })
    expect(completed?.value).toMatchObject({ ...common, transactionStatus: complete, transactionPartitions: [] })
    expect(transactions.world.markers).toEqual(markers(producerEpoch, isCommit))
  })

  test('with the last epoch that a producer may have goes on with another id', () => {
    const [transactions, producer] = begun(32_766)
    const next = { producerId: 1000, producerEpoch: 0 }
    expect(transactions.end(producer, isCommit)).toEqual(next)
    expect(transactions.world.markers).toEqual(markers(32_767, isCommit))
    const [decided, completed] = transactions.records().slice(2)
    expect(decided?.value).toMatchObject({ producerId: 999, producerEpoch: 32_767, nextProducerId: 1000 })
    expect(completed?.value).toMatchObject({ ...next, previousProducerId: 999, nextProducerId: -1 })
    expect(transactions.end(producer, isCommit)).toEqual(next)
    expect(transactions.initialize(producer)).toMatchObject(next)
  })

  test('with the epoch before the last one keeps its id', () => {
    const [transactions, producer] = begun(32_765)
    expect(transactions.end(producer, isCommit)).toEqual({ producerId: 999, producerEpoch: 32_766 })
  })
})

test('a transaction in which nothing was written begins when it is aborted', () => {
  const transactions = new Transactions()
  const producer = transactions.newProducer()
  transactions.world.now += 1000
  transactions.end(producer, false)
  const times = { transactionLastUpdateTimestampMs: START_MS + 1000, transactionStartTimestampMs: START_MS + 1000 }
  expect(transactions.transaction()).toMatchObject({
    ...times,
    transactionStatus: COMPLETE_ABORT,
    transactionPartitions: [],
  })
  expect(transactions.world.markers).toEqual([])
})

test('no producer goes beyond the last epoch by a commit; an abort gets it out of there', () => {
  const [transactions, producer] = begun(32_767)
  expect(transactions.end(producer, true)).toBe('UNKNOWN_SERVER_ERROR')
  expect(transactions.status()).toBe('Ongoing')
  expect(transactions.end(producer, false)).toEqual({ producerId: 1000, producerEpoch: 0 })
  expect(transactions.world.markers).toEqual(markers(32_767, false))
})

test('before transaction.version 1 nothing is written that no record can say', () => {
  const transactions = new Transactions(0)
  const producer = transactions.newProducer()
  expect(transactions.add(producer)).toBe('UNSUPPORTED_VERSION')
  expect(transactions.add(producer, [topic('t', 0)], 0)).toBe('NONE')
  expect(transactions.add(producer)).toBe('NONE')
  expect(transactions.end(producer, true)).toBe('UNSUPPORTED_VERSION')
  expect(transactions.status()).toBe('Ongoing')
  expect(transactions.end(producer, true, 0)).toEqual({ producerId: -1, producerEpoch: -1 })
  expect(transactions.restarted().transaction(ID)).toMatchObject({ transactionStatus: COMPLETE_COMMIT })
})
