/**
 * What a door may reach: the rooms of the broker, as the hall hands them over with each call.
 * @module
 */
import type { Catalog, Topic } from '../core/catalog/catalog.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import type { FetchSessions } from '../core/fetch-sessions.ts'
import type { PartitionLog } from '../log/partition.ts'
import type { ErrorCode } from '../wire/errors.ts'
import type { Parked } from './api.ts'

/** What a produce leaves behind for one partition: the answer's own entry, which a failed write still changes. */
export interface ProduceOutcome {
  readonly index: number
  errorCode: number
  errorMessage: string | null
  baseOffset: number
  logAppendTimeMs: number
  logStartOffset: number
  recordErrors: readonly { readonly batchIndex: number; readonly batchIndexErrorMessage: string | null }[]
}

/** The logs of this broker's partitions, opened on first use. */
export interface Logs {
  /** The log of a partition, or UNKNOWN_TOPIC_OR_PARTITION, or KAFKA_STORAGE_ERROR where it cannot be opened. */
  find(topic: Topic | null, partition: number): PartitionLog | ErrorCode
  /**
   * Validates `records` as a Produce of `version` brings them and stages them. They are written when the turn ends;
   * until then `outcome` may still become a KAFKA_STORAGE_ERROR.
   */
  produce(log: PartitionLog, records: Uint8Array, version: number, outcome: ProduceOutcome): void
  /**
   * Remembers what a Produce brought for a log that could not be opened, so that once it can be, what was in flight behind
   * it is not taken before it comes again.
   */
  refuse(topic: Topic, partition: number, records: Uint8Array): void
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
}
