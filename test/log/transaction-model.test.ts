/** Transactions in a log under full disks, crashes and losses of power: what is said of them is what lies in the log. @module */
import { expect, test } from 'bun:test'
import type { PartitionLog } from '../../src/log/partition.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { isControl, isTransactional } from '../../src/wire/records/batch.ts'
import { readMarker } from '../../src/wire/records/end-transaction.ts'
import { seed, withSeed } from '../seed.ts'
import { SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'
import { allBatches, NOW_MS, openLog, stage } from './fixture.ts'

const config = { segmentBytes: 1500, indexIntervalBytes: 200 }
const STEPS = 250
const PRODUCERS = 4

class Trial {
  private readonly random: SeededRandom
  private readonly disk: SimDisk
  private log: PartitionLog

  constructor(
    trialSeed: number,
    private readonly losesPower: boolean,
  ) {
    this.random = new SeededRandom(trialSeed)
    this.disk = new SimDisk(this.random)
    this.log = openLog(this.disk, { config })
  }

  run(): void {
    for (let step = 0; step < STEPS; step++) {
      const choice = this.random.below(100)
      if (choice < 45) this.write()
      else if (choice < 80) this.end()
      else if (choice < 90) this.disk.settle()
      else if (choice < 95) this.stop()
      else this.crash()
      this.check()
    }
  }

  /** Now and then the disk has no room for what comes. */
  private limitRoom(): void {
    const isFull = this.random.below(8) === 0
    this.disk.capacityBytes = isFull ? this.disk.usedBytes + this.random.below(200) : Number.POSITIVE_INFINITY
  }

  private write(): void {
    this.limitRoom()
    for (let count = this.random.below(3); count >= 0; count--) {
      const producerId = this.random.below(PRODUCERS)
      const last = Array.from(this.log.activeProducers).find(of => of.producerId === producerId)
      const baseSequence = (last?.batches.at(-1)?.lastSequence ?? -1) + 1
      stage(this.log, { producerId, producerEpoch: 0, baseSequence, isTransactional: true })
    }
    // Half of them are written with the marker that comes next.
    if (this.random.below(2) === 0) this.log.commit()
  }

  private end(): void {
    this.limitRoom()
    const producerId = this.random.below(PRODUCERS)
    const isCommit = this.random.below(2) === 0
    const before = this.log.logEndOffset
    const end = { producerId, producerEpoch: 0, coordinatorEpoch: 0, isCommit, transactionVersion: 1 }
    const isEnded = this.log.endTransaction(end, NOW_MS) === ErrorCode.NONE
    if (isEnded) expect(this.log.logEndOffset).toBeGreaterThan(before)
    expect(isEnded && this.log.hasOngoingTransaction(producerId, 0)).toBeFalse()
  }

  private stop(): void {
    this.disk.capacityBytes = Number.POSITIVE_INFINITY
    this.log.close()
    this.log = openLog(this.disk, { config, isCleanStart: true, recoveryPoint: this.log.recoveryPoint })
  }

  private crash(): void {
    this.disk.capacityBytes = Number.POSITIVE_INFINITY
    const { recoveryPoint } = this.log
    if (this.losesPower) this.disk.losePower()
    this.log = openLog(this.disk, { config, recoveryPoint })
  }

  private check(): void {
    const { log } = this
    const open = new Map<number, number>()
    const aborted: string[] = []
    for (const header of allBatches(log)) {
      const { producerId, baseOffset, attributes } = header
      if (!isControl(attributes)) {
        if (isTransactional(attributes) && !open.has(producerId)) open.set(producerId, baseOffset)
        continue
      }
      const [piece] = log.read(baseOffset, 1, log.logEndOffset, 'whole').pieces
      const isCommit = piece && readMarker(piece, { ...header, position: 0 })?.isCommit
      const first = open.get(producerId)
      if (isCommit === false && first !== undefined) aborted.push(`${producerId} ${first}-${baseOffset}`)
      open.delete(producerId)
    }
    expect(log.lastStableOffset).toBe(Math.min(log.logEndOffset, ...open.values()))
    const known = new Set<string>()
    for (const start of log.segmentBaseOffsets) {
      if (start === log.logEndOffset) continue
      for (const of of log.abortedTransactions(start, 1 << 20)) {
        known.add(`${of.producerId} ${of.firstOffset}-${of.lastOffset}`)
      }
    }
    expect([...known].sort()).toEqual(aborted.sort())
  }
}

test.each([
  ['crashes of the program', false],
  ['losses of power', true],
])('over %s', (_, losesPower) => {
  for (let trial = 0; trial < 8; trial++) {
    withSeed(`trial ${trial}`, () => new Trial(seed + trial, losesPower).run())
  }
})
