/**
 * Consume, transform, produce: reads what is committed in one partition, writes each record to the same partition of another
 * topic, and commits in the same transaction how far it has read.
 * @module
 */
import { fetch } from '../../../src/api/01-fetch.ts'
import { offsetFetch } from '../../../src/api/09-offset-fetch.ts'
import { addOffsetsToTxn } from '../../../src/api/25-add-offsets-to-txn.ts'
import { txnOffsetCommit } from '../../../src/api/28-txn-offset-commit.ts'
import type { Infer } from '../../../src/wire/schema.ts'
import { offsetFetchOf } from '../../clients/coordinator-requests.ts'
import { FETCH_VERSION as OFFSET_FETCH_VERSION, TXN_COMMIT_VERSION } from '../groups.ts'
import { chosen } from '../random.ts'
import { fetchOf, onlyPartition } from '../world.ts'
import { type Committed, committedIn, READ_COMMITTED } from './committed.ts'
import { type ExactlyOnce, TransactionalActor } from './producer.ts'

export const GROUP = 'transform'
export const INPUT = 'in'
export const OUTPUT = 'out'
const FETCH_VERSION = 12
const ADD_OFFSETS_VERSION = 3
/** The last that adds nothing by itself. */
const COMMIT_VERSION_1 = 4
const MAX_FETCH_BYTES = 600
const ABORT_ONE_IN = 6
const REST_ONE_IN = 3

/** Who it is in its group, and which partitions are its own. */
export interface Membership {
  readonly memberId: string
  readonly generationId: number
  readonly partitions: readonly number[]
}

export abstract class Transformer extends TransactionalActor {
  /** How far it has read, by partition, as far as it knows. */
  private readonly positions = new Map<number, number>()
  /** Partitions of which it has read all there was. */
  private readonly finished = new Set<number>()
  private isCatchingUp = false

  override get isDone(): boolean {
    return super.isDone && !this.mustGoOn
  }
  protected override get mustGoOn(): boolean {
    return this.isCatchingUp && (!this.membership || this.membership.partitions.some(of => !this.finished.has(of)))
  }
  /** Reads and writes what is there, though it is to stop. */
  catchUp(): void {
    this.isCatchingUp = true
    this.begunAnew()
  }

  /** Null where it is not known. */
  protected abstract readonly membership: Membership | null
  /** The group has refused what it wanted to commit: it aborts its transaction. False where that cannot be. */
  protected abstract leave(errorCode: number): boolean

  /** All it knows of where it was is void. */
  protected override begunAnew(): void {
    this.positions.clear()
    this.finished.clear()
  }
  protected override ended(isCommit: boolean): void {
    if (!isCommit) this.positions.clear()
  }

  protected prepare(): void {
    const { membership, isStopping, positions } = this
    if (!membership || membership.partitions.length === 0 || (isStopping && !this.mustGoOn)) return
    const partition = chosen(this.setting.random, membership.partitions)
    const position = positions.get(partition)
    if (position === undefined) this.findPosition(partition)
    else this.read(partition, position)
  }

  /** What was committed last, once it is decided. */
  private findPosition(partition: number): void {
    const request = offsetFetchOf(GROUP, [{ name: INPUT, partitionIndexes: [partition] }])
    this.put(() =>
      this.asking(offsetFetch, OFFSET_FETCH_VERSION, request, {
        codeOf: answer => answer.groups[0]?.errorCode || (fetchedOf(answer)?.errorCode ?? -1),
        done: answer => {
          this.positions.set(partition, Math.max(fetchedOf(answer)?.committedOffset ?? 0, 0))
        },
      }),
    )
  }

  private read(partition: number, position: number): void {
    const partitionMaxBytes = 1 + this.setting.random.below(MAX_FETCH_BYTES)
    const partitions = [{ partition, fetchOffset: position, partitionMaxBytes }]
    const request = fetchOf(INPUT, { partitions, isolationLevel: READ_COMMITTED })
    this.put(() =>
      this.asking(fetch, FETCH_VERSION, request, {
        codeOf: answer => onlyPartition(answer).errorCode,
        done: answer => this.transform(partition, position, committedIn(onlyPartition(answer), position)),
      }),
    )
  }

  private transform(partition: number, before: number, { records, position }: Committed): void {
    this.positions.set(partition, position)
    if (position === before) this.finished.add(partition)
    if (records.length === 0) return
    const texts = records.map(({ value }) => value)
    const write = () => this.write({ topic: OUTPUT, partition }, texts)
    const isCommit = this.isStopping || this.setting.random.below(ABORT_ONE_IN) > 0
    this.begin([write, () => this.commitOffset(partition, position)], isCommit)
  }

  private commitOffset(partitionIndex: number, committedOffset: number): void {
    if (
      this.mustAdd(
        GROUP,
        () => this.commitOffset(partitionIndex, committedOffset),
        () => this.addOffsets(),
      )
    )
      return
    const { memberId, generationId } = this.membership ?? { memberId: '', generationId: -1 }
    const topics = [{ name: INPUT, partitions: [{ partitionIndex, committedOffset, committedMetadata: '' }] }]
    const request = { ...this.current, groupId: GROUP, generationId, memberId, topics }
    this.ask(txnOffsetCommit, this.version > 1 ? TXN_COMMIT_VERSION : COMMIT_VERSION_1, request, {
      codeOf: answer => answer.topics[0]?.partitions[0]?.errorCode ?? -1,
      // Where it takes long to go on from here, another has to wait for what becomes of the offset.
      done: () => {
        if (this.setting.random.below(REST_ONE_IN) === 0) this.rest()
      },
      refused: code => {
        const isRefused = this.leave(code)
        if (isRefused) this.giveUp()
        return isRefused
      },
    })
  }

  private addOffsets(): void {
    this.ask(
      addOffsetsToTxn,
      ADD_OFFSETS_VERSION,
      { ...this.current, groupId: GROUP },
      {
        codeOf: ({ errorCode }) => errorCode,
        done: () => {},
      },
    )
  }
}

function fetchedOf({ groups }: Infer<typeof offsetFetch.response>) {
  return groups[0]?.topics[0]?.partitions[0]
}

/** One of several that are each other's successors: they have one partition, and one transactional id. */
export class FixedTransformer extends Transformer {
  protected readonly membership: Membership

  constructor(setting: ExactlyOnce, partition: number) {
    super(setting, `transformer-${partition}`)
    this.membership = { memberId: '', generationId: -1, partitions: [partition] }
  }

  protected leave(): boolean {
    return false
  }
}
