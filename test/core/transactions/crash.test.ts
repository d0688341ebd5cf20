/** The broker is killed between any two writes; clients ask again, and everything comes to the same end. */
import { describe, expect, test } from 'bun:test'
import type { Transaction } from '../../../src/core/transactions/transaction-record.ts'
import { Crash, FIRST_PRODUCER_ID, ID, type Named, Transactions, topic } from './fixture.ts'

const MINUTE_MS = 60_000
/** More writes than there are. */
const ENOUGH = 1000

/** What one client does, step by step: each may be done again. */
type Step = (transactions: Transactions) => void
interface Script {
  readonly prepare: Step
  readonly steps: readonly Step[]
}

const producer = (producerEpoch: number): Named => ({
  transactionalId: ID,
  producerId: FIRST_PRODUCER_ID,
  producerEpoch,
})

function ends(producerEpoch: number, isCommit: boolean, version: 0 | 2): Step {
  return transactions => expect(typeof transactions.end(producer(producerEpoch), isCommit, version)).toBe('object')
}
function adds(producerEpoch: number, version: 0 | 2, ...names: string[]): Step {
  const topics = names.map(name => topic(name, 0, 1))
  return transactions => expect(transactions.add(producer(producerEpoch), topics, version)).toBe('NONE')
}

const isNew: Step = transactions => transactions.newProducer()

const scripts: Readonly<Record<string, Script>> = {
  'transactions of version 1': {
    prepare: isNew,
    steps: [adds(0, 0, 't'), adds(0, 0, 'u'), ends(0, true, 0), adds(0, 0, 'u', 'v'), ends(0, false, 0)],
  },
  'transactions of version 2': {
    prepare: isNew,
    steps: [
      adds(0, 2, 't'),
      adds(0, 2, 'u'),
      ends(0, true, 2),
      adds(1, 2, 'u', 'v'),
      ends(1, false, 2),
      ends(2, false, 2),
    ],
  },
  'epochs that are used up': {
    prepare: transactions => {
      transactions.put({ producerId: transactions.world.nextProducerId++, producerEpoch: 32_765 })
    },
    steps: [adds(32_765, 2, 't'), ends(32_765, true, 2), adds(32_766, 2, 't', 'u'), ends(32_766, true, 2)],
  },
  'a timeout': {
    prepare: isNew,
    steps: [
      adds(0, 2, 't', 'u'),
      transactions => transactions.advance(2 * MINUTE_MS),
      adds(1, 2, 't'),
      ends(1, true, 2),
    ],
  },
  'a full disk': {
    prepare: isNew,
    steps: [
      adds(0, 2, 't', 'u'),
      transactions => {
        transactions.world.deafTopics.add('t')
        ends(0, true, 2)(transactions)
        transactions.world.deafTopics.clear()
        transactions.advance(500)
      },
      adds(1, 2, 't'),
    ],
  },
}

function begin({ prepare }: Script): Transactions {
  const transactions = new Transactions()
  prepare(transactions)
  return transactions
}

/** What is the same with a crash as without: it takes time, and a producer id that was to be given away. */
function essence(transaction: Transaction): unknown {
  const { transactionLastUpdateTimestampMs: _, transactionStartTimestampMs: __, producerId, ...rest } = transaction
  return { ...rest, isFirstId: producerId === FIRST_PRODUCER_ID }
}

function endOf(transactions: Transactions): unknown {
  expect(transactions.replayed().transactions).toEqual(transactions.state.transactions)
  const markers = transactions.world.markers.map(marker => JSON.stringify(marker))
  return {
    transactions: [...transactions.state.transactions].map(([id, transaction]) => [id, essence(transaction)]),
    // After a crash a marker may be written twice.
    markers: [...new Set(markers)].sort(),
  }
}

/** Does one step, again after each crash. */
function play(transactions: Transactions, step: Step): Transactions {
  try {
    step(transactions)
    return transactions
  } catch (error) {
    if (!(error instanceof Crash)) throw error
    const { world } = transactions
    world.writesLeft = Number.POSITIVE_INFINITY
    world.deafTopics.clear()
    return play(transactions.restarted(), step)
  }
}

for (const [name, script] of Object.entries(scripts))
  describe(name, () => {
    const undisturbed = begin(script)
    const { world } = undisturbed
    world.writesLeft = ENOUGH
    const end = endOf(script.steps.reduce(play, undisturbed))
    const writeCount = ENOUGH - world.writesLeft

    test('writes something', () => expect(writeCount).toBeGreaterThan(5))
    for (let at = 0; at < writeCount; at++)
      test(`killed after write ${at}`, () => {
        const transactions = begin(script)
        transactions.world.writesLeft = at
        expect(endOf(script.steps.reduce(play, transactions))).toEqual(end)
      })
  })
