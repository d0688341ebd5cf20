/** The answer to a command for which there was no machine, or whose records could not be written. @module */
import type { ErrorCode } from '../../wire/errors.ts'
import type {
  DeleteGroup,
  DescribeGroup,
  GroupReply,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  SyncGroup,
  TxnOffsetCommit,
} from './commands.ts'
import { commitRefusal, joinRefusal, syncRefusal, txnCommitRefusal } from './refusal.ts'

/** What clients ask of one group, and are answered at once. */
export type PromptRequest =
  | Heartbeat
  | LeaveGroup
  | OffsetCommit
  | TxnOffsetCommit
  | OffsetFetch
  | OffsetDelete
  | DescribeGroup
  | DeleteGroup
/** What clients ask of one group. */
export type GroupRequest = JoinGroup | SyncGroup | PromptRequest

/** The answer to one kind of request. */
export type GroupReplyTo<C extends GroupRequest> = Extract<GroupReply, { readonly type: C['type'] }>

/** Says `errorCode` where the answer has room for it: of a commit at every partition. */
export function unasked(command: GroupRequest, errorCode: ErrorCode): GroupReply {
  const { type } = command
  switch (type) {
    case 'joinGroup':
      return { type, response: joinRefusal(command.request.memberId, errorCode) }
    case 'syncGroup':
      return { type, response: syncRefusal(errorCode) }
    case 'heartbeat':
      return { type, response: { errorCode } }
    case 'leaveGroup':
      return { type, response: { errorCode, members: [] } }
    case 'offsetCommit':
      return { type, response: commitRefusal(command.request, errorCode) }
    case 'txnOffsetCommit':
      return { type, response: txnCommitRefusal(command.request, errorCode) }
    case 'offsetFetch':
      return { type, response: { groupId: command.request.groupId, errorCode, topics: [] } }
    case 'offsetDelete':
      return { type, response: { errorCode, topics: [] } }
    case 'describeGroup':
      return { type, response: { ...undescribed, groupId: command.groupId, errorCode } }
    case 'deleteGroup':
      return { type, errorCode }
  }
}

const undescribed = {
  errorMessage: null,
  groupState: '',
  protocolType: '',
  protocolData: '',
  generationId: 0,
  members: [],
}
