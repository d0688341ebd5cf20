/** What several doors ask of a partition. @module */
import type { Topic } from '../core/catalog/catalog.ts'
import type { PartitionLog } from '../log/partition.ts'
import { ErrorCode } from '../wire/errors.ts'
import type { Call } from './api.ts'

/**
 * The log of a partition for a client that knows its leader epoch as `currentLeaderEpoch`, or the error that it gets.
 * A client with another epoch is fenced (KIP-320, Partition.checkCurrentLeaderEpoch); a negative one knows none.
 */
export function findLog(
  call: Call,
  topic: Topic | null,
  partition: number,
  currentLeaderEpoch: number,
): PartitionLog | ErrorCode {
  const log = call.logs.find(topic, partition)
  if (typeof log === 'number' || currentLeaderEpoch < 0 || currentLeaderEpoch === log.leaderEpoch) return log
  return currentLeaderEpoch < log.leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH
}
