/** A compacted log under random writes, cleaning, faults, kills and losses of power, against what was acknowledged. @module */

import { test } from 'bun:test'
import type { Compaction } from '../../src/log/compaction.ts'
import { DiskError } from '../../src/log/disk.ts'
import type { PartitionLog } from '../../src/log/partition.ts'
import { seed, withSeed } from '../seed.ts'
import { Killed, SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'
import { compacted, keyedBatch, MAP_BYTES, newOffsets, type Pair, recordsOf } from './compaction-fixture.ts'
import { NOW_MS, openLog } from './fixture.ts'

const TRIALS = 30
const STEPS = 300
const KEYS = 12
const MAX_CALLS_TO_LIVE = 60
/** Tombstones go while the trial lasts. */
const config = { ...compacted, segmentBytes: 600, deleteRetentionMs: 40 }
const text = new TextDecoder()

/** One life of a log: by offset, what was written and is known to be in the log. */
class Trial {
  private readonly random: SeededRandom
  private readonly disk: SimDisk
  private log: PartitionLog
  private compaction: Compaction | null = null
  private written = new Map<number, Pair>()
  private cleanedOffset = 0
  private nowMs = NOW_MS

  constructor(
    trialSeed: number,
    private readonly losesPower: boolean,
  ) {
    this.random = new SeededRandom(trialSeed)
    this.disk = new SimDisk(this.random)
    this.log = this.open(false, 0)
  }

  run(): void {
    for (let step = 0; step < STEPS; step++) {
      const choice = this.random.below(100)
      this.nowMs += this.random.below(5)
      if (choice < 35) this.survive(() => this.write())
      else if (choice < 80) this.survive(() => this.clean())
      else if (choice < 88) this.survive(() => this.disk.settle())
      else if (choice < 90) this.disk.callsToLive ??= this.random.below(MAX_CALLS_TO_LIVE)
      else if (choice < 92) this.fail()
      else if (choice < 95) this.stop()
      else if (choice < 96) this.crash()
      else this.check()
    }
    this.crash()
  }

  private open(isCleanStart: boolean, recoveryPoint: number): PartitionLog {
    return openLog(this.disk, { config, isCleanStart, recoveryPoint, nowMs: this.nowMs })
  }

  private write(): void {
    const pairs = Array.from({ length: 1 + this.random.below(4) }, (): Pair => {
      return [
        `key ${this.random.below(KEYS)}`,
        this.random.below(5) === 0 ? null : `${this.random.below(1000)}`.padEnd(30),
      ]
    })
    const expected = this.log.logEndOffset
    // Who is killed in a write may have written it: it is looked for later.
    for (const [index, pair] of pairs.entries()) this.written.set(expected + index, pair)
    const isTaken = this.log.append(keyedBatch(pairs), this.nowMs) !== null
    if (!isTaken) for (const index of pairs.keys()) this.written.delete(expected + index)
  }

  private clean(): void {
    if (this.compaction === null) {
      if (!this.log.isCleanable) return
      const plan = this.log.planCleaning(this.cleanedOffset, this.nowMs)
      if (!plan.isDue) return
      const offsets = newOffsets(this.random.below(3) === 0 ? 1 : MAP_BYTES)
      this.compaction = this.log.compact({ plan, offsets, nowMs: this.nowMs, wake: () => {} })
    }
    for (let moves = this.random.below(30); moves > 0; moves--) {
      const { done, value } = this.compaction.next()
      if (!done) continue
      this.compaction = null
      this.cleanedOffset = value ?? this.cleanedOffset
      return
    }
  }

  /** Some calls of the disk fail from now on, for a while. */
  private fail(): void {
    let left = this.random.below(3)
    let after = this.random.below(40)
    this.disk.fault = operation => (operation !== 'read' && after-- <= 0 && left-- > 0 ? 'EIO' : null)
  }

  /** Lets something happen that the disk may refuse, or that the program may die in. */
  private survive(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (error instanceof DiskError) this.compaction = null
      else if (error instanceof Killed) this.crash()
      else throw error
    }
  }

  private stop(): void {
    this.survive(() => {
      this.disk.fault = () => null
      this.log.close()
      this.restart(true, this.log.recoveryPoint)
    })
  }

  private crash(): void {
    const { recoveryPoint } = this.log
    this.disk.revive()
    this.disk.fault = () => null
    if (this.losesPower) this.disk.losePower()
    this.restart(false, 0)
    if (this.log.logEndOffset < recoveryPoint) throw new Error(`what lay before ${recoveryPoint} is lost`)
    const found = this.losesPower ? this.found() : null
    for (const offset of [...this.written.keys()]) {
      const mayBeLost = offset >= (found === null ? this.log.logEndOffset : recoveryPoint)
      if (mayBeLost && !found?.has(offset)) this.written.delete(offset)
    }
    this.check()
  }

  private restart(isCleanStart: boolean, recoveryPoint: number): void {
    this.compaction = null
    this.log = this.open(isCleanStart, recoveryPoint)
    if (this.cleanedOffset > this.log.logEndOffset) this.cleanedOffset = 0
  }

  /** `key,value` of every record, by offset. */
  private found(): Map<number, string> {
    return new Map(recordsOf(this.log).map(({ offset, key, value }) => [offset, [show(key), show(value)].join()]))
  }

  /** Every record is where it was written, and of each key the last is there, unless it is a tombstone. */
  private check(): void {
    this.survive(() => {
      const found = this.found()
      for (const [offset, line] of found) {
        const expected = this.written.get(offset)?.join()
        if (line !== expected) throw new Error(`${line} at ${offset}, not ${expected}`)
      }
      const last = new Map([...this.written].sort(([a], [b]) => a - b).map(([offset, [key]]) => [key, offset]))
      for (const [key, offset] of last) {
        const isTombstone = this.written.get(offset)?.[1] === null
        const earlier = [...found.keys()].some(other => other !== offset && this.written.get(other)?.[0] === key)
        if (found.has(offset) || (isTombstone && !earlier)) continue
        throw new Error(`${key} at ${offset} is lost${isTombstone ? ', and what it deleted is not' : ''}`)
      }
    })
  }
}

function show(bytes: Uint8Array | null): string | null {
  return bytes && text.decode(bytes)
}

test.each([
  ['the program is killed', false],
  ['the power is lost', true],
])('no last value is lost and none comes back when %s', (_, losesPower) => {
  const random = new SeededRandom(seed)
  for (let trial = 0; trial < TRIALS; trial++) {
    const trialSeed = random.below(2 ** 32)
    withSeed(`trial ${trial} (${trialSeed})`, () => new Trial(trialSeed, losesPower).run())
  }
})
