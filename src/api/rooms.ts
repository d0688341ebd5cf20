/**
 * What a door may reach: the rooms of the broker, as the hall hands them over with each call.
 * @module
 */
import type { Catalog, Topic } from '../core/catalog/catalog.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import type { FetchSessions } from '../core/fetch-sessions.ts'
import type { JoinGroup, ListedGroup, SyncGroup, SyncGroupRequest } from '../core/groups/commands.ts'
import type { GroupReplyTo, PromptRequest } from '../core/groups/unasked.ts'
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
   * Validates `records` as a Produce of `version` brings them and stages them. They are written when the turn ends;
   * until then `outcome` may still become a KAFKA_STORAGE_ERROR.
   */
  produce(log: PartitionLog, records: Uint8Array, version: number, outcome: ProduceOutcome): void
  /**
   * Remembers what a Produce brought for a log that could not be opened, so that once it can be, what was in flight behind
   * it is not taken before it comes again.
   */
  refuse(topic: Topic, partition: number, records: Uint8Array): void
  /**
   * Lets logs begin later, of which none is asked to begin above its high watermark: NONE once that outlives a crash, or
   * KAFKA_STORAGE_ERROR, and then nothing has changed. Those that begin there or later already stay as they are.
   */
  incrementLogStartOffsets(starts: readonly LogStart[]): ErrorCode
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
  ask<C extends PromptRequest>(command: C): GroupReplyTo<C>
  joinGroup(
    command: Omit<JoinGroup, 'type' | 'waiter' | 'uuid'>,
  ): GroupReplyTo<JoinGroup> | Parked<GroupReplyTo<JoinGroup>>
  syncGroup(request: SyncGroupRequest): GroupReplyTo<SyncGroup> | Parked<GroupReplyTo<SyncGroup>>
  /** Those that pass the filters, of which empty ones let all through. Groups that cannot be read are left out. */
  listGroups(statesFilter: readonly string[], typesFilter: readonly string[]): readonly ListedGroup[]
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
}
