/**
 * Consume, transform, produce: reads what is committed in one partition, writes each record to another, and commits in the
 * same transaction how far it has read. Several of one transactional id do it for each other.
 * @module
 */
import { fetch } from '../../../src/api/01-fetch.ts'
import { offsetFetch } from '../../../src/api/09-offset-fetch.ts'
import { addOffsetsToTxn } from '../../../src/api/25-add-offsets-to-txn.ts'
import { txnOffsetCommit } from '../../../src/api/28-txn-offset-commit.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { FETCH_VERSION as OFFSET_FETCH_VERSION, TXN_COMMIT_VERSION } from '../groups.ts'
import { fetchOf, onlyPartition } from '../world.ts'
import { type Committed, committedIn, READ_COMMITTED } from './committed.ts'
import { nameOf, type Place } from './ledger.ts'
import { type ExactlyOnce, TransactionalActor } from './producer.ts'

export const GROUP = 'transform'
const FETCH_VERSION = 12
const ADD_OFFSETS_VERSION = 3
/** The last that adds nothing by itself. */
const COMMIT_VERSION_1 = 4
const MAX_FETCH_BYTES = 600
const ABORT_ONE_IN = 6

export class Transformer extends TransactionalActor {
  /** How far it has read; null where it does not know. */
  private position: number | null = null
  private isCatchingUp = false
  private isCaughtUp = false

  constructor(
    setting: ExactlyOnce,
    private readonly input: Place,
    private readonly output: Place,
  ) {
    super(setting, `transformer-${input.partition}`)
  }

  override get isDone(): boolean {
    return super.isDone && !this.mustGoOn
  }
  protected override get mustGoOn(): boolean {
    return this.isCatchingUp && !this.isCaughtUp
  }
  /** Reads and writes what is there, though it is to stop. */
  catchUp(): void {
    this.isCatchingUp = true
    this.isCaughtUp = false
  }

  protected override begunAnew(): void {
    this.position = null
    this.isCaughtUp = false
  }
  protected override ended(isCommit: boolean): void {
    if (!isCommit) this.position = null
  }

  protected prepare(): void {
    if (this.isStopping && !this.mustGoOn) return
    if (this.position === null) this.findPosition()
    else this.read(this.position)
  }

  /** What was committed last, once it is decided. */
  private findPosition(): void {
    const { topic: name, partition } = this.input
    const topics = [{ topicId: zeroUuid, name, partitionIndexes: [partition] }]
    const request = { groups: [{ groupId: GROUP, topics }], groupId: '', topics: null, requireStable: true }
    const partitionOf = ({ groups }: { groups: readonly FetchedGroup[] }) => groups[0]?.topics[0]?.partitions[0]
    this.put(() =>
      this.asking(offsetFetch, OFFSET_FETCH_VERSION, request, {
        codeOf: answer => answer.groups[0]?.errorCode || (partitionOf(answer)?.errorCode ?? -1),
        done: answer => {
          this.position = Math.max(partitionOf(answer)?.committedOffset ?? 0, 0)
        },
      }),
    )
  }

  private read(position: number): void {
    const { topic, partition } = this.input
    const partitionMaxBytes = 1 + this.setting.random.below(MAX_FETCH_BYTES)
    const partitions = [{ partition, fetchOffset: position, partitionMaxBytes }]
    const request = fetchOf(topic, { partitions, isolationLevel: READ_COMMITTED })
    this.put(() =>
      this.asking(fetch, FETCH_VERSION, request, {
        codeOf: answer => onlyPartition(answer).errorCode,
        done: answer => this.transform(committedIn(onlyPartition(answer), position)),
      }),
    )
  }

  private transform({ records, position }: Committed): void {
    this.isCaughtUp = records.length === 0 && position === this.position
    this.position = position
    if (records.length === 0) return
    const texts = records.map(({ value }) => value)
    this.begin(
      [() => this.write(this.output, texts), () => this.commitOffset(position)],
      this.setting.random.below(ABORT_ONE_IN) > 0,
    )
  }

  private commitOffset(committedOffset: number): void {
    const add = () => {
      const request = { ...this.current, groupId: GROUP }
      this.ask(addOffsetsToTxn, ADD_OFFSETS_VERSION, request, {
        codeOf: ({ errorCode }) => errorCode,
        done: () => {},
      })
    }
    if (this.mustAdd(GROUP, () => this.commitOffset(committedOffset), add)) return
    const { topic: name, partition: partitionIndex } = this.input
    const topics = [{ name, partitions: [{ partitionIndex, committedOffset, committedMetadata: nameOf(this.output) }] }]
    const request = { ...this.current, groupId: GROUP, generationId: -1, memberId: '', topics }
    this.ask(txnOffsetCommit, this.version > 1 ? TXN_COMMIT_VERSION : COMMIT_VERSION_1, request, {
      codeOf: answer => answer.topics[0]?.partitions[0]?.errorCode ?? -1,
      done: () => {},
    })
  }
}

interface FetchedGroup {
  readonly topics: readonly {
    readonly partitions: readonly { readonly committedOffset: number; readonly errorCode: number }[]
  }[]
}
