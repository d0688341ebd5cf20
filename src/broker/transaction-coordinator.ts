/**
 * The coordinator of all transactions: a machine for each partition of `__transaction_state`.
 *
 * Kafka answers EndTxn once the outcome is journaled, and lets other threads send the markers to the leaders of the
 * partitions (TransactionMarkerChannelManager). Here the markers are written, and the transaction is complete, before the
 * answer goes, unless a log refuses one, which is asked again: whoever comes next is hardly ever too early.
 * @module
 */
import type { Admission, GroupCoordinator, TopicPartition, Transactions } from '../api/rooms.ts'
import { assert } from '../base/assert.ts'
import type { Topic } from '../core/catalog/catalog.ts'
import { CONSUMER_OFFSETS, TRANSACTION_STATE } from '../core/catalog/topic.ts'
import { JournalError } from '../core/machine.ts'
import type {
  ClientTransactionVersion,
  DescribedTransaction,
  EndTxnRequest,
  EndTxnResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  ListedTransaction,
  ListTransactions,
  PartitionsRequest,
  TopicPartitions,
  TransactionalProducer,
  TransactionCommand,
  TransactionEffect,
  TransactionReply,
  VerifiedTopic,
  WithProducerId,
  WriteMarkers,
} from '../core/transactions/commands.ts'
import { undescribed } from '../core/transactions/inspection.ts'
import { transactionMachine } from '../core/transactions/machine.ts'
import { resultsByPartition } from '../core/transactions/partitions.ts'
import { beforeProducerFenced, noProducer } from '../core/transactions/refusal.ts'
import type { TransactionsState } from '../core/transactions/state.ts'
import {
  readTransactionRecord,
  type TransactionRecord,
  writeTransactionRecord,
} from '../core/transactions/transaction-record.ts'
import type { TransactionEnd } from '../log/partition.ts'
import { ErrorCode } from '../wire/errors.ts'
import { type CoordinatorKind, type CoordinatorOptions, CoordinatorPartitions } from './coordinator-partitions.ts'

export interface TransactionCoordinatorOptions extends CoordinatorOptions {
  /** Where markers of offsets go. */
  readonly groups: Pick<GroupCoordinator, 'completeTransaction'>
}

type Partitions = CoordinatorPartitions<
  TransactionsState,
  TransactionCommand,
  TransactionRecord,
  TransactionReply,
  TransactionEffect
>
type Machine = NonNullable<ReturnType<Partitions['machine']>>
type Kind = CoordinatorKind<
  TransactionsState,
  TransactionCommand,
  TransactionRecord,
  TransactionReply,
  TransactionEffect
>
type ReplyTo<C extends TransactionCommand> = Extract<TransactionReply, { readonly type: C['type'] }>

/**
 * With these a marker is not to come again: it is there; the topic was deleted; somebody has ended the transaction there with
 * a later epoch. After the last two Kafka gives up, and the transaction is never complete.
 */
const settled: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.NONE,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.TRANSACTION_COORDINATOR_FENCED,
])

export class TransactionCoordinator implements Transactions {
  private readonly partitions: Partitions

  constructor(private readonly options: TransactionCoordinatorOptions) {
    this.partitions = new CoordinatorPartitions(TRANSACTION_STATE, options, () => this.makeKind())
  }

  open(): ErrorCode {
    return this.partitions.open()
  }

  /** Soon does what a crash has left to be done: nobody may ever ask for it. */
  resumeSoon(): void {
    this.partitions.loadSoon()
  }

  topicDeleted({ name }: Topic): void {
    if (name === TRANSACTION_STATE) this.partitions.topicDeleted()
  }

  initProducerId(request: InitProducerIdRequest): InitProducerIdResponse {
    const response = this.tryInitProducerId(request)
    // What was ongoing is aborted by now. Kafka lets the client ask again until it is.
    return response.errorCode === ErrorCode.CONCURRENT_TRANSACTIONS ? this.tryInitProducerId(request) : response
  }

  private tryInitProducerId(request: InitProducerIdRequest): InitProducerIdResponse {
    const reply = this.ask(request.transactionalId, { type: 'initProducerId', request })
    return typeof reply === 'number' ? { ...noProducer, errorCode: reply } : reply.response
  }

  addPartitions(request: PartitionsRequest, clientTransactionVersion: ClientTransactionVersion): ErrorCode {
    const command = { type: 'addPartitions', request, clientTransactionVersion } as const
    const reply = this.ask(request.transactionalId, command)
    return typeof reply === 'number' ? reply : reply.errorCode
  }

  verifyPartitions(request: PartitionsRequest): readonly VerifiedTopic[] {
    const reply = this.ask(request.transactionalId, { type: 'verifyPartitions', request })
    return typeof reply === 'number' ? resultsByPartition(request.topics, () => reply) : reply.topics
  }

