/** Requests to coordinators as values: simulated clients and real ones ask for the same. @module */
import type { offsetFetch } from '../../src/api/09-offset-fetch.ts'
import type { findCoordinator } from '../../src/api/10-find-coordinator.ts'
import type { initProducerId } from '../../src/api/22-init-producer-id.ts'
import type { addPartitionsToTxn } from '../../src/api/24-add-partitions-to-txn.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import type { Draft } from '../../src/wire/schema.ts'

export const GROUP_KEY = 0
export const TRANSACTION_KEY = 1

/** FindCoordinator from version 4 on, for one key. */
export function coordinatorOf(key: string, keyType: number): Draft<typeof findCoordinator.request> {
  return { key: '', keyType, coordinatorKeys: [key] }
}

/** OffsetFetch from version 8 on, for one group: of topics by name, or of all that it has committed. */
export function offsetFetchOf(
  groupId: string,
  named: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null = null,
  requireStable = true,
): Draft<typeof offsetFetch.request> {
  const topics = named?.map(topic => ({ topicId: zeroUuid, ...topic })) ?? null
  return { groups: [{ groupId, topics }], groupId: '', topics: null, requireStable }
}

/** InitProducerId of a producer that begins; without an id it has no transactions. */
export function initOf(
  transactionalId: string | null,
  transactionTimeoutMs = 60_000,
): Draft<typeof initProducerId.request> {
  return { transactionalId, transactionTimeoutMs, enable2Pc: false, keepPreparedTxn: false }
}

/** AddPartitionsToTxn as clients ask it, up to version 3. */
export function addPartitionsOf(
  producer: TransactionalProducer,
  name: string,
  partitions: readonly number[],
): Draft<typeof addPartitionsToTxn.request> {
  return {
    transactions: [],
    v3AndBelowTransactionalId: producer.transactionalId,
    v3AndBelowProducerId: producer.producerId,
    v3AndBelowProducerEpoch: producer.producerEpoch,
    v3AndBelowTopics: [{ name, partitions }],
  }
}
