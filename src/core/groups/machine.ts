/**
 * The group coordinator as a machine: the groups of one partition of `__consumer_offsets`, which is its journal
 * (Kafka's GroupCoordinatorShard).
 *
 * What the log says of groups is durable state, and changes by replay alone. Members, sessions and who waits for whom are
 * volatile: `decide` writes them, and after a restart they begin anew with the members that the log has.
 * @module
 */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { Decision, Machine } from '../machine.ts'
import { decideHeartbeat } from './classic/heartbeat.ts'
import { decideJoinGroup } from './classic/join.ts'
import { decideLeaveGroup } from './classic/leave.ts'
import { decideJournalRefused, decidePartitionLoaded } from './classic/recovery.ts'
import { decideSyncGroup } from './classic/sync.ts'
import { decideClassicGroupTimer } from './classic/timers.ts'
import type { GroupCommand, GroupEffect, GroupReply } from './commands.ts'
import { decideExpireOffsets, decideTopicsDeleted, scheduleExpiry } from './expiry.ts'
import type { GroupRecord } from './group-record.ts'
import { decideDeleteGroup, decideDescribeGroup, decideListGroups } from './inspection.ts'
import { decideOffsetCommit, decideTxnOffsetCommit } from './offset-commit.ts'
import { decideOffsetDelete, decideOffsetFetch } from './offsets.ts'
import { Outcome } from './outcome.ts'
import { groupSettings } from './settings.ts'
import { emptyState, type GroupsState, replay } from './state.ts'

export type GroupDecision = Decision<GroupRecord, GroupReply, GroupCommand, GroupEffect>
/** What a Runtime runs on the journal of one partition. */
export type GroupMachine = Machine<GroupsState, GroupCommand, GroupRecord, GroupReply, GroupEffect>

/** One machine serves any number of partitions, each with a state of its own. */
export function groupMachine(configs: BrokerConfigs): GroupMachine {
  const settings = groupSettings(configs)
  return {
    initial: emptyState,
    decide(state, command, now): GroupDecision {
      const outcome = new Outcome(state, settings, now, 'waiter' in command ? command.waiter : '')
      decide(outcome, command)
      // Without records there is nothing that the journal could refuse.
      state.volatile.answers = outcome.records.length > 0 ? outcome.replies : []
      return outcome
    },
    replay,
    resume: () => [],
  }
}

function decide(outcome: Outcome, command: GroupCommand): void {
  switch (command.type) {
    case 'joinGroup':
      decideJoinGroup(outcome, command)
      return
    case 'syncGroup':
      decideSyncGroup(outcome, command)
      return
    case 'heartbeat':
      decideHeartbeat(outcome, command)
      return
    case 'leaveGroup':
      decideLeaveGroup(outcome, command)
      return
    case 'offsetCommit':
      decideOffsetCommit(outcome, command)
      return
    case 'txnOffsetCommit':
      decideTxnOffsetCommit(outcome, command)
      return
    case 'offsetFetch':
      decideOffsetFetch(outcome, command)
      return
    case 'offsetDelete':
      decideOffsetDelete(outcome, command)
      return
    case 'describeGroup':
      decideDescribeGroup(outcome, command)
      return
    case 'listGroups':
      decideListGroups(outcome, command)
      return
    case 'deleteGroup':
      decideDeleteGroup(outcome, command)
      return
    case 'topicsDeleted':
      decideTopicsDeleted(outcome, command)
      return
    case 'partitionLoaded':
      decidePartitionLoaded(outcome)
      scheduleExpiry(outcome)
      return
    case 'journalRefused':
      decideJournalRefused(outcome, command.command)
      return
    case 'expireOffsets':
      decideExpireOffsets(outcome)
      return
    default:
      decideClassicGroupTimer(outcome, command)
  }
}
