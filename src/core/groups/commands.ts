/**
 * What a group machine can be told, and what it answers. Requests of the doors fit as they are, and so do the answers:
 * what depends on a version of the wire alone (an absent name as '' or as null) is the door's to say.
 * @module
 */
import type { Uuid } from '../../base/uuid.ts'
import type { ErrorCode } from '../../wire/errors.ts'

/** Who asks, as groups describe their members. */
export interface Client {
  /** '' where the client gave none. */
  readonly id: string
  /** "/127.0.0.1" (InetAddress.toString). */
  readonly host: string
}

/** One partition of `__consumer_offsets` has one machine: every command goes to the one that its group's id hashes to. */
export type GroupCommand =
  | JoinGroup
  | SyncGroup
  | Heartbeat
  | LeaveGroup
  | OffsetCommit
  | TxnOffsetCommit
  | OffsetFetch
  | OffsetDelete
  | DescribeGroup
  | ListGroups
  | DeleteGroup
  | PartitionLoaded
  | TopicsDeleted
  | JournalRefused
  | GroupTimer

export interface JoinGroup {
  readonly type: 'joinGroup'
  /** Whom to answer if it takes time. Names are never used twice. */
  readonly waiter: string
  /** From 4 on a new member joins twice (KIP-394), from 9 on a leader may be told to skip its assignment (KIP-814). */
  readonly version: number
  readonly client: Client
  /** What makes the id of a new member unique, in Java's form of a uuid: chance comes from outside. */
  readonly uuid: string
  readonly request: JoinGroupRequest
}

export interface JoinGroupRequest {
  readonly groupId: string
  readonly sessionTimeoutMs: number
  /** Version 0 has none: it is the session's. */
  readonly rebalanceTimeoutMs: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly protocolType: string
  /** What the member can speak, dearest first. The bytes may be a view: they are copied. */
  readonly protocols: readonly { readonly name: string; readonly metadata: Uint8Array }[]
}

export interface JoinGroupResponse {
  readonly errorCode: ErrorCode
  readonly generationId: number
  readonly protocolType: string | null
  /** Null is '' before version 7. */
  readonly protocolName: string | null
  readonly leader: string
  readonly skipAssignment: boolean
  readonly memberId: string
  /** For the leader: everybody. */
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly metadata: Uint8Array
  }[]
}

export interface SyncGroup {
  readonly type: 'syncGroup'
  readonly waiter: string
  readonly request: SyncGroupRequest
}

export interface SyncGroupRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** Null is not compared. That version 5 has to give both is the door's to check. */
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[]
}

export interface SyncGroupResponse {
  readonly errorCode: ErrorCode
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignment: Uint8Array
}

export interface Heartbeat {
  readonly type: 'heartbeat'
  readonly request: HeartbeatRequest
}

export interface HeartbeatRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export interface HeartbeatResponse {
  readonly errorCode: ErrorCode
}

export interface LeaveGroup {
  readonly type: 'leaveGroup'
  /** Before version 3 the door makes a list of the one member, and its code the answer's. */
  readonly request: LeaveGroupRequest
}

export interface LeaveGroupRequest {
  readonly groupId: string
  readonly members: readonly { readonly memberId: string; readonly groupInstanceId: string | null }[]
}

export interface LeaveGroupResponse {
  readonly errorCode: ErrorCode
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly errorCode: ErrorCode
  }[]
}

/** A commit outside of transactions. */
export interface OffsetCommit {
  readonly type: 'offsetCommit'
  /** Before 9 a group that is not there is an ILLEGAL_GENERATION. */
  readonly version: number
  /**
   * With the ids and the names of topics, whichever the client sent (as KafkaApis has it: the ids are journaled); without
   * topics and partitions that do not exist.
   */
  readonly request: OffsetCommitRequest
}

export interface OffsetCommitRequest {
  readonly groupId: string
  readonly generationIdOrMemberEpoch: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** How long to keep the offsets, or -1 for as long as the broker likes (versions 2 to 4). */
  readonly retentionTimeMs: number
  readonly topics: readonly {
    readonly topicId: Uuid
    readonly name: string
    readonly partitions: readonly {
      readonly partitionIndex: number
      readonly committedOffset: number
      readonly committedLeaderEpoch: number
      readonly committedMetadata: string | null
    }[]
  }[]
}

/** The request's topics and partitions in their order. An error of the whole group stands at each of them. */
export interface OffsetCommitResponse {
  readonly topics: readonly {
    readonly topicId: Uuid
    readonly name: string
    readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: ErrorCode }[]
  }[]
}

/** A commit as part of a transaction. */
export interface TxnOffsetCommit {
  readonly type: 'txnOffsetCommit'
  /** Without topics and partitions that do not exist. That its producer has such a transaction is known. */
  readonly request: TxnOffsetCommitRequest
}

export interface TxnOffsetCommitRequest {
  readonly groupId: string
  readonly producerId: number
  readonly producerEpoch: number
  /** -1, '' and null where the version has none, or the committer is no member. */
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly topics: readonly {
    readonly name: string
    readonly partitions: readonly {
      readonly partitionIndex: number
      readonly committedOffset: number
      readonly committedLeaderEpoch: number
      readonly committedMetadata: string | null
    }[]
  }[]
}

/** The request's topics and partitions in their order. An error of the whole group stands at each of them. */
export interface TxnOffsetCommitResponse {
  readonly topics: readonly {
    readonly name: string
    readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: ErrorCode }[]
  }[]
}

