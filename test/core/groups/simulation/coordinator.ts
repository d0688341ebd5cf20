/**
 * The groups of one partition on a journal that survives crashes, which what waits in memory does not. Sometimes the disk
 * refuses.
 * @module
 */

import { expect } from 'bun:test'
import { BrokerConfigs } from '../../../../src/core/configs/broker-configs.ts'
import type { KeyedRecord } from '../../../../src/core/coordinator-record.ts'
import type { GroupCommand, GroupEffect, GroupReply } from '../../../../src/core/groups/commands.ts'
import { type GroupRecord, readGroupRecord, writeGroupRecord } from '../../../../src/core/groups/group-record.ts'
import { groupMachine } from '../../../../src/core/groups/machine.ts'
import { type GroupsState, replayMarker } from '../../../../src/core/groups/state.ts'
import { JournalError, Runtime } from '../../../../src/core/machine.ts'
import type { Marker } from '../fixture.ts'
import type { Agenda } from './agenda.ts'

/** Called with the reply, or with null where there will be none: the connection is lost. */
export type Take = (reply: GroupReply | null) => void

type GroupRuntime = Runtime<GroupsState, GroupCommand, GroupRecord, GroupReply, GroupEffect>

export class Coordinator {
  isDiskFull = false
  private readonly journal: (KeyedRecord | Marker)[] = []
  private readonly configs: BrokerConfigs
  private waiters = new Map<string, Take>()
  private timers = new Map<string, GroupCommand>()
  private runtime: GroupRuntime

  constructor(
    private readonly agenda: Agenda,
    settings: ReadonlyMap<string, string>,
    private readonly onRecord: (record: GroupRecord) => void,
  ) {
    this.configs = new BrokerConfigs(settings)
    this.runtime = this.start()
  }

  get state(): GroupsState {
    return this.runtime.state
  }

  private start(): GroupRuntime {
    const runtime: GroupRuntime = new Runtime(
      groupMachine(this.configs),
      { append: records => this.append(records) },
      {
        perform: () => {},
        setTimer: (key, at, command) => this.setTimer(key, at, command),
        answer: (waiter, reply) => this.answer(waiter, reply),
      },
    )
    for (const entry of this.journal) {
      if ('isCommit' in entry) replayMarker(runtime.state, entry.producerId, entry.isCommit)
      else {
        const record = readGroupRecord(entry.key, entry.value, entry.producer)
        if (record) runtime.recover(record)
      }
    }
    this.runtime = runtime
    runtime.execute({ type: 'partitionLoaded' }, this.agenda.now)
    return runtime
  }

  private append(records: readonly GroupRecord[]): void {
    if (this.isDiskFull) throw new JournalError('full')
    for (const record of records) {
      this.journal.push(writeGroupRecord(record))
      this.onRecord(record)
    }
  }

  /** Writes the marker that ends a transaction, and returns whether the disk took it. */
  endTransaction(producerId: number, isCommit: boolean): boolean {
    if (this.isDiskFull) return false
    this.journal.push({ producerId, isCommit })
    replayMarker(this.state, producerId, isCommit)
    return true
  }

  /** Forgets everything but the journal, and finds in it what was known before. */
  crash(): void {
    const { groups, offsets, pending } = this.runtime.state
    const lost = this.waiters
    this.waiters = new Map()
    this.timers = new Map()
    const { state } = this.start()
    expect(state.groups).toEqual(groups)
    expect(state.offsets).toEqual(offsets)
    expect(state.pending).toEqual(pending)
    for (const take of lost.values()) take(null)
  }

  /** Executes a command; one that waits for others has the name of its waiter. */
  execute(command: GroupCommand, take: Take): void {
    if ('waiter' in command) this.waiters.set(command.waiter, take)
    let reply: GroupReply | null = null
    try {
      reply = this.runtime.execute(command, this.agenda.now)
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
      this.runtime.execute({ type: 'journalRefused', command }, this.agenda.now)
      this.drop(command, take)
      return
    }
    if (!reply) return
    if ('waiter' in command) this.waiters.delete(command.waiter)
    take(reply)
  }

  private drop(command: GroupCommand, take: Take): void {
    if ('waiter' in command && !this.waiters.delete(command.waiter)) throw new Error('answered and refused')
    take(null)
  }

  private answer(waiter: string, reply: GroupReply): void {
    const take = this.waiters.get(waiter)
    if (!take) throw new Error(`${waiter} does not wait`)
    this.waiters.delete(waiter)
    take(reply)
  }

  private setTimer(key: string, at: number | null, command: GroupCommand | null): void {
    this.timers.delete(key)
    if (at === null || !command) return
    this.timers.set(key, command)
    this.agenda.at(at, () => {
      if (this.timers.get(key) !== command) return
      this.timers.delete(key)
      this.ring(key, command)
    })
  }

  /** As the broker does it: what the journal refused is tried again. */
  private ring(key: string, command: GroupCommand): void {
    try {
      this.runtime.execute(command, this.agenda.now)
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
      this.runtime.execute({ type: 'journalRefused', command }, this.agenda.now)
      if (!this.timers.has(key)) this.setTimer(key, this.agenda.now + 500, command)
    }
  }
}
