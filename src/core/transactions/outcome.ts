/** What one command causes, put together while it is decided. @module */
import type { Decision, Millis } from '../machine.ts'
import type {
  ClientTransactionVersion,
  TransactionCommand,
  TransactionEffect,
  TransactionReply,
  TransactionTimer,
} from './commands.ts'
import type { TransactionSettings } from './settings.ts'
import type { TransactionsState } from './state.ts'
import type { Transaction, TransactionRecord } from './transaction-record.ts'

/** The decision, and what it is made from: the state as it was, and the time. */
export class Outcome implements Decision<TransactionRecord, TransactionReply, TransactionCommand, TransactionEffect> {
  readonly records: TransactionRecord[] = []
  readonly replies: (readonly [waiter: string, reply: TransactionReply])[] = []
  readonly timers: (readonly [key: string, at: Millis, command: TransactionTimer])[] = []
  readonly effects: TransactionEffect[] = []

  constructor(
    readonly state: TransactionsState,
    readonly settings: TransactionSettings,
    /** transaction.version, as it is finalized: what the coordinator itself ends transactions by. */
    readonly transactionVersion: number,
    readonly now: Millis,
  ) {}

  /** Before transaction.version 1 no record can say that a client goes by version 2: Kafka fails to write it. */
  canWrite(clientTransactionVersion: ClientTransactionVersion): boolean {
    return clientTransactionVersion === 0 || this.transactionVersion > 0
  }

  /** `lastProducerEpoch` is what it was where it is left out. */
  write(
    transactionalId: string,
    value: Transaction,
    lastProducerEpoch = this.lastProducerEpochOf(transactionalId),
  ): void {
    this.records.push({ transactionalId, value, lastProducerEpoch })
  }
  forget(transactionalId: string): void {
    this.records.push({ transactionalId, value: null, lastProducerEpoch: -1 })
  }

  /** The epoch with which the producer may repeat its last InitProducerId, or -1. */
  lastProducerEpochOf(transactionalId: string): number {
    return this.state.volatile.lastProducerEpochs.get(transactionalId) ?? -1
  }

  reply(reply: TransactionReply): void {
    this.replies.push(['', reply])
  }

  setTimer(key: string, at: Millis, command: TransactionTimer): void {
    this.timers.push([key, at, command])
  }
}
