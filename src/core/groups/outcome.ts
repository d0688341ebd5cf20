/** What one command causes, put together while it is decided. @module */
import type { Decision, Millis } from '../machine.ts'
import type { ProducerIdAndEpoch } from '../pending-records.ts'
import type { GroupCommand, GroupEffect, GroupReply, GroupTimer } from './commands.ts'
import type { GroupMetadataValue, GroupRecord, OffsetCommitValue } from './group-record.ts'
import type { GroupSettings } from './settings.ts'
import type { GroupsState } from './state.ts'

/** The decision, and what it is made from: the state as it was, and the time. */
export class Outcome implements Decision<GroupRecord, GroupReply, GroupCommand, GroupEffect> {
  readonly records: GroupRecord[] = []
  readonly replies: (readonly [waiter: string, reply: GroupReply])[] = []
  readonly timers: (readonly [key: string, at: Millis | null, command: GroupCommand | null])[] = []

  constructor(
    readonly state: GroupsState,
    readonly settings: GroupSettings,
    readonly now: Millis,
    /** The name under which the caller would wait. */
    private readonly ownWaiter: string,
  ) {}

  /** Answers one who waits; the caller himself is answered at once. */
  answer(waiter: string, reply: GroupReply): void {
    this.replies.push([waiter === this.ownWaiter ? '' : waiter, reply])
  }
  reply(reply: GroupReply): void {
    this.replies.push(['', reply])
  }

  writeOffset(group: string, topic: string, partition: number, value: OffsetCommitValue | null): void {
    this.records.push({ type: 'offsetCommit', key: { group, topic, partition }, value })
  }
  /** Commits within the open transaction of `producer`. */
  writePending(
    producer: ProducerIdAndEpoch,
    group: string,
    topic: string,
    partition: number,
    value: OffsetCommitValue,
  ): void {
    this.records.push({ type: 'pendingOffsetCommit', producer, key: { group, topic, partition }, value })
  }
  writeGroup(group: string, value: GroupMetadataValue | null): void {
    this.records.push({ type: 'groupMetadata', key: { group }, value })
  }

  setTimer(key: string, at: Millis, command: GroupTimer): void {
    this.timers.push([key, at, command])
  }
  cancelTimer(key: string): void {
    this.timers.push([key, null, null])
  }
}
