/** What the load client can be told to do, and what it tells back: both cross between processes as JSON. @module */
import type { CodecName } from '../../src/wire/records/compression/index.ts'

/** The broker under load. */
export interface Target {
  readonly port: number
  readonly pid: number
  /** It keeps topics and gives out offsets, as the bare sink does not. */
  readonly isBroker: boolean
}

/** Groups `group-0`, `group-1` … that have each committed an offset for every partition of a topic. */
export interface CommittedGroups {
  readonly topic: string
  readonly partitionCount: number
  readonly groupCount: number
}

/** What a broker is asked at its start, after ApiVersions: Metadata, or what the first of these groups has committed. */
export type Question = 'Metadata' | CommittedGroups

/** Milliseconds from exec, or from the end of the script that starts a broker, to an answer. */
export interface StartTimes {
  readonly apiVersionsMs: number
  /** To the question that comes next on the same connection. */
  readonly questionMs: number
}

/** What a broker keeps for clients: partitions, some with a record each; idempotent producers; open transactions. */
export type Kept = 'partitions' | 'writtenPartitions' | 'producers' | 'transactions'

/** What a produce request carries: one batch for each of the topic's partitions. */
export interface Shape {
  readonly topic: string
  readonly partitionCount: number
  readonly recordBytes: number
  readonly recordCount: number
  readonly codec: CodecName
}

/** What work took, from the first request to the last answer. */
export interface Effort {
  readonly seconds: number
  /** The broker's processor time, user and system, in steps of 10 ms. */
  readonly cpuMs: number
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

/** Produce requests at a steady rate. */
interface SteadyJob {
  readonly target: Target
  readonly shape: Shape
  readonly warmUpCount: number
  readonly requestCount: number
  readonly ratePerSecond: number
}

/** Every kind of work: what it is asked with, and what it answers. */
export interface Jobs {
  /** Starts one process after the other, and ends it with `signal` once it has answered. */
  start: {
    job: {
      readonly starts: readonly { readonly command: readonly string[]; readonly question: Question }[]
      readonly port: number
      readonly signal: 'SIGTERM' | 'SIGKILL'
    }
    result: { readonly times: readonly StartTimes[] }
  }
  topics: {
    job: { readonly target: Target; readonly topicCount: number }
    result: { readonly topicCount: number }
  }
  /** Makes groups, as consumers without members do. */
  groups: {
    job: { readonly target: Target; readonly groups: CommittedGroups }
    result: { readonly groupCount: number }
  }
  /** Makes transactional ids, none of which has a transaction yet. */
  transactionalIds: {
    job: { readonly target: Target; readonly count: number }
    result: { readonly count: number }
  }
  /** Has the broker load the groups, all of which it has to name. */
  loadGroups: {
    job: { readonly target: Target; readonly groupCount: number }
    /** What that took, and what it added to the broker's anonymous memory. */
    result: { readonly ms: number; readonly bytes: number }
  }
  /** Has the broker keep so many of something. */
  keep: {
    job: { readonly target: Target; readonly kept: Kept; readonly count: number }
    /** What each added to the broker's anonymous memory. */
    result: { readonly bytesEach: number }
  }
  /**
   * Commits of one offset by the member of a group, each sent once the one before it is answered: at a steady rate, and
   * then without a pause.
   */
  commit: {
    job: {
      readonly target: Target
      readonly warmUpCount: number
      readonly requestCount: number
      readonly ratePerSecond: number
    }
    /** Microseconds. */
    result: { readonly atRate: Percentiles; readonly backToBack: Percentiles }
  }
  /** Keeps connections open that have asked for ApiVersions and then nothing. */
  idle: {
    job: { readonly target: Target; readonly connectionCount: number; readonly seconds: number }
    result: { readonly ticks: number; readonly bytesPerConnection: number }
  }
  /** Produce requests at a steady rate, each sent once the one before it is answered. */
  latency: {
    job: SteadyJob
    /** Microseconds. */
    result: Percentiles
  }
  /** Produce requests as fast as they are answered. */
  produce: {
    job: {
      readonly target: Target
      readonly shape: Shape
      readonly connectionCount: number
      /** On each connection. */
      readonly inFlight: number
      /** On all connections together. */
      readonly requestCount: number
    }
    result: Effort & { readonly requestCount: number }
  }
  /** Fills the topic with requests of one shape and reads it, from the start again where it ends. */
  fetch: {
    job: {
      readonly target: Target
      readonly shape: Shape
      readonly fillCount: number
      readonly partitionMaxBytes: number
      readonly requestCount: number
    }
    /** Bytes of whole batches: a part of a batch has to be fetched again. */
    result: Effort & { readonly requestCount: number; readonly bytes: number }
  }
  /** From the send of a record to its arrival at a long-polling consumer. */
  tail: {
    job: SteadyJob
    /** Microseconds. */
    result: Percentiles
  }
}

export type Kind = keyof Jobs
