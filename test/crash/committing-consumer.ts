/** Consumers of one group that commit as fast as they can, with what is needed to prove that no commit was lost. @module */
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import {
  beat,
  commit,
  committedOffsets,
  findGroup,
  join,
  type Member,
  settled,
  sync,
} from '../clients/group-requests.ts'
import type { WireClient } from '../clients/wire-client.ts'

/** The least that a broker takes: a member that the group remembers and the client forgot holds up the others so long. */
const SESSION_MS = 6000
/** Commits between two heartbeats, which tell a member that others want to join. */
const BEAT_EVERY = 20

/** What a group has committed, as its consumers know it. */
export class CommittingGroup {
  /** The last offset that was sent, by partition. Each is sent once. */
  readonly sent: number[]
  /** The last offset that was acknowledged, by partition. */
  readonly acknowledged: number[]

  constructor(
    readonly groupId: string,
    readonly topic: string,
    partitionCount: number,
  ) {
    this.sent = new Array<number>(partitionCount).fill(-1)
    this.acknowledged = new Array<number>(partitionCount).fill(-1)
  }

  get acknowledgedCount(): number {
    return this.acknowledged.reduce((sum, offset) => sum + offset + 1, 0)
  }

  /** Throws where an offset has gone back, or was never committed. */
  async check(client: WireClient): Promise<void> {
    await findGroup(client, this.groupId)
    const least = [...this.acknowledged]
    const found = new Map((await committedOffsets(client, this.groupId)).map(of => [of.partition, of]))
    least.forEach((acknowledged, partition) => {
      const { offset = -1, metadata } = found.get(partition) ?? {}
      if (offset < acknowledged)
        throw new Error(`${this.groupId}-${partition} went back from ${acknowledged} to ${offset}`)
      if (offset > (this.sent[partition] ?? -1)) throw new Error(`${offset} was never sent`)
      if (offset >= 0 && metadata !== `offset ${offset}`) throw new Error(`${offset} has the metadata of '${metadata}'`)
    })
  }

  /** Who gets which partitions: the leader's part. */
  assign(memberIds: readonly string[]): Map<string, string> {
    const assignments = new Map<string, string>(memberIds.map(memberId => [memberId, '']))
    this.sent.forEach((_, partition) => {
      const memberId = memberIds[partition % memberIds.length] ?? ''
      assignments.set(memberId, `${assignments.get(memberId)} ${partition}`)
    })
    return assignments
  }
}

/** One member. It outlives its connections, and so should its membership. */
export class CommittingConsumer {
  /** Times that it went on in the generation that it had, and times that it joined. */
  readonly counts = { resumed: 0, joined: 0 }
  private memberId = ''
  private member: Member | null = null
  private partitions: readonly number[] = []

  constructor(private readonly group: CommittingGroup) {}

  /** Commits until `isDone`, or for ever. @throws Disconnected */
  async run(client: WireClient, isDone: () => boolean = () => false): Promise<void> {
    await findGroup(client, this.group.groupId)
    await this.resume(client)
    while (!isDone()) await this.commitFor(client)
  }

  /** Goes on as the member that it was, if the group still knows it. */
  private async resume(client: WireClient): Promise<void> {
    if (this.member && (await this.isMember(client, this.member))) this.counts.resumed++
    else await this.rejoin(client)
  }

  /** A heartbeat: false where the group is another than the one that this consumer joined. */
  private async isMember(client: WireClient, member: Member): Promise<boolean> {
    const { errorCode } = await settled(async () => ({ errorCode: await beat(client, member) }))
    return this.isFine(errorCode)
  }

  private isFine(errorCode: number): boolean {
    if (errorCode === ErrorCode.NONE) return true
    if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID) this.memberId = ''
    else if (errorCode !== ErrorCode.ILLEGAL_GENERATION && errorCode !== ErrorCode.REBALANCE_IN_PROGRESS) {
      throw new Error(`${this.group.groupId} answers ${errorName(errorCode)}`)
    }
    return false
  }

  private async rejoin(client: WireClient): Promise<void> {
    while (!(await this.tryToJoin(client)));
    this.counts.joined++
    await this.group.check(client)
  }

  private async tryToJoin(client: WireClient): Promise<boolean> {
    const { groupId, topic } = this.group
    const wish = { groupId, topic, memberId: this.memberId, sessionTimeoutMs: SESSION_MS }
    const joined = await settled(() => join(client, wish))
    if (joined.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.memberId = joined.memberId
      return false
    }
    if (!this.isFine(joined.errorCode)) return false
    const member = { groupId, memberId: joined.memberId, generationId: joined.generationId }
    const isLeader = joined.leader === member.memberId
    const memberIds = joined.members.map(({ memberId }) => memberId).sort()
    const assigned = await sync(client, member, isLeader ? this.group.assign(memberIds) : new Map())
    if (!this.isFine(assigned.errorCode)) return false
    this.member = member
    this.partitions = [...new TextDecoder().decode(assigned.assignment).matchAll(/\d+/g)].map(Number)
    return true
  }

  /** Some commits in this generation, and a heartbeat. */
  private async commitFor(client: WireClient): Promise<void> {
    const { member, partitions, group } = this
    if (!member) throw new Error('no member')
    for (let count = 0; count < BEAT_EVERY && partitions.length > 0; count++) {
      const offsets = partitions.map(partition => ({ partition, offset: (group.sent[partition] ?? -1) + 1 }))
      for (const { partition, offset } of offsets) group.sent[partition] = offset
      const errorCode = await commit(client, group.groupId, group.topic, offsets, member)
      if (!this.isFine(errorCode)) return this.rejoin(client)
      for (const { partition, offset } of offsets) group.acknowledged[partition] = offset
    }
    if (!(await this.isMember(client, member))) await this.rejoin(client)
  }
}
