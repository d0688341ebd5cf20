/** Answers that say what is wrong, and nothing else. @module */
import { noBytes } from '../../base/bytes.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import type {
  JoinGroupResponse,
  OffsetCommitRequest,
  OffsetCommitResponse,
  SyncGroupResponse,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from './commands.ts'

/** `memberId` is what the member is known by: its own id, one it has just been given, or none. */
export function joinRefusal(memberId: string, errorCode: ErrorCode): JoinGroupResponse {
  return { ...noGeneration, memberId, errorCode }
}

const noGeneration = {
  generationId: -1,
  protocolType: null,
  protocolName: null,
  leader: '',
  skipAssignment: false,
  members: [],
}

/** Assigns nothing. */
export function syncRefusal(errorCode: ErrorCode): SyncGroupResponse {
  return { errorCode, protocolType: null, protocolName: null, assignment: noBytes }
}

/** An error of the group stands at every partition. */
export function commitRefusal({ topics }: OffsetCommitRequest, errorCode: ErrorCode): OffsetCommitResponse {
  return {
    topics: topics.map(({ topicId, name, partitions }) => ({
      topicId,
      name,
      partitions: withError(partitions, errorCode),
    })),
  }
}

/** The same for a commit within a transaction. */
export function txnCommitRefusal({ topics }: TxnOffsetCommitRequest, errorCode: ErrorCode): TxnOffsetCommitResponse {
  return { topics: topics.map(({ name, partitions }) => ({ name, partitions: withError(partitions, errorCode) })) }
}

function withError(partitions: readonly { readonly partitionIndex: number }[], errorCode: ErrorCode) {
  return partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode }))
}
