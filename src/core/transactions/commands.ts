/**
 * What a transaction machine can be told, what it answers, and what it asks of others. Requests of the doors fit as they
 * are, and so do the answers: that versions before KIP-588 are told INVALID_PRODUCER_EPOCH where newer ones are told
 * PRODUCER_FENCED is the door's to say, with `beforeProducerFenced`.
 * @module
 */

import type { Matcher } from '../../base/re2.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import type { ProducerIdAndEpoch } from '../pending-records.ts'

/** One partition of `__transaction_state` has one machine: every command goes to the one that its transactional id hashes to. */
export type TransactionCommand =
  | InitProducerId
  | AddPartitions
  | VerifyPartitions
  | EndTxn
  | DescribeTransaction
  | ListTransactions
  | MarkersWritten
  | AbortTimedOut
  | PartitionLoaded
  | JournalRefused
  | TransactionTimer

/**
 * An id that nobody has yet, for where a producer's epochs are used up. Most commands need none and leave it out; those that
 * turn out to need one are answered `producerIdNeeded`, have changed nothing, and come again with it.
 */
export interface WithProducerId {
  readonly newProducerId?: number
}

/** With a transactional id: what has none never comes here. */
export interface InitProducerId extends WithProducerId {
  readonly type: 'initProducerId'
  readonly request: InitProducerIdRequest
}

/** An id of '' and a timeout out of bounds are the machine's to refuse. */
export interface InitProducerIdRequest {
  readonly transactionalId: string
  readonly transactionTimeoutMs: number
  /** Of a producer that goes on after an error (KIP-360); -1 and -1 of one that begins. One without the other is the door's. */
  readonly producerId: number
  readonly producerEpoch: number
}

/** Who the producer is from now on. */
export interface InitProducerIdResponse {
  readonly errorCode: ErrorCode
  /** -1 where there is an error. */
  readonly producerId: number
  readonly producerEpoch: number
}

/** What a producer names itself with. */
export interface TransactionalProducer extends ProducerIdAndEpoch {
  readonly transactionalId: string
}

/**
 * Adds partitions to the producer's transaction, which begins with the first. AddOffsetsToTxn adds that partition of
 * `__consumer_offsets` which has the group. All must exist.
 */
export interface AddPartitions {
  readonly type: 'addPartitions'
  readonly request: PartitionsRequest
  readonly clientTransactionVersion: ClientTransactionVersion
}

/** One producer's part of an AddPartitionsToTxn. */
export interface PartitionsRequest extends TransactionalProducer {
  readonly topics: readonly TopicPartitions[]
}

/** Partitions of one topic. */
export interface TopicPartitions {
  readonly name: string
  readonly partitions: readonly number[]
}

/**
 * What the client goes by (TransactionVersion): 2, with an epoch for every transaction (KIP-890), from AddPartitionsToTxn 4,
 * EndTxn 5, Produce 12 and TxnOffsetCommit 5 on; 0 before, and always for AddOffsetsToTxn.
 */
export type ClientTransactionVersion = 0 | 2

/** Asks whether partitions are in the producer's transaction. */
export interface VerifyPartitions {
  readonly type: 'verifyPartitions'
  readonly request: PartitionsRequest
}

/** Of each partition: TRANSACTION_ABORTABLE is one that is not in the transaction. */
export interface VerifiedTopic {
  readonly name: string
  readonly resultsByPartition: readonly { readonly partitionIndex: number; readonly partitionErrorCode: ErrorCode }[]
}

/** Commits or aborts. By version 2 it takes a new producer id where epochs are used up. */
export interface EndTxn extends WithProducerId {
  readonly type: 'endTxn'
  readonly request: EndTxnRequest
  readonly clientTransactionVersion: ClientTransactionVersion
}

/** Not `committed` is aborted. */
export interface EndTxnRequest extends TransactionalProducer {
  readonly committed: boolean
}