/** What one group has committed. */
export interface OffsetFetch {
  readonly type: 'offsetFetch'
  /** Answer UNSTABLE_OFFSET_COMMIT where an open transaction has committed an offset (KIP-447). */
  readonly requireStable: boolean
  readonly request: OffsetFetchRequest
}

/** One of the groups of an OffsetFetch (KIP-709). */
export interface OffsetFetchRequest {
  readonly groupId: string
  /** Null and -1 where the version has none, or the asker is no member. Classic groups do not look. */
  readonly memberId: string | null
  readonly memberEpoch: number
  /** Null for all that there is. With names, also where the request has ids; those are zero where it has none. */
  readonly topics:
    | readonly { readonly topicId: Uuid; readonly name: string; readonly partitionIndexes: readonly number[] }[]
    | null
}

export interface OffsetFetchResponse {
  readonly groupId: string
  readonly errorCode: ErrorCode
  readonly topics: readonly {
    /** The request's; zero where all were asked for. */
    readonly topicId: Uuid
    readonly name: string
    readonly partitions: readonly {
      readonly partitionIndex: number
      /** -1 where there is none. */
      readonly committedOffset: number
      readonly committedLeaderEpoch: number
      readonly metadata: string
      readonly errorCode: ErrorCode
    }[]
  }[]
}

export interface OffsetDelete {
  readonly type: 'offsetDelete'
  /** Without topics and partitions that do not exist: the door answers for those. */
  readonly request: OffsetDeleteRequest
}

export interface OffsetDeleteRequest {
  readonly groupId: string
  readonly topics: readonly {
    readonly name: string
    readonly partitions: readonly { readonly partitionIndex: number }[]
  }[]
}

export interface OffsetDeleteResponse {
  readonly errorCode: ErrorCode
  readonly topics: readonly {
    readonly name: string
    readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: ErrorCode }[]
  }[]
}

export interface DescribeGroup {
  readonly type: 'describeGroup'
  /** Before 6 a group that is not there is Dead, and no error. */
  readonly version: number
  readonly groupId: string
}

/** An entry of the answer of DescribeGroups. */
export interface DescribedGroup {
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
  readonly groupId: string
  readonly groupState: string
  readonly protocolType: string
  readonly protocolData: string
  /** Of the classic protocol; 0 where there is none. No field of the API: REST shows it. */
  readonly generationId: number
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly clientId: string
    readonly clientHost: string
    readonly memberMetadata: Uint8Array
    readonly memberAssignment: Uint8Array
  }[]
}

/** The groups of this machine. Empty filters let all through; case does not matter. */
export interface ListGroups {
  readonly type: 'listGroups'
  readonly statesFilter: readonly string[]
  readonly typesFilter: readonly string[]
}

/** An entry of the answer of ListGroups. */
export interface ListedGroup {
  readonly groupId: string
  readonly protocolType: string
  readonly groupState: string
  readonly groupType: string
}

export interface DeleteGroup {
  readonly type: 'deleteGroup'
  readonly groupId: string
}

/** All records of the partition were replayed: sessions begin anew, and what is too old is looked for from now on. */
export interface PartitionLoaded {
  readonly type: 'partitionLoaded'
}

/**
 * Forgets what any group has committed for topics that are no more. At loading these are the `committedTopics` that have
 * gone, or come back with another id, since the partition was loaded last.
 */
export interface TopicsDeleted {
  readonly type: 'topicsDeleted'
  readonly topics: readonly { readonly name: string; readonly topicId: Uuid }[]
}

/**
 * The journal refused what was decided for `command`, with a JournalError. To be executed at once: whoever else would have
 * been answered is told NOT_COORDINATOR, and the group is again what the log says, as after a restart. The caller of
 * `command` is the room's to answer.
 */
export interface JournalRefused {
  readonly type: 'journalRefused'
  readonly command: GroupCommand
}

/** What the machine's own timers bring back. Nobody else sends them, and nobody is answered. */
export type GroupTimer =
  | { readonly type: 'sessionEnded'; readonly groupId: string; readonly memberId: string }
  | {
      readonly type: 'initialDelayEnded'
      readonly groupId: string
      readonly delayMs: number
      readonly remainingMs: number
    }
  | { readonly type: 'joinPhaseEnded'; readonly groupId: string }
  | { readonly type: 'syncPhaseEnded'; readonly groupId: string; readonly generationId: number }
  | { readonly type: 'expireOffsets' }

/** Of the type of its command. */
export type GroupReply =
  | { readonly type: 'joinGroup'; readonly response: JoinGroupResponse }
  | { readonly type: 'syncGroup'; readonly response: SyncGroupResponse }
  | { readonly type: 'heartbeat'; readonly response: HeartbeatResponse }
  | { readonly type: 'leaveGroup'; readonly response: LeaveGroupResponse }
  | { readonly type: 'offsetCommit'; readonly response: OffsetCommitResponse }
  | { readonly type: 'txnOffsetCommit'; readonly response: TxnOffsetCommitResponse }
  | { readonly type: 'offsetFetch'; readonly response: OffsetFetchResponse }
  | { readonly type: 'offsetDelete'; readonly response: OffsetDeleteResponse }
  | { readonly type: 'describeGroup'; readonly response: DescribedGroup }
  | { readonly type: 'listGroups'; readonly groups: readonly ListedGroup[] }
  | { readonly type: 'deleteGroup'; readonly errorCode: ErrorCode }

/** Groups ask nothing of others yet. */
export type GroupEffect = never
