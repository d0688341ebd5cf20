/** What transactional producers ask of the broker, and what readers see of it. @module */
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { findCoordinator } from '../../src/api/10-find-coordinator.ts'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { addPartitionsToTxn } from '../../src/api/24-add-partitions-to-txn.ts'
import { endTxn } from '../../src/api/26-end-txn.ts'
import { describeTransactions } from '../../src/api/65-describe-transactions.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { committedRecords } from '../clients/committed-records.ts'
import { addPartitionsOf, coordinatorOf, initOf, TRANSACTION_KEY } from '../clients/coordinator-requests.ts'
import type { SimClient } from './client.ts'
import { batchOf, fetchOf, onlyPartition, outcomeOf, produceOf } from './world.ts'

/** The newest of both protocols: transaction version 1 adds partitions by hand, 2 has an epoch for each transaction. */
export const VERSIONS = {
  1: { produce: 11, endTxn: 4 },
  2: { produce: 12, endTxn: 5 },
} as const
export type TransactionVersion = keyof typeof VERSIONS

const INIT_VERSION = 5
const ADD_VERSION = 3
const FIND_VERSION = 6
const READ_COMMITTED = 1
const FETCH_VERSION = 12

/** A producer that begins: it fences those that had the id before. */
export function initProducer(client: SimClient, transactionalId: string, timeoutMs?: number): TransactionalProducer {
  const { errorCode, ...producer } = client.call(initProducerId, INIT_VERSION, initOf(transactionalId, timeoutMs))
  if (errorCode !== ErrorCode.NONE) throw new Error(`${transactionalId} is not initialized: ${errorCode}`)
  return { transactionalId, producerId: producer.producerId, producerEpoch: producer.producerEpoch }
}

/** The error of InitProducerId. */
export function initCode(client: SimClient, transactionalId: string): number {
  return client.call(initProducerId, INIT_VERSION, initOf(transactionalId)).errorCode
}

/** Adds partitions of one topic, and returns the error of each. */
export function addPartitions(
  client: SimClient,
  producer: TransactionalProducer,
  name: string,
  partitions: readonly number[],
): number[] {
  const answer = client.call(addPartitionsToTxn, ADD_VERSION, addPartitionsOf(producer, name, partitions))
  return answer.resultsByTopicV3AndBelow.flatMap(topic => topic.resultsByPartition.map(of => of.partitionErrorCode))
}

export interface WriteShape {
  readonly partition?: number
  readonly baseSequence?: number
  /** Of Produce. */
  readonly version?: number
}

/** Writes a transactional batch of `values`, and returns the partition's outcome. */
export function writeIn(
  client: SimClient,
  producer: TransactionalProducer,
  topic: string,
  values: readonly string[],
  { partition = 0, baseSequence = 0, version = VERSIONS[2].produce }: WriteShape = {},
) {
  const { transactionalId, ...of } = producer
  const batch = batchOf({ ...of, baseSequence, isTransactional: true, values })
  return outcomeOf(client.call(produce, version, produceOf(topic, { [partition]: batch }, { transactionalId })))
}

/** Commits or aborts, and returns the answer: with version 2, what the producer goes on with. */
export function endTransaction(
  client: SimClient,
  producer: TransactionalProducer,
  committed: boolean,
  version: TransactionVersion = 2,
) {
  return client.call(endTxn, VERSIONS[version].endTxn, { ...producer, committed })
}

export function describeTransaction(client: SimClient, transactionalId: string) {
  const { transactionStates } = client.call(describeTransactions, 0, { transactionalIds: [transactionalId] })
  const [state] = transactionStates
  if (!state) throw new Error('no transaction in the answer')
  return state
}

/** Asks for the coordinator of a transactional id and returns the error. */
export function findTransactionCoordinator(client: SimClient, transactionalId: string): number {
  const request = coordinatorOf(transactionalId, TRANSACTION_KEY)
  return client.call(findCoordinator, FIND_VERSION, request).coordinators[0]?.errorCode ?? -1
}

export interface Committed {
  readonly values: readonly string[]
  readonly lastStableOffset: number
  readonly highWatermark: number
}

/** What a consumer with isolation.level=read_committed gets of a partition. */
export function readCommitted(client: SimClient, topic: string, partition = 0): Committed {
  const request = fetchOf(topic, { partitions: [{ partition }], isolationLevel: READ_COMMITTED })
  const fetched = onlyPartition(client.call(fetch, FETCH_VERSION, request))
  if (fetched.errorCode !== ErrorCode.NONE) throw new Error(`fetch: ${fetched.errorCode}`)
  const values = committedRecords(fetched, 0).records.map(({ value }) => new TextDecoder().decode(value ?? undefined))
  const { lastStableOffset, highWatermark } = fetched
  return { values, lastStableOffset, highWatermark }
}
