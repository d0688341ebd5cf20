/** OffsetCommit and TxnOffsetCommit: who may commit for a group, and what is kept of it (Kafka's OffsetMetadataManager). @module */
import { type Uuid, zeroUuid } from '../../base/uuid.ts'
import { ErrorCode } from '../../wire/errors.ts'
import type { ClassicGroup } from './classic/group.ts'
import { extendSession } from './classic/sessions.ts'
import type {
  OffsetCommit,
  OffsetCommitRequest,
  OffsetCommitResponse,
  TxnOffsetCommit,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from './commands.ts'
import type { OffsetCommitValue } from './group-record.ts'
import type { Outcome } from './outcome.ts'
import { commitRefusal, txnCommitRefusal } from './refusal.ts'

/** Since then there is a code of its own for a group that is not there. */
const GROUP_ID_NOT_FOUND_VERSION = 9
/** Stands for "as long as the broker keeps offsets" (OffsetCommitRequest.DEFAULT_RETENTION_TIME), and for "no such time". */
const DEFAULT_RETENTION = -1
const NO_TIMESTAMP = -1

/** Commits for a member, whose session that extends, or for nobody in particular. */
export function decideOffsetCommit(outcome: Outcome, { request, version }: OffsetCommit): void {
  const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request
  const group = outcome.state.volatile.classic.get(groupId)
  const notFound = version >= GROUP_ID_NOT_FOUND_VERSION ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION
  const fault = group
    ? memberFault(group, { memberId, groupInstanceId, generationId })
    : strangerFault(outcome, groupId, generationId, notFound)
  if (fault !== ErrorCode.NONE) {
    outcome.reply({ type: 'offsetCommit', response: commitRefusal(request, fault) })
    return
  }
  const member = group?.members.get(memberId)
  if (group && member) extendSession(outcome, group, member)
  outcome.reply({ type: 'offsetCommit', response: commit(outcome, request) })
}

/** A transaction's commit is no sign of life of the consumer, and does not wait for a rebalance to be over. */
export function decideTxnOffsetCommit(outcome: Outcome, { request }: TxnOffsetCommit): void {
  const { groupId, generationId } = request
  const group = outcome.state.volatile.classic.get(groupId)
  const fault = group
    ? transactionalFault(group, request)
    : strangerFault(outcome, groupId, generationId, ErrorCode.ILLEGAL_GENERATION)
  const response = fault === ErrorCode.NONE ? commitPending(outcome, request) : txnCommitRefusal(request, fault)
  outcome.reply({ type: 'txnOffsetCommit', response })
}

interface Committer {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly generationId: number
}

/** Who commits to a group that has members has to be one of them, in their generation (ClassicGroup.validateOffsetCommit). */
function memberFault(group: ClassicGroup, committer: Committer): ErrorCode {
  if (group.state === 'Empty' && committer.generationId < 0) return ErrorCode.NONE
  if (isNobody(committer)) return ErrorCode.UNKNOWN_MEMBER_ID
  const fault = identityFault(group, committer)
  if (fault !== ErrorCode.NONE) return fault
  return group.state === 'CompletingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE
}

/** Producers before KIP-447 do not say for which member they commit. */
function transactionalFault(group: ClassicGroup, committer: Committer): ErrorCode {
  const isStranger = isNobody(committer) || (group.state === 'Empty' && committer.generationId < 0)
  return isStranger ? ErrorCode.NONE : identityFault(group, committer)
}

function isNobody({ memberId, groupInstanceId, generationId }: Committer): boolean {
  return generationId < 0 && memberId === '' && groupInstanceId === null
}

function identityFault(group: ClassicGroup, { memberId, groupInstanceId, generationId }: Committer): ErrorCode {
  const fault = group.identityFault(memberId, groupInstanceId)
  if (fault !== ErrorCode.NONE) return fault
  return generationId === group.generationId ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION
}

/** Anybody may commit to a group without members, who does not say to be one. That makes the group, if need be. */
function strangerFault({ state }: Outcome, groupId: string, generationId: number, notFound: ErrorCode): ErrorCode {
  if (generationId < 0) return ErrorCode.NONE
  return state.groups.has(groupId) ? ErrorCode.UNKNOWN_MEMBER_ID : notFound
}

// No closures in the two: commits come with every poll, and what each leaves behind is what the collector stops everybody for.
function commit(outcome: Outcome, { groupId, retentionTimeMs, topics }: OffsetCommitRequest): OffsetCommitResponse {
  const expireTimestamp = retentionTimeMs === DEFAULT_RETENTION ? NO_TIMESTAMP : outcome.now + retentionTimeMs
  const answered: OffsetCommitResponse['topics'][number][] = []
  for (const { topicId, name, partitions } of topics) {
    const outcomes: PartitionOutcome[] = []
    for (const partition of partitions) {
      const { partitionIndex } = partition
      const value = keptOf(outcome, partition, topicId, expireTimestamp)
      if (value) outcome.writeOffset(groupId, name, partitionIndex, value)
      outcomes.push(outcomeOf(partitionIndex, value))
    }
    answered.push({ topicId, name, partitions: outcomes })
  }
  return { topics: answered }
}

/** The request has no ids of topics: nor has what is kept of it, though the topics are known. */
function commitPending(outcome: Outcome, request: TxnOffsetCommitRequest): TxnOffsetCommitResponse {
  const { groupId, producerId, producerEpoch, topics } = request
  const producer = { producerId, producerEpoch }
  const answered: TxnOffsetCommitResponse['topics'][number][] = []
  for (const { name, partitions } of topics) {
    const outcomes: PartitionOutcome[] = []
    for (const partition of partitions) {
      const { partitionIndex } = partition
      const value = keptOf(outcome, partition, zeroUuid, NO_TIMESTAMP)
      if (value) outcome.writePending(producer, groupId, name, partitionIndex, value)
      outcomes.push(outcomeOf(partitionIndex, value))
    }
    answered.push({ name, partitions: outcomes })
  }
  return { topics: answered }
}

type PartitionOutcome = ReturnType<typeof outcomeOf>
type CommittedPartition = TxnOffsetCommitRequest['topics'][number]['partitions'][number]

/** What is kept of a commit, or null where its metadata is too long. */
function keptOf(
  { now, settings }: Outcome,
  { committedOffset: offset, committedLeaderEpoch: leaderEpoch, committedMetadata }: CommittedPartition,
  topicId: Uuid,
  expireTimestamp: number,
): OffsetCommitValue | null {
  const metadata = committedMetadata ?? ''
  if (metadata.length > settings.offsetMetadataMaxBytes) return null
  return { offset, leaderEpoch, metadata, commitTimestamp: now, topicId, expireTimestamp }
}

function outcomeOf(partitionIndex: number, value: OffsetCommitValue | null) {
  return { partitionIndex, errorCode: value ? ErrorCode.NONE : ErrorCode.OFFSET_METADATA_TOO_LARGE }
}
