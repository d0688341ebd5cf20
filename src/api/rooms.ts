/**
 * What a door may reach: the rooms of the broker, as the hall hands them over with each call.
 * @module
 */
import type { Catalog, Topic } from '../core/catalog/catalog.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import type { FetchSessions } from '../core/fetch-sessions.ts'
import type {
  JoinGroup,
  ListedGroup,
  SyncGroup,
  SyncGroupRequest,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from '../core/groups/commands.ts'
import type { GroupReplyTo, PromptRequest } from '../core/groups/unasked.ts'
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
  TransactionalProducer,
  VerifiedTopic,
} from '../core/transactions/commands.ts'
import type { DiskSpace } from '../log/disk.ts'
import type { PartitionLog, TransactionEnd } from '../log/partition.ts'
import type { ErrorCode } from '../wire/errors.ts'
import type { Parked } from './api.ts'

/** What a produce leaves behind for one partition: the answer's own entry, which a failed write still changes. */
export interface ProduceOutcome {
  readonly index: number
  errorCode: ErrorCode
  errorMessage: string | null
  baseOffset: number
  logAppendTimeMs: number
  logStartOffset: number
  recordErrors: readonly { readonly batchIndex: number; readonly batchIndexErrorMessage: string | null }[]
}

/** Where a log is to begin. */
export interface LogStart {
  readonly log: PartitionLog
  readonly offset: number
}

/** The logs of this broker's partitions, opened on first use. */
export interface Logs {
  /** The log of a partition, or UNKNOWN_TOPIC_OR_PARTITION, or KAFKA_STORAGE_ERROR where it cannot be opened. */
  find(topic: Topic | null, partition: number): PartitionLog | ErrorCode
  /**
   * Validates `records` as a Produce of `version` brings them and stages them, for transactions that each have an epoch of
   * their own where `bumpsEpochs`. They are written when the turn ends; until then `outcome` may still become a
   * KAFKA_STORAGE_ERROR.
   */
  produce(log: PartitionLog, records: Uint8Array, version: number, outcome: ProduceOutcome, bumpsEpochs?: boolean): void
  /**
   * Remembers what a Produce brought for a log that could not be opened, so that once it can be, what was in flight behind
   * it is not taken before it comes again.
   */
  refuse(topic: Topic, partition: number, records: Uint8Array): void
  /**
   * Appends the marker that ends a transaction in a log, at once: NONE, INVALID_PRODUCER_EPOCH or
   * TRANSACTION_COORDINATOR_FENCED for one that comes too late, or KAFKA_STORAGE_ERROR. Not for the partitions of groups.
   */
  endTransaction(log: PartitionLog, end: TransactionEnd): ErrorCode
  /**
   * Lets logs begin later, of which none is asked to begin above its high watermark: NONE once that outlives a crash, or
   * KAFKA_STORAGE_ERROR, and then nothing has changed. Those that begin there or later already stay as they are.
   */
  incrementLogStartOffsets(starts: readonly LogStart[]): ErrorCode
  /** What the segments of a partition take on the disk, whether its log is open or not. Throws what `errorCodeOf` tells. */
  sizeBytes(topic: Topic, partition: number): number
  /** The disk that all logs lie on. Throws what `errorCodeOf` tells. */
  space(): DiskSpace
  /** The code of what reading a log threw; rethrows what is neither the disk's nor the records' fault. */
  errorCodeOf(error: unknown): ErrorCode
}

/** Where calls wait for logs to grow. */
export interface Purgatory {
  /**
   * Asks `attempt` again each time one of `logs` has grown, until it gives an answer; at `deadlineMs` it is asked a last
   * time, with `isLast` set, and must give one.
   */
  park<T>(logs: readonly PartitionLog[], deadlineMs: number, attempt: (isLast: boolean) => T | null): Parked<T>
}

/**
 * The coordinator of all groups. Where no group could be asked, or what it decided could not be written, the answer's error
 * is COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, or UNKNOWN_SERVER_ERROR for what no record can hold.
 */
