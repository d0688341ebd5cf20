/** What several doors ask of a partition. @module */
import type { Partition, Topic } from '../core/catalog/catalog.ts'
import type { PartitionLog } from '../log/partition.ts'
import { ErrorCode } from '../wire/errors.ts'
import type { Call } from './api.ts'

/**
 * The log of a partition for a client that knows its leader epoch as `currentLeaderEpoch`, or the error that it gets.
 * A client with another epoch is fenced (KIP-320, Partition.checkCurrentLeaderEpoch); -1 knows none.
 */
export function findLog(
  call: Call,
  topic: Topic | null,
  partition: number,
  currentLeaderEpoch: number,
): PartitionLog | ErrorCode {
  const log = call.logs.find(topic, partition)
  if (typeof log === 'number' || currentLeaderEpoch === -1 || currentLeaderEpoch === log.leaderEpoch) return log
  return currentLeaderEpoch < log.leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH
}

/** A partition as clients find it. Its replicas are this broker's, and so online. */
export function describedPartition({ index, leaderId, leaderEpoch, replicas, isr }: Partition) {
  return {
    errorCode: ErrorCode.NONE,
    partitionIndex: index,
    leaderId,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    offlineReplicas: [],
  }
}

interface Indexed {
  readonly partitionIndex: number
}

/** Sets the partitions that are there apart from those that are not. */
export function splitPartitions<P extends Indexed>(
  topic: Topic | null,
  partitions: readonly P[],
): readonly [there: readonly P[], missing: readonly P[]] {
  const there: P[] = []
  const missing: P[] = []
  for (const partition of partitions) {
    if (topic?.partitions[partition.partitionIndex]) there.push(partition)
    else missing.push(partition)
  }
  return [there, missing]
}

export function withError(partitions: readonly Indexed[], errorCode: ErrorCode) {
  return partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode }))
}

/**
 * The answers about topics from two sides. Where the first has any, each topic has one entry, found by `key`; else the
 * second stands as it is (OffsetCommitResponse.Builder.merge).
 */
export function joinTopics<
  K extends string,
  T extends Readonly<Record<K, string>> & { readonly partitions: readonly unknown[] },
>(first: readonly T[], second: readonly T[], key: K): readonly T[] {
  if (first.length === 0) return second
  const joined = new Map<string, T & { readonly partitions: unknown[] }>()
  for (const topic of [...first, ...second]) {
    const earlier = joined.get(topic[key])
    if (earlier) for (const partition of topic.partitions) earlier.partitions.push(partition)
    else joined.set(topic[key], { ...topic, partitions: [...topic.partitions] })
  }
  return [...joined.values()]
}
