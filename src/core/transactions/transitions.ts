/**
 * What a transaction becomes (Kafka's TransactionMetadata). Whether it may is not asked here.
 * @module
 */
import type { ClientTransactionVersion, TopicPartitions } from './commands.ts'
import { isAtRest, TransactionStatus } from './status.ts'
import type { Transaction } from './transaction-record.ts'

const { EMPTY, ONGOING, PREPARE_COMMIT, PREPARE_ABORT, COMPLETE_COMMIT, COMPLETE_ABORT } = TransactionStatus

/** Short.MAX_VALUE: no producer is ever given it, so that each can be fenced. */
export const MAX_EPOCH = 32_767

/** Whether the next epoch is one that no producer may be given: it needs another id. */
export function isEpochExhausted(producerEpoch: number): boolean {
  return producerEpoch >= MAX_EPOCH - 1
}

/** A transactional id that was never used, with an id for its first producer, which has no epoch yet. */
export function unusedTransaction(producerId: number): Transaction {
  return { ...unused, producerId }
}

const unused = {
  producerEpoch: -1,
  transactionTimeoutMs: 0,
  transactionStatus: EMPTY,
  transactionPartitions: null,
  transactionLastUpdateTimestampMs: -1,
  transactionStartTimestampMs: -1,
  previousProducerId: -1,
  nextProducerId: -1,
  clientTransactionVersion: 0,
  nextProducerEpoch: -1,
}

/** Every transition but its own `changes`. Kafka 4.3.1 has no use for the next epoch, which is KIP-939's. */
function become(current: Transaction, now: number, changes: Partial<Transaction>): Transaction {
  return {
    ...current,
    previousProducerId: current.producerId,
    nextProducerEpoch: -1,
    transactionLastUpdateTimestampMs: now,
    ...changes,
  }
}

/** With a producer that has just been initialized. */
export function withProducer(
  current: Transaction,
  producer: Pick<Transaction, 'producerId' | 'producerEpoch' | 'transactionTimeoutMs'>,
  now: number,
): Transaction {
  return become(current, now, {
    ...producer,
    transactionStatus: EMPTY,
    transactionPartitions: null,
    transactionStartTimestampMs: -1,
  })
}

/** Ongoing, with `added` partitions. */
export function withPartitions(
  current: Transaction,
  added: readonly TopicPartitions[],
  clientTransactionVersion: ClientTransactionVersion,
  now: number,
): Transaction {
  return become(current, now, {
    transactionStatus: ONGOING,
    transactionPartitions: union(current.transactionPartitions ?? [], added),
    transactionStartTimestampMs: isAtRest(current) ? now : current.transactionStartTimestampMs,
    clientTransactionVersion,
  })
}

type Partitions = NonNullable<Transaction['transactionPartitions']>

function union(partitions: Partitions, added: readonly TopicPartitions[]): Partitions {
  const byTopic = new Map(partitions.map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]))
  for (const { name, partitions } of added) byTopic.set(name, new Set([...(byTopic.get(name) ?? []), ...partitions]))
  return [...byTopic].map(([topic, partitionIds]) => ({ topic, partitionIds: [...partitionIds] }))
}

/**
 * With its outcome decided. By version 2 the epoch goes up, so that what the producer still has in flight comes too late
 * (KIP-890); where epochs are used up, the producer goes on with `nextProducerId` when the transaction is complete. One that
 * never had partitions can be aborted too and begins at that moment.
 */
export function prepared(
  current: Transaction,
  isCommit: boolean,
  clientTransactionVersion: ClientTransactionVersion,
  nextProducerId: number,
  now: number,
): Transaction {
  const { producerEpoch, transactionPartitions, transactionStartTimestampMs } = current
  return become(current, now, {
    producerEpoch: clientTransactionVersion === 2 ? epochAfter(producerEpoch) : producerEpoch,
    nextProducerId,
    transactionStatus: isCommit ? PREPARE_COMMIT : PREPARE_ABORT,
    transactionPartitions: transactionPartitions ?? [],
    transactionStartTimestampMs: isAtRest(current) ? now : transactionStartTimestampMs,
    clientTransactionVersion,
  })
}

/** The epoch that fences a producer with this one. */
export function epochAfter(producerEpoch: number): number {
  return Math.min(producerEpoch + 1, MAX_EPOCH)
}

/** With all markers written. */
export function completed(current: Transaction, now: number): Transaction {
  const { producerId, producerEpoch, nextProducerId, clientTransactionVersion, transactionStatus } = current
  const isRotated = clientTransactionVersion >= 2 && nextProducerId !== -1
  return become(current, now, {
    producerId: isRotated ? nextProducerId : producerId,
    producerEpoch: isRotated ? 0 : producerEpoch,
    nextProducerId: -1,
    transactionStatus: transactionStatus === PREPARE_COMMIT ? COMPLETE_COMMIT : COMPLETE_ABORT,
    transactionPartitions: [],
  })
}