/** NONE where the outcome is decided, even if a log has not taken its marker. */
export interface EndTxnResponse {
  readonly errorCode: ErrorCode
  /** What the producer is to go on with: -1 and -1 before version 5, and where there is an error. */
  readonly producerId: number
  readonly producerEpoch: number
}

/** Asks how the transaction of one id stands. */
export interface DescribeTransaction {
  readonly type: 'describeTransaction'
  readonly transactionalId: string
}

/** An entry of the answer of DescribeTransactions. Of a transaction that has not begun the start is -1. */
export interface DescribedTransaction {
  readonly errorCode: ErrorCode
  readonly transactionalId: string
  readonly transactionState: string
  readonly transactionTimeoutMs: number
  readonly transactionStartTimeMs: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[]
}

/** The transactions of this machine that pass all filters; `listing` makes it of a request. */
export interface ListTransactions {
  readonly type: 'listTransactions'
  /** Names of states; none lets all through, and one that nobody knows nothing. */
  readonly stateFilters: readonly string[]
  /** None lets all through. */
  readonly producerIdFilters: readonly number[]
  /** Only those that have been running for longer; below 0 all. */
  readonly durationFilter: number
  /** Null lets all through. */
  readonly matcher: Matcher | null
}

/** An entry of the answer of ListTransactions; its state is a name, as of `statusName`. */
export interface ListedTransaction {
  readonly transactionalId: string
  readonly producerId: number
  readonly transactionState: string
}

/**
 * What became of a `writeMarkers`: to be executed at once, within the effect. Where markers are missing they are asked for
 * again after a while; else the transaction is complete.
 */
export interface MarkersWritten {
  readonly type: 'markersWritten'
  readonly transactionalId: string
  /** The effect's own: another transaction may have begun since. */
  readonly producerId: number
  readonly producerEpoch: number
  /** The effect's partitions whose logs have refused the marker. */
  readonly missing: readonly TopicPartitions[]
}

/** Aborts what an `abortTimedOut` effect has named, unless it has ended meanwhile. */
export interface AbortTimedOut extends TransactionalProducer, WithProducerId {
  readonly type: 'abortTimedOut'
}

/** All records of the partition were replayed, and `resume` has not been asked yet. */
export interface PartitionLoaded {
  readonly type: 'partitionLoaded'
}

/** The journal refused what was decided for `command`, with a JournalError. To be executed at once. */
export interface JournalRefused {
  readonly type: 'journalRefused'
  readonly command: TransactionCommand
}

/** What the machine's own timers bring back. Nobody else sends them, and nobody is answered. */
export type TransactionTimer =
  | { readonly type: 'findTimedOut' }
  | { readonly type: 'expireTransactionalIds' }
  | { readonly type: 'retryMarkers'; readonly transactionalId: string }

/** Of the type of its command, or `producerIdNeeded`. */
export type TransactionReply =
  | { readonly type: 'initProducerId'; readonly response: InitProducerIdResponse }
  | { readonly type: 'addPartitions'; readonly errorCode: ErrorCode }
  | { readonly type: 'verifyPartitions'; readonly topics: readonly VerifiedTopic[] }
  | { readonly type: 'endTxn'; readonly response: EndTxnResponse }
  | { readonly type: 'describeTransaction'; readonly response: DescribedTransaction }
  | { readonly type: 'listTransactions'; readonly transactions: readonly ListedTransaction[] }
  | { readonly type: 'producerIdNeeded' }

/** What is to be done once the records are written. It comes back to the machine as a command. */
export type TransactionEffect = WriteMarkers | AbortTimedOut

/**
 * Writes a transaction's end to its partitions, with the epoch of the partition of `__transaction_state` as the coordinator's;
 * then `markersWritten` is executed with the partitions that have refused. A partition that is no more is written.
 */
export interface WriteMarkers extends TransactionalProducer {
  readonly type: 'writeMarkers'
  readonly isCommit: boolean
  /** 2: the marker's epoch is one more than that of the transaction's records. */
  readonly transactionVersion: number
  readonly topics: readonly TopicPartitions[]
}
