/** Where partitions may lie, and who may lead them, where there is one broker (ReplicationControlManager). @module */
import { type Fault, fault, noFault } from './decision.ts'
import { misassignment } from './new-partition.ts'
import { NO_LEADER, type Partition } from './topic.ts'

export const unknownPartition: Fault = fault('UNKNOWN_TOPIC_OR_PARTITION', 'There is no such partition')

/** ElectionType */
export const ElectionType = { PREFERRED: 0, UNCLEAN: 1 } as const

/**
 * What becomes of a partition that is to have `replicas`, or null for those before a reassignment. There is nobody to copy
 * to: what is allowed is there already, and no reassignment is ever going on.
 */
export function reassignment(
  { replicas: present }: Partition,
  replicas: readonly number[] | null,
  mayChangeFactor: boolean,
  nodeId: number,
): Fault {
  if (replicas === null) return fault('NO_REASSIGNMENT_IN_PROGRESS', null)
  const wrong = misassignment(replicas, nodeId)
  if (wrong !== null) return fault('INVALID_REPLICA_ASSIGNMENT', wrong)
  const isThere = present.length === 1 && present[0] === nodeId
  if (isThere) return noFault
  // A cluster of several brokers has made it, and the others are not there to agree.
  if (mayChangeFactor || present.length === 1) return fault('INVALID_REPLICA_ASSIGNMENT', 'It has replicas elsewhere')
  return fault('INVALID_REPLICATION_FACTOR', `It has ${present.length} replicas`)
}

/** What an election gives: who leads goes on, and who could lead instead is not there. */
export function election({ leaderId, replicas }: Partition, electionType: number): Fault {
  const isPreferred = electionType === ElectionType.PREFERRED
  const isLed = isPreferred ? leaderId === replicas[0] : leaderId !== NO_LEADER
  if (isLed) return fault('ELECTION_NOT_NEEDED', 'It has its leader')
  const error = isPreferred ? 'PREFERRED_LEADER_NOT_AVAILABLE' : 'ELIGIBLE_LEADERS_NOT_AVAILABLE'
  return fault(error, 'Who could lead is not there')
}
