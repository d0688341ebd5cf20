/** The machine, told what Apache Kafka 4.3.1 was told, answers and writes the same. */
import { describe, expect, test } from 'bun:test'
import type { ClientTransactionVersion, TransactionReply } from '../../../src/core/transactions/commands.ts'
import { beforeProducerFenced } from '../../../src/core/transactions/refusal.ts'
import { readTransactionRecord, type Transaction } from '../../../src/core/transactions/transaction-record.ts'
import type { ErrorCode } from '../../../src/wire/errors.ts'
import { Transactions, topic, World } from './fixture.ts'
import { type Ask, kafkaTraces, type Step, type Trace } from './traces.ts'

const offsets = [topic('__consumer_offsets', 3)]

/** A world in which every record is decided when Kafka decided it, and every producer id is the one that Kafka gave. */
class TracedWorld extends World {
  private values: readonly Transaction[] = []
  private firstEntry = 0

  begin(values: readonly Transaction[], producerId: number): void {
    this.values = values
    this.firstEntry = this.journal.length
    this.setClock(0)
    for (const value of values) {
      if (value.nextProducerId !== -1) this.nextProducerId = value.nextProducerId
      else if (value.producerId !== producerId) this.nextProducerId = value.producerId
    }
  }

  override write(): void {
    this.setClock(this.journal.length - this.firstEntry + 1)
  }

  private setClock(at: number): void {
    this.now = this.values[at]?.transactionLastUpdateTimestampMs ?? this.now
  }
}

function transactionIn(hex: string): Transaction {
  const value = readTransactionRecord(Uint8Array.of(0, 0, 0, 0), Uint8Array.fromHex(hex))?.value
  if (!value) throw new Error(`no value: ${hex}`)
  return value
}

/** Kafka keeps partitions in hash sets: their order says nothing. */
function sorted(value: Transaction | null): unknown {
  const partitions = value?.transactionPartitions?.map(one => ({ ...one, partitionIds: one.partitionIds.toSorted() }))
  return (
    value && { ...value, transactionPartitions: partitions?.toSorted((a, b) => (a.topic < b.topic ? -1 : 1)) ?? null }
  )
}

class Replica {
  private readonly world = new TracedWorld()
  private transactions: Transactions

  constructor(private readonly trace: Trace) {
    this.transactions = new Transactions(trace.transactionVersion, this.world)
  }

  take({ ask, answer, records }: Step): void {
    const values = records.map(transactionIn)
    const before = this.transactions.records().length
    const { transactionalId } = this.trace
    this.world.begin(values, this.transactions.state.transactions.get(transactionalId)?.producerId ?? -1)
    const given = this.ask(ask, values)
    const written = this.transactions.records().slice(before)
    expect(written.map(({ value }) => sorted(value))).toEqual(values.map(sorted))
    expect(given).toEqual(answer)
  }

  private ask(ask: Ask, values: readonly Transaction[]): unknown {
    const { transactions } = this
    const { transactionalId } = this.trace
    switch (ask.type) {
      case 'restart':
        this.transactions = transactions.restarted()
        return {}
      case 'jump':
        transactions.put(values[0] ?? {}, transactionalId)
        return {}
      case 'timeout':
        transactions.execute({ type: 'findTimedOut' })
        return {}
      case 'describe':
        return describeAnswer(transactions.ask({ type: 'describeTransaction', transactionalId }))
      case 'init': {
        const { timeoutMs: transactionTimeoutMs, producerId, producerEpoch, version } = ask
        const request = { transactionalId, transactionTimeoutMs, producerId, producerEpoch }
        const { errorCode, ...producer } = transactions.ask({ type: 'initProducerId', request }).response
        return { errorCode: told(errorCode, version < 4), ...producer }
      }
      case 'verify': {
        const { topics } = transactions.ask({ type: 'verifyPartitions', request: { transactionalId, ...ask } })
        const results = topics.flatMap(({ resultsByPartition }) => resultsByPartition)
        // Kafka's order is that of a hash map.
        return { errorCodes: results.map(({ partitionErrorCode }) => partitionErrorCode).sort((a, b) => a - b) }
      }
      case 'add':
        return { errorCodes: ask.topics.flatMap(({ partitions }) => partitions.map(() => this.add(ask, ask.topics))) }
      case 'offsets':
        return { errorCode: this.add({ ...ask, version: 3 }, offsets) }
      case 'end': {
        const clientTransactionVersion = ask.version >= 5 ? 2 : 0
        const request = { transactionalId, ...ask }
        const { response } = transactions.ask({ type: 'endTxn', request, clientTransactionVersion })
        return { ...response, errorCode: told(response.errorCode, ask.version < 2) }
      }
    }
  }

  private add(
    { version, ...asker }: { readonly version: number; readonly producerId: number; readonly producerEpoch: number },
    topics: Extract<Ask, { readonly type: 'add' | 'verify' }>['topics'],
  ): ErrorCode {
    const { transactionalId } = this.trace
    const clientTransactionVersion: ClientTransactionVersion = version >= 4 ? 2 : 0
    const request = { transactionalId, ...asker, topics }
    const { errorCode } = this.transactions.ask({ type: 'addPartitions', request, clientTransactionVersion })
    return told(errorCode, version < 2)
  }
}

function told(errorCode: ErrorCode, isOld: boolean): ErrorCode {
  return isOld ? beforeProducerFenced(errorCode) : errorCode
}

function describeAnswer({ response }: Extract<TransactionReply, { readonly type: 'describeTransaction' }>): unknown {
  const { transactionalId: _, ...described } = response
  return described
}

describe('as Apache Kafka', () => {
  for (const trace of kafkaTraces())
    test(`at transaction.version ${trace.transactionVersion}: ${trace.scenario}`, () => {
      const replica = new Replica(trace)
      for (const [at, step] of trace.steps.entries()) {
        try {
          replica.take(step)
        } catch (error) {
          throw new Error(`step ${at}, ${JSON.stringify(step.ask)}: ${error}`, { cause: error })
        }
      }
    })
})
