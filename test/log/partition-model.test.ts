/** A log under random appends, faults, crashes and restarts, against a list of what was acknowledged. @module */

import { describe, expect, test } from 'bun:test'
import { concatBytes } from '../../src/base/bytes.ts'
import type { PartitionLog } from '../../src/log/partition.ts'
import type { AppendOutcome } from '../../src/log/staging.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { batchHeaders } from '../../src/wire/records/batch.ts'
import { seed, withSeed } from '../seed.ts'
import { SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'
import { batch, NOW_MS, newOutcome, openLog, validated } from './fixture.ts'

const config = { segmentBytes: 4000, indexIntervalBytes: 300, segmentIndexBytes: 400 }
const STEPS = 400
const PRODUCER = 11

interface Batch {
  readonly baseOffset: number
  readonly recordCount: number
  readonly bytes: Uint8Array
}

interface Staged {
  readonly bytes: Uint8Array
  readonly recordCount: number
  readonly outcome: AppendOutcome
}

/** One life of a log: what it must hold is in `batches`. */
class Trial {
  private readonly random: SeededRandom
  private readonly disk: SimDisk
  private log: PartitionLog
  private batches: Batch[] = []
  private staged: Staged[] = []
  private sequence = 0
  private timestamp = NOW_MS

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
      if (choice < 45) this.stage()
      else if (choice < 70) this.commit()
      else if (choice < 85) this.read()
      else if (choice < 88) this.findTimestamp()
      else if (choice < 92) this.disk.settle()
      else if (choice < 95) this.stop()
      else this.crash()
    }
    this.commit()
    this.checkAll()
  }

  private get endOffset(): number {
    const last = this.batches.at(-1)
    return last ? last.baseOffset + last.recordCount : 0
  }

  private stage(): void {
    const recordCount = 1 + this.random.below(4)
    const timestamps = Array.from({ length: recordCount }, () => this.timestamp + this.random.below(50) - 20)
    this.timestamp += this.random.below(20)
    const isIdempotent = this.random.below(2) === 0
    const shape = isIdempotent ? { producerId: PRODUCER, producerEpoch: 0, baseSequence: this.sequence } : {}
    const records = validated(batch({ timestamps, valueBytes: this.random.below(200), ...shape }))
    const outcome = newOutcome()
    this.limitRoom()
    this.log.stage(records, outcome, NOW_MS)
    // A roll within has committed what was staged before, or has failed it together with this.
    this.settleStaged()
    if (isIdempotent && outcome.errorCode === ErrorCode.NONE) this.sequence += recordCount
    if (outcome.errorCode === ErrorCode.NONE) this.staged.push({ bytes: records.bytes, recordCount, outcome })
    else expect(outcome).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR, baseOffset: -1 })
  }

  private commit(): void {
    this.limitRoom()
    const isCommitted = this.log.commit()
    for (const { outcome } of this.staged) expect(outcome.errorCode === ErrorCode.NONE).toBe(isCommitted)
    this.settleStaged()
    this.disk.capacityBytes = Number.POSITIVE_INFINITY
    expect(this.staged).toEqual([])
    expect(this.log.logEndOffset).toBe(this.endOffset)
  }

  /** Now and then the disk has no room for what comes. */
  private limitRoom(): void {
    const isFull = this.random.below(8) === 0
    this.disk.capacityBytes = isFull ? this.disk.usedBytes + this.random.below(500) : Number.POSITIVE_INFINITY
  }

  /** Moves what is in the log by now from the staged to the batches, and forgets what has failed. */
  private settleStaged(): void {
    const waiting: Staged[] = []
    for (const of of this.staged) {
      const { baseOffset, errorCode } = of.outcome
      if (errorCode !== ErrorCode.NONE) this.sequence = Math.min(this.sequence, this.sequenceOf(of))
      else if (baseOffset < this.log.logEndOffset) this.batches.push({ ...of, baseOffset, bytes: of.bytes.slice() })
      else waiting.push(of)
    }
    this.staged = waiting
  }
  private sequenceOf({ bytes }: Staged): number {
    const [header] = batchHeaders(bytes)
    return header && header.producerId >= 0 ? header.baseSequence : Number.POSITIVE_INFINITY
  }

  private read(): void {
    const end = this.log.logEndOffset
    if (end === 0) return
    const offset = this.random.below(end)
    const maxBytes = this.random.below(2000)
    const expected = this.batches.filter(of => of.baseOffset + of.recordCount > offset)
    const { pieces, sizeBytes } = this.log.read(offset, maxBytes, end, 'whole')
    const read = concatBytes(pieces)
    const all = concatBytes(expected.map(of => of.bytes))
    expect(read.length).toBe(sizeBytes)
    expect(Buffer.compare(read, all.subarray(0, sizeBytes))).toBe(0)
    const least = expected[0]?.bytes.length ?? 0
    expect(sizeBytes).toBeGreaterThanOrEqual(least)
    expect(sizeBytes).toBeLessThanOrEqual(Math.max(maxBytes, least))
    expect(this.log.bytesBetween(offset, this.log.highWatermark)).toBe(all.length)
  }

  private findTimestamp(): void {
    const wanted = NOW_MS + this.random.below(Math.max(1, this.timestamp - NOW_MS))
    const first = this.batches.find(of => [...batchHeaders(of.bytes)].some(header => header.maxTimestamp >= wanted))
    const found = this.log.offsetForTimestamp(wanted)
    if (first === undefined) expect(found).toBeNull()
    else {
      expect(found?.timestampMs).toBeGreaterThanOrEqual(wanted)
      expect(found?.offset).toBeGreaterThanOrEqual(first.baseOffset)
      expect(found?.offset).toBeLessThan(first.baseOffset + first.recordCount)
    }
  }

  private stop(): void {
    this.commit()
    this.log.close()
    this.open(true, this.log.recoveryPoint)
  }

  /** What is staged is lost; what is in the log outlives a crash of the program, and up to the recovery point one of the power. */
  private crash(): void {
    const { recoveryPoint } = this.log
    this.staged = []
    if (this.losesPower) this.disk.losePower()
    this.open(false, recoveryPoint)
    if (this.losesPower) {
      expect(this.log.logEndOffset).toBeGreaterThanOrEqual(recoveryPoint)
      this.batches = this.batches.filter(of => of.baseOffset < this.log.logEndOffset)
    }
    this.checkAll()
  }

  private open(isCleanStart: boolean, recoveryPoint: number): void {
    this.log = openLog(this.disk, { config, isCleanStart, recoveryPoint })
    expect(this.log.logEndOffset).toBeLessThanOrEqual(this.endOffset)
    const [producer] = [...this.log.activeProducers]
    this.sequence = (producer?.batches.at(-1)?.lastSequence ?? -1) + 1
  }

  private checkAll(): void {
    expect(this.log.logEndOffset).toBe(this.endOffset)
    let offset = 0
    const pieces: Uint8Array[] = []
    while (offset < this.log.logEndOffset) {
      const read = concatBytes(this.log.read(offset, 1 << 20, this.log.logEndOffset, 'whole').pieces)
      for (const header of batchHeaders(read)) offset = header.baseOffset + header.lastOffsetDelta + 1
      pieces.push(read)
    }
    expect(Buffer.compare(concatBytes(pieces), concatBytes(this.batches.map(of => of.bytes)))).toBe(0)
    const sequences = this.batches.flatMap(of => [...batchHeaders(of.bytes)]).filter(header => header.producerId >= 0)
    let next = 0
    for (const header of sequences) {
      expect(header.baseSequence).toBe(next)
      next += header.recordCount
    }
    expect(this.sequence).toBeGreaterThanOrEqual(next)
  }
}

describe('a log and its model', () => {
  test.each([
    ['crashes of the program', false],
    ['losses of power', true],
  ])('agree over %s', (_, losesPower) => {
    for (let trial = 0; trial < 12; trial++) {
      withSeed(`trial ${trial}`, () => new Trial(seed + trial, losesPower).run())
    }
  })
})
