/** A consumer that reads what is committed, and checks that it may. @module */
import { fetch } from '../../../src/api/01-fetch.ts'
import { Actor, expectCode } from '../actor.ts'
import { fetchOf, onlyPartition } from '../world.ts'
import { committedIn, READ_COMMITTED } from './committed.ts'
import { nameOf, type Place } from './ledger.ts'
import type { ExactlyOnce } from './producer.ts'

const FETCH_VERSION = 12
const MAX_WAIT_MS = 300
const MAX_FETCH_BYTES = 2000

export class CommittedReader extends Actor<ExactlyOnce> {
  private position = 0
  private lastStableOffset = 0
  private highWatermark = 0

  constructor(
    setting: ExactlyOnce,
    private readonly place: Place,
  ) {
    super(setting)
  }

  /** It only looks on. */
  get isDone(): boolean {
    return true
  }

  protected act(): void {
    if (this.waitingCount > 0) return
    const { random } = this.setting
    const { topic, partition } = this.place
    // Everything is read again now and then: what was seen once is seen always.
    if (random.below(20) === 0) this.position = 0
    const { position } = this
    const request = fetchOf(topic, {
      partitions: [{ partition, fetchOffset: position, partitionMaxBytes: 1 + random.below(MAX_FETCH_BYTES) }],
      isolationLevel: READ_COMMITTED,
      maxWaitMs: random.below(2) === 0 ? 0 : random.below(MAX_WAIT_MS),
    })
    this.send(fetch, FETCH_VERSION, request, answer => this.take(onlyPartition(answer), position))
  }
  protected lost(): void {}

  private take(fetched: ReturnType<typeof onlyPartition>, position: number): void {
    expectCode(this.setting, `fetch of ${nameOf(this.place)}`, fetched.errorCode)
    if (fetched.errorCode !== 0) return
    const { lastStableOffset, highWatermark } = fetched
    if (lastStableOffset > highWatermark) throw new Error('offsets out of order')
    if (lastStableOffset < this.lastStableOffset) throw new Error('the last stable offset went back')
    if (highWatermark < this.highWatermark) throw new Error('the high watermark went back')
    this.lastStableOffset = lastStableOffset
    this.highWatermark = highWatermark
    const { ledger } = this.setting
    const committed = committedIn(fetched, position)
    for (const { offset, value } of committed.records) {
      ledger.place(this.place).note(offset, value)
      ledger.see(value)
    }
    this.position = committed.position
  }
}
