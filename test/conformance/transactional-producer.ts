/**
 * A producer of one partition whose transactions have an offset of a group in them, through our own codec and in both
 * versions of the protocol.
 * @module
 */
import { produce } from '../../src/api/00-produce.ts'
import { offsetFetch } from '../../src/api/09-offset-fetch.ts'
import { findCoordinator } from '../../src/api/10-find-coordinator.ts'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { addPartitionsToTxn } from '../../src/api/24-add-partitions-to-txn.ts'
import { addOffsetsToTxn } from '../../src/api/25-add-offsets-to-txn.ts'
import { endTxn } from '../../src/api/26-end-txn.ts'
import { txnOffsetCommit } from '../../src/api/28-txn-offset-commit.ts'
import { describeTransactions } from '../../src/api/65-describe-transactions.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { committedRecords } from '../clients/committed-records.ts'
import { AnswerError, fetchFrom } from '../clients/requests.ts'
import type { WireClient } from '../clients/wire-client.ts'

/** Of the protocol: 1 adds partitions by hand, 2 has an epoch for each transaction (KIP-890). */
export type TransactionVersion = 1 | 2
const apiVersions = {
  1: { produce: 11, endTxn: 4, txnOffsetCommit: 4 },
  2: { produce: 12, endTxn: 5, txnOffsetCommit: 5 },
} as const

const INIT_VERSION = 5
const ADD_VERSION = 3
const ADD_OFFSETS_VERSION = 3
const FIND_VERSION = 4
const OFFSET_FETCH_VERSION = 9
/** Longer than any of this takes. */
const TRANSACTION_MS = 600_000
const REQUEST_MS = 5000
const RETRY_MS = 50
const PATIENCE_MS = 60_000

/** Errors after which a client asks again: a coordinator that is not there yet, a transaction that has not ended. */
const transient: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
])

/** What `ask` gives once its error is none that passes. @throws AnswerError */
async function settled<T>(what: string, ask: () => Promise<T>, codeOf: (answer: T) => number | undefined): Promise<T> {
  const endMs = Date.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    const code = codeOf(answer) ?? ErrorCode.UNKNOWN_SERVER_ERROR
    if (code === ErrorCode.NONE) return answer
    if (!transient.has(code) || Date.now() > endMs) throw new AnswerError(what, code)
    await Bun.sleep(RETRY_MS)
  }
}

export class GroupedProducer {
  private producerId = -1
  private producerEpoch = -1
  private sequence = 0
  /** What the last transaction has committed for the group. */
  committedOffset = 0

  constructor(
    /** The group has the same name. */
    readonly transactionalId: string,
    readonly topic: string,
    readonly partition: number,
    private readonly version: TransactionVersion,
  ) {}

  /** One that knows the same. */
  copy(): GroupedProducer {
    const { transactionalId, topic, partition, version, ...known } = this
    return Object.assign(new GroupedProducer(transactionalId, topic, partition, version), known)
  }

  private get producer() {
    const { transactionalId, producerId, producerEpoch } = this
    return { transactionalId, producerId, producerEpoch }
  }

  /** Begins as a new producer, with a first transaction that has a record and an offset in it. */
  async begin(client: WireClient, value: string): Promise<void> {
    for (const keyType of [0, 1]) await this.findCoordinator(client, keyType)
    const { transactionalId } = this
    const request = { transactionalId, transactionTimeoutMs: TRANSACTION_MS, enable2Pc: false, keepPreparedTxn: false }
    const { producerId, producerEpoch } = await settled(
      'InitProducerId',
      () => client.call(initProducerId, INIT_VERSION, request),
      answer => answer.errorCode,
    )
    Object.assign(this, { producerId, producerEpoch, sequence: 0 })
    if (this.version === 1) await this.addByHand(client)
    await this.write(client, value)
    await this.commitOffset(client)
  }

  private findCoordinator(client: WireClient, keyType: number) {
    const request = { key: '', keyType, coordinatorKeys: [this.transactionalId] }
    return settled(
      'FindCoordinator',
      () => client.call(findCoordinator, FIND_VERSION, request),
      answer => answer.coordinators[0]?.errorCode,
    )
  }