  admit(
    producer: TransactionalProducer,
    partitions: readonly TopicPartition[],
    admission: Admission,
  ): readonly ErrorCode[] {
    const { configs } = this.options
    const request = {
      ...producer,
      topics: partitions.map(({ topic, partition }) => ({ name: topic, partitions: [partition] })),
    }
    if (admission === 'add') {
      const errorCode = beforeProducerFenced(this.addPartitions(request, 2))
      return partitions.map(() => errorCode)
    }
    if (!configs.boolean('transaction.partition.verification.enable')) return partitions.map(() => ErrorCode.NONE)
    const codes = this.verifyPartitions(request).flatMap(topic =>
      topic.resultsByPartition.map(({ partitionErrorCode }) => beforeProducerFenced(partitionErrorCode)),
    )
    if (admission === 'verify') return codes
    return codes.map(code => (code === ErrorCode.TRANSACTION_ABORTABLE ? ErrorCode.INVALID_TXN_STATE : code))
  }

  endTxn(request: EndTxnRequest, clientTransactionVersion: ClientTransactionVersion): EndTxnResponse {
    const reply = this.ask(request.transactionalId, { type: 'endTxn', request, clientTransactionVersion })
    return typeof reply === 'number' ? { ...noProducer, errorCode: reply } : reply.response
  }

  describeTransaction(transactionalId: string): DescribedTransaction {
    const reply = this.ask(transactionalId, { type: 'describeTransaction', transactionalId })
    return typeof reply === 'number' ? undescribed(transactionalId, reply) : reply.response
  }

  listTransactions(command: ListTransactions): ListedTransaction[] {
    const listed: ListedTransaction[] = []
    for (const machine of this.partitions.used()) {
      const { transactions } = this.answer(machine, command)
      for (const transaction of transactions) listed.push(transaction)
    }
    return listed
  }

  private ask<C extends TransactionCommand>(transactionalId: string, command: C): ReplyTo<C> | ErrorCode {
    const begins = command.type === 'initProducerId'
    return this.partitions.ask(transactionalId, begins, machine => this.answer(machine, command))
  }

  private answer<C extends TransactionCommand>(machine: Machine, command: C): ReplyTo<C> {
    const reply = this.execute(machine, command)
    assert(reply?.type === command.type, 'an answer to another command')
    // The type of a reply is that of its command, as was just seen.
    return reply as ReplyTo<C>
  }

  /** Executes a command; where it needs a new producer id, once more with one. Throws JournalError. */
  private execute(machine: Machine, command: TransactionCommand): TransactionReply | null {
    const reply = machine.execute(command)
    if (reply?.type !== 'producerIdNeeded') return reply
    const { catalog, hall } = this.options
    const again: TransactionCommand & WithProducerId = {
      ...command,
      newProducerId: catalog.allocateProducerId(hall.now()),
    }
    return machine.execute(again)
  }

  private makeKind(): Kind {
    const { catalog, configs } = this.options
    const transactionVersion = () => catalog.featureLevel('transaction.version')
    return {
      machine: transactionMachine(configs, transactionVersion),
      format: {
        write: record => writeTransactionRecord(record, transactionVersion()),
        reader: () => readTransactionRecord,
        // As TransactionStateManager has it.
        baseSequence: -1,
      },
      journalRefused: command => ({ type: 'journalRefused', command }),
      perform: (effect, machine) => this.perform(effect, machine),
      loaded: machine => {
        machine.execute({ type: 'partitionLoaded' })
      },
    }
  }

  private perform(effect: TransactionEffect, machine: Machine): void {
    try {
      if (effect.type === 'writeMarkers') this.writeMarkers(effect, machine)
      else this.execute(machine, effect)
    } catch (error) {
      // It is wanted again: the machine has been told, or looks for what has timed out once more.
      if (!(error instanceof JournalError)) throw error
      this.options.hall.warn(error.message)
    }
  }

  private writeMarkers({ topics, transactionalId, ...effect }: WriteMarkers, machine: Machine): void {
    const { producerId, producerEpoch } = effect
    const end = { ...effect, coordinatorEpoch: machine.log.leaderEpoch }
    const missing: TopicPartitions[] = []
    for (const { name, partitions } of topics) {
      const left = partitions.filter(partition => !settled.has(this.writeMarker(name, partition, end)))
      if (left.length > 0) missing.push({ name, partitions: left })
    }
    machine.execute({ type: 'markersWritten', transactionalId, producerId, producerEpoch, missing })
  }

  private writeMarker(name: string, partition: number, end: TransactionEnd): ErrorCode {
    const { catalog, groups, logs } = this.options
    if (name === CONSUMER_OFFSETS) return groups.completeTransaction(partition, end)
    const log = logs.find(catalog.topicByName(name), partition)
    return typeof log === 'number' ? log : logs.endTransaction(log, end)
  }
}
