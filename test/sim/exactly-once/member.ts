/** One of a group of transformers: it has a transactional id of its own, and partitions as the group assigns them (KIP-447). @module */
import { joinGroup } from '../../../src/api/11-join-group.ts'
import { syncGroup } from '../../../src/api/14-sync-group.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import type { Infer } from '../../../src/wire/schema.ts'
import { JOIN_VERSION, joinOf, SYNC_VERSION, syncOf } from '../groups.ts'
import type { ExactlyOnce } from './producer.ts'
import { GROUP, type Membership, Transformer } from './transformer.ts'

/** The others have so long to join again; who does not is no member any more. */
const REBALANCE_TIMEOUT_MS = 400
const REJOIN_ONE_IN = 12

const { ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS, MEMBER_ID_REQUIRED } = ErrorCode
const expelled: readonly number[] = [ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS]

export class MemberTransformer extends Transformer {
  protected membership: Membership | null = null
  private memberId = ''

  constructor(
    setting: ExactlyOnce,
    number: number,
    private readonly partitionCount: number,
  ) {
    super(setting, `member-${number}`)
  }

  protected override begunAnew(): void {
    super.begunAnew()
    this.membership = null
  }

  protected leave(errorCode: number): boolean {
    const isExpelled = expelled.includes(errorCode)
    if (isExpelled) this.forgetMembership(errorCode)
    return isExpelled
  }

  private forgetMembership(errorCode: number): void {
    if (errorCode === UNKNOWN_MEMBER_ID) this.memberId = ''
    super.begunAnew()
    this.membership = null
  }

  protected override prepare(): void {
    const isRestless = !this.isStopping && this.setting.random.below(REJOIN_ONE_IN) === 0
    if (this.membership && !isRestless) super.prepare()
    else if (!this.isStopping || this.mustGoOn) this.join()
  }

  private join(): void {
    super.begunAnew()
    this.membership = null
    this.put(() => {
      const request = joinOf(GROUP, { memberId: this.memberId, rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS })
      this.asking(joinGroup, JOIN_VERSION, request, {
        codeOf: ({ errorCode }) => errorCode,
        done: answer => this.sync(answer),
        refused: (code, { memberId }) => {
          if (code === MEMBER_ID_REQUIRED) this.memberId = memberId
          return code === MEMBER_ID_REQUIRED || this.leave(code)
        },
      })
    })
  }

  private sync({ memberId, generationId, leader, members }: Infer<typeof joinGroup.response>): void {
    const assignments = leader === memberId ? this.assign(members.map(member => member.memberId)) : []
    const request = { ...syncOf({ groupId: GROUP, memberId, generationId }), assignments }
    this.put(() =>
      this.asking(syncGroup, SYNC_VERSION, request, {
        codeOf: ({ errorCode }) => errorCode,
        done: ({ assignment }) => {
          this.membership = { memberId, generationId, partitions: [...assignment] }
        },
        refused: code => this.leave(code),
      }),
    )
  }

  /** Everybody gets every so many'th partition. */
  private assign(memberIds: readonly string[]) {
    const partitions = Array.from({ length: this.partitionCount }, (_, index) => index)
    return memberIds.map((memberId, place) => ({
      memberId,
      assignment: Uint8Array.from(partitions.filter(partition => partition % memberIds.length === place)),
    }))
  }
}