  private async addByHand(client: WireClient): Promise<void> {
    const { transactionalId, producerId, producerEpoch, topic, partition } = this
    await settled(
      'AddPartitionsToTxn',
      () =>
        client.call(addPartitionsToTxn, ADD_VERSION, {
          transactions: [],
          v3AndBelowTransactionalId: transactionalId,
          v3AndBelowProducerId: producerId,
          v3AndBelowProducerEpoch: producerEpoch,
          v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
        }),
      answer => answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode,
    )
    await settled(
      'AddOffsetsToTxn',
      () => client.call(addOffsetsToTxn, ADD_OFFSETS_VERSION, { ...this.producer, groupId: transactionalId }),
      answer => answer.errorCode,
    )
  }

  /** Writes one record in the transaction that is open. */
  async write(client: WireClient, value: string): Promise<void> {
    const { transactionalId, ...producer } = this.producer
    const options = { ...producer, baseSequence: this.sequence, isTransactional: true }
    const record = { offset: 0, timestamp: Date.now(), key: null, value: new TextEncoder().encode(value) }
    const partitionData = [{ index: this.partition, records: encodeBatch(options, [record]) }]
    const topicData = [{ topicId: zeroUuid, name: this.topic, partitionData }]
    await settled(
      'Produce',
      () =>
        client.call(produce, apiVersions[this.version].produce, {
          transactionalId,
          acks: -1,
          timeoutMs: REQUEST_MS,
          topicData,
        }),
      answer => answer.responses[0]?.partitionResponses[0]?.errorCode,
    )
    this.sequence++
  }

  private async commitOffset(client: WireClient): Promise<void> {
    const committedOffset = this.committedOffset + 1
    const partitions = [
      { partitionIndex: this.partition, committedOffset, committedLeaderEpoch: -1, committedMetadata: '' },
    ]
    await settled(
      'TxnOffsetCommit',
      () =>
        client.call(txnOffsetCommit, apiVersions[this.version].txnOffsetCommit, {
          ...this.producer,
          groupId: this.transactionalId,
          generationId: -1,
          memberId: '',
          topics: [{ name: this.topic, partitions }],
        }),
      answer => answer.topics[0]?.partitions[0]?.errorCode,
    )
    this.committedOffset = committedOffset
  }

  /** Ends the transaction, and waits until its logs know. */
  async end(client: WireClient, committed: boolean): Promise<void> {
    const { producerId, producerEpoch } = await settled(
      'EndTxn',
      () => client.call(endTxn, apiVersions[this.version].endTxn, { ...this.producer, committed }),
      answer => answer.errorCode,
    )
    if (this.version === 2) Object.assign(this, { producerId, producerEpoch, sequence: 0 })
    await completed(client, this.transactionalId)
  }
}

async function completed(client: WireClient, transactionalId: string): Promise<string> {
  const endMs = Date.now() + PATIENCE_MS
  for (;;) {
    const { transactionStates } = await settled(
      'DescribeTransactions',
      () => client.call(describeTransactions, 0, { transactionalIds: [transactionalId] }),
      answer => answer.transactionStates[0]?.errorCode,
    )
    const state = transactionStates[0]?.transactionState ?? ''
    if (!state.startsWith('Prepare') || Date.now() > endMs) return state
    await Bun.sleep(RETRY_MS)
  }
}

export interface GroupedView {
  readonly state: string
  /** Of the committed records. */
  readonly values: readonly string[]
  /** Of the group; null where it has none. */
  readonly offset: number | 'unstable' | null
}

/** What is seen of a producer's transactions once the last of them is not about to end. */
export async function viewGrouped(
  client: WireClient,
  { transactionalId, topic, partition }: GroupedProducer,
): Promise<GroupedView> {
  const state = await completed(client, transactionalId)
  const fetched = await fetchFrom(client, { topic, partition }, { offset: 0, isReadCommitted: true })
  const { records } = committedRecords(fetched, 0)
  const values = records.map(({ value }) => Buffer.from(value ?? []).toString())
  return { state, values, offset: await offsetOf(client, transactionalId, topic, partition) }
}

async function offsetOf(client: WireClient, groupId: string, name: string, partition: number) {
  const topics = [{ topicId: zeroUuid, name, partitionIndexes: [partition] }]
  const { groups } = await settled(
    'OffsetFetch',
    () =>
      client.call(offsetFetch, OFFSET_FETCH_VERSION, {
        groupId: '',
        topics: null,
        groups: [{ groupId, memberId: null, memberEpoch: -1, topics }],
        requireStable: true,
      }),
    answer => answer.groups[0]?.errorCode,
  )
  const found = groups[0]?.topics[0]?.partitions[0]
  if (found?.errorCode === ErrorCode.UNSTABLE_OFFSET_COMMIT) return 'unstable'
  return found && found.committedOffset >= 0 ? found.committedOffset : null
}