export interface GroupCoordinator {
  /** Makes the topic that groups are kept in, if it is missing: NONE, or COORDINATOR_NOT_AVAILABLE. */
  open(): ErrorCode
  /** The partition of `__consumer_offsets` that has a group, or null where that topic is missing and cannot be made. */
  partitionFor(groupId: string): number | null
  ask<C extends PromptRequest>(command: C): GroupReplyTo<C>
  joinGroup(
    command: Omit<JoinGroup, 'type' | 'waiter' | 'uuid'>,
  ): GroupReplyTo<JoinGroup> | Parked<GroupReplyTo<JoinGroup>>
  syncGroup(request: SyncGroupRequest): GroupReplyTo<SyncGroup> | Parked<GroupReplyTo<SyncGroup>>
  /**
   * Commits offsets as part of a transaction. `admit` is asked where the producer has none open in the log of the group's
   * partition of `__consumer_offsets`: its error is that of all offsets.
   */
  commitTransactionalOffsets(
    request: TxnOffsetCommitRequest,
    admit: (partition: TopicPartition) => ErrorCode,
  ): TxnOffsetCommitResponse
  /**
   * Ends a producer's transaction in a partition of `__consumer_offsets`: writes the marker, and what was committed in the
   * transaction counts, or is forgotten. What `Logs.endTransaction` answers, or UNKNOWN_TOPIC_OR_PARTITION where there is no
   * such partition any more, or NOT_COORDINATOR where it cannot be loaded.
   */
  completeTransaction(partition: number, end: TransactionEnd): ErrorCode
  /** Those that pass the filters, of which empty ones let all through. Groups that cannot be read are left out. */
  listGroups(statesFilter: readonly string[], typesFilter: readonly string[]): readonly ListedGroup[]
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/**
 * What is asked for a transactional batch of a producer that has no transaction in its log yet
 * (AddPartitionsToTxnManager.TransactionSupportedOperation): whether the partition is in the transaction, or that it be.
 * Clients before KIP-890 do not know TRANSACTION_ABORTABLE, and get INVALID_TXN_STATE.
 */
export type Admission = 'add' | 'verify' | 'verifyForOldClient'

/**
 * The coordinator of all transactions. An empty transactional id is answered INVALID_REQUEST. Where none could be asked, or what was decided could
 * not be written, the error is COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, or UNKNOWN_SERVER_ERROR for what no record can
 * hold. A producer with another epoch is told PRODUCER_FENCED, which older versions do not know.
 */
export interface Transactions {
  /** Makes the topic that transactions are kept in, if it is missing: NONE, or COORDINATOR_NOT_AVAILABLE. */
  open(): ErrorCode
  initProducerId(request: InitProducerIdRequest): InitProducerIdResponse
  /** Adds partitions, which exist, to a producer's transaction: all or, with an error, none. */
  addPartitions(request: PartitionsRequest, clientVersion: ClientTransactionVersion): ErrorCode
  /** Says of partitions whether they are in a producer's transaction. */
  verifyPartitions(request: PartitionsRequest): readonly VerifiedTopic[]
  /**
   * Asks for a producer who writes transactional batches to `partitions`, in none of whose logs its transaction is open: one
   * code for each of them, as AddPartitionsToTxnManager gives it.
   */
  admit(
    producer: TransactionalProducer,
    partitions: readonly TopicPartition[],
    admission: Admission,
  ): readonly ErrorCode[]
  endTxn(request: EndTxnRequest, clientVersion: ClientTransactionVersion): EndTxnResponse
  describeTransaction(transactionalId: string): DescribedTransaction
  /** Those that pass the filters. Transactions that cannot be read are left out. */
  listTransactions(command: ListTransactions): readonly ListedTransaction[]
}

/** One row of what ApiVersions answers. */
export interface ServedApi {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

export interface Rooms {
  /** The APIs that have a handler, with their stable versions. */
  readonly served: readonly ServedApi[]
  readonly catalog: Catalog
  readonly configs: BrokerConfigs
  readonly fetchSessions: FetchSessions
  readonly logs: Logs
  readonly purgatory: Purgatory
  readonly groups: GroupCoordinator
  readonly transactions: Transactions
}
