/**
 * Groups of consumers and their coordinator, in simulated time: members come, go, fall silent and restart, the broker crashes,
 * the disk is full for a while. Then all that stops, and every group has to come to rest.
 * @module
 */
import { expect } from 'bun:test'
import type { GroupCommand, GroupReply } from '../../../../src/core/groups/commands.ts'
import type { Millis } from '../../../../src/core/machine.ts'
import { chosen, SeededRandom } from '../../../sim/random.ts'
import { START_MS } from '../fixture.ts'
import { Agenda } from './agenda.ts'
import { Coordinator, type Take } from './coordinator.ts'
import { Ledger } from './ledger.ts'
import { type Habits, Member } from './member.ts'

const MAX_LATENCY_MS = 50
const TROUBLED_MS = 3 * 60_000
const TRANSACTION_TIMEOUT_MS = 15_000
/** More than any session, rebalance and new member's patience, one after the other. */
const QUIET_MS = 10 * 60_000
const WORK_MS = 30_000

export class World {
  readonly partitionCount: number
  readonly random: SeededRandom
  readonly agenda = new Agenda(START_MS)
  readonly ledger: Ledger
  private readonly coordinator: Coordinator
  private readonly members: Member[] = []
  private readonly sentUntil = new Map<Member, Millis>()
  /** By producer: whether the outcome is decided. */
  private readonly openTransactions = new Map<number, boolean>()
  private nameCount = 0
  private producerCount = 0
  private isTroubled = true

  constructor(seed: number, groupCount: number, memberCount: number) {
    this.random = new SeededRandom(seed)
    this.partitionCount = 1 + this.random.below(40)
    const isForgetful = this.random.below(2) === 0
    this.ledger = new Ledger(isForgetful)
    const settings = new Map([
      ['group.initial.rebalance.delay.ms', chosen(this.random, ['0', '0', '3000'])],
      // Groups that nobody is in go quickly, so that some begin anew.
      ['offsets.retention.check.interval.ms', '60000'],
      ['offsets.retention.minutes', isForgetful ? '1' : '10080'],
    ])
    this.coordinator = new Coordinator(this.agenda, settings, record => this.ledger.note(record))
    for (let at = 0; at < memberCount; at++) {
      const group = `group-${this.random.below(groupCount)}`
      this.members.push(new Member(this, group, `member-${at}`, this.habits(at)))
    }
  }

  private habits(at: number): Habits {
    const { random } = this
    const groupInstanceId = random.below(3) === 0 ? `instance-${at}` : null
    return {
      groupInstanceId,
      version: groupInstanceId === null ? random.below(10) : 5 + random.below(5),
      sessionTimeoutMs: 6000 + random.below(40_000),
      rebalanceTimeoutMs: 2000 + random.below(20_000),
      isTransactional: random.below(3) === 0,
    }
  }

  newName(what: string): string {
    return `${what}-${++this.nameCount}`
  }

  /** Sends what a member asks, in its order, with delay there and back. */
  send(member: Member, command: GroupCommand, take: Take, overhear: (reply: GroupReply) => void = () => {}): void {
    const { agenda, coordinator } = this
    const at = Math.max(agenda.now + this.latencyMs(), this.sentUntil.get(member) ?? 0)
    this.sentUntil.set(member, at)
    agenda.at(at, () =>
      coordinator.execute(command, reply => {
        if (reply) overhear(reply)
        agenda.after(this.latencyMs(), () => take(reply))
      }),
    )
  }

  /** A transaction of a new producer, which is aborted if nothing is heard of it. */
  beginTransaction(): number {
    const producerId = ++this.producerCount
    this.openTransactions.set(producerId, false)
    this.agenda.after(TRANSACTION_TIMEOUT_MS, () => this.endTransaction(producerId, false, () => {}))
    return producerId
  }
  isOpen(producerId: number): boolean {
    return this.openTransactions.has(producerId)
  }

  /** Ends a transaction, unless that is done already: its outcome stands, and its marker is written as soon as the disk takes it. */
  endTransaction(producerId: number, isCommit: boolean, committed: () => void): void {
    if (this.openTransactions.get(producerId) !== false) return
    this.openTransactions.set(producerId, true)
    this.writeMarker(producerId, isCommit, committed)
  }
  private writeMarker(producerId: number, isCommit: boolean, committed: () => void): void {
    this.agenda.after(this.latencyMs(), () => {
      if (!this.coordinator.endTransaction(producerId, isCommit)) {
        this.writeMarker(producerId, isCommit, committed)
        return
      }
      this.openTransactions.delete(producerId)
      if (isCommit) committed()
    })
  }

  private latencyMs(): Millis {
    return this.random.below(MAX_LATENCY_MS)
  }

  run(): void {
    for (const member of this.members)
      if (this.random.below(3) > 0) this.agenda.after(this.random.below(10_000), () => member.start())
    this.trouble()
    this.agenda.runUntil(START_MS + TROUBLED_MS)
    this.isTroubled = false
    this.comeToRest()
    this.checkRest()
    this.coordinator.crash()
    this.comeToRest()
    this.checkRest()
  }

  private trouble(): void {
    if (!this.isTroubled) return
    const member = chosen(this.random, this.members)
    const dice = this.random.below(100)
    if (dice < 2) this.coordinator.crash()
    else if (dice < 4) this.fillDisk()
    else if (!member.isAlive) member.start()
    else if (dice < 30) member.kill()
    else if (dice < 45) member.leave()
    else if (dice < 65) this.restart(member)
    else this.pause(member)
    this.agenda.after(this.random.below(1000), () => this.trouble())
  }

  private fillDisk(): void {
    this.coordinator.isDiskFull = true
    this.agenda.after(this.random.below(3000), () => {
      this.coordinator.isDiskFull = false
    })
  }

  private restart(member: Member): void {
    member.kill()
    this.agenda.after(this.random.below(10_000), () => {
      if (!member.isAlive) member.start()
    })
  }

  private pause(member: Member): void {
    member.isPaused = true
    this.agenda.after(this.random.below(30_000), () => {
      member.isPaused = false
    })
  }

  private comeToRest(): void {
    const { agenda } = this
    for (const limit = agenda.now + QUIET_MS; agenda.now < limit; ) {
      agenda.runUntil(agenda.now + WORK_MS)
      const { classic } = this.coordinator.state.volatile
      const groups = [...classic.values()]
      const inGroups = groups.reduce((sum, { members }) => sum + members.size, 0)
      const isStable = groups.every(({ state }) => state === 'Stable')
      const isIn = ({ group, memberId, positions }: Member) => positions && classic.get(group)?.members.has(memberId)
      if (isStable && inGroups === this.alive.length && this.alive.every(isIn)) return
    }
  }

  private get alive(): Member[] {
    return this.members.filter(member => member.isAlive)
  }

  /** Each group is stable, with all who live and nobody else, and each partition is read by one of them. */
  private checkRest(): void {
    const { classic } = this.coordinator.state.volatile
    const { alive } = this
    for (const [group, members] of Map.groupBy(alive, member => member.group)) {
      expect([group, classic.get(group)?.state]).toEqual([group, 'Stable'])
      const known = [...(classic.get(group)?.members.keys() ?? [])]
      expect([group, known.sort()]).toEqual([group, members.map(({ memberId }) => memberId).sort()])
      const owned = members.flatMap(({ positions }) => [...(positions?.keys() ?? [])])
      expect([group, owned.sort((a, b) => a - b)]).toEqual([
        group,
        Array.from({ length: this.partitionCount }, (_, at) => at),
      ])
    }
    const deserted = [...classic.keys()].filter(group => !alive.some(member => member.group === group))
    expect(deserted).toEqual([])
  }
}
