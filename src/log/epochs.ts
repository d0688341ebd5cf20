/** Which leader epoch wrote from which offset on (Kafka's LeaderEpochFileCache, KIP-101). @module */

import { isCount, readCheckpointLines, writeCheckpointLines } from './checkpoints.ts'
import type { Disk } from './disk.ts'
import { LEADER_EPOCH_CHECKPOINT } from './file-names.ts'

/** The records from `startOffset` on were written in `epoch`. */
export interface EpochEntry {
  readonly epoch: number
  readonly startOffset: number
}

/** The answer to "where does this epoch end": both -1 where it is not known. */
export interface EpochEnd {
  readonly leaderEpoch: number
  readonly endOffset: number
}

const UNDEFINED: EpochEnd = { leaderEpoch: -1, endOffset: -1 }

/** Entries ascend strictly in epoch and in start offset. */
export class LeaderEpochs {
  /** Whether the file is behind. */
  /** Whether there is something to save. */
  isChanged = false

  private constructor(private entries: EpochEntry[]) {}

  /** Reads `directory`'s file; a missing or damaged one makes an empty cache. @throws DiskError */
  static load(disk: Disk, directory: string): LeaderEpochs {
    const lines = readCheckpointLines(disk, `${directory}/${LEADER_EPOCH_CHECKPOINT}`) ?? []
    const entries = lines.map(([epoch, startOffset]) => ({ epoch: Number(epoch), startOffset: Number(startOffset) }))
    return new LeaderEpochs(entries.every(isAscending) ? entries : [])
  }

  /** Writes the file if it is behind. @throws DiskError */
  save(disk: Disk, directory: string): void {
    if (!this.isChanged) return
    const lines = this.entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}`)
    writeCheckpointLines(disk, `${directory}/${LEADER_EPOCH_CHECKPOINT}`, lines)
    this.isChanged = false
  }

  get latest(): EpochEntry | null {
    return this.entries.at(-1) ?? null
  }

  /** Enters `epoch` as beginning at `startOffset`, if it is new; entries that contradict it go. */
  assign(epoch: number, startOffset: number): void {
    const { latest } = this
    if (latest !== null && epoch === latest.epoch) return
    this.keep(entry => entry.epoch < epoch && entry.startOffset < startOffset)
    this.entries.push({ epoch, startOffset })
    this.isChanged = true
  }

  /** Forgets the epochs that begin at or after the end of the log. */
  truncateFromEnd(endOffset: number): void {
    this.keep(entry => entry.startOffset < endOffset)
  }

  /** Forgets the epochs that end at or before `startOffset`; the one that holds it begins there now. */
  truncateFromStart(startOffset: number): void {
    const holder = this.entryAt(startOffset)
    if (holder === null || holder.startOffset === startOffset) return
    this.keep(entry => entry.startOffset > startOffset)
    this.entries.unshift({ epoch: holder.epoch, startOffset })
    this.isChanged = true
  }

  /** The epoch of the record at `offset`, or -1. */
  epochAt(offset: number): number {
    return this.entryAt(offset)?.epoch ?? -1
  }

  /** The end of the last epoch not above `epoch`: the start of the next one, or the log end (endOffsetFor). */
  endOffsetFor(epoch: number, logEndOffset: number): EpochEnd {
    const { latest } = this
    if (epoch === -1 || latest === null || epoch > latest.epoch) return UNDEFINED
    if (epoch === latest.epoch) return { leaderEpoch: epoch, endOffset: logEndOffset }
    const next = this.entries.findIndex(entry => entry.epoch > epoch)
    const floor = this.entries[next - 1]
    return { leaderEpoch: floor?.epoch ?? epoch, endOffset: this.entries[next]?.startOffset ?? logEndOffset }
  }

  private entryAt(offset: number): EpochEntry | null {
    return this.entries.findLast(entry => entry.startOffset <= offset) ?? null
  }

  private keep(isKept: (entry: EpochEntry) => boolean): void {
    const kept = this.entries.filter(isKept)
    if (kept.length < this.entries.length) this.isChanged = true
    this.entries = kept
  }
}

function isAscending(entry: EpochEntry, index: number, entries: readonly EpochEntry[]): boolean {
  const before = entries[index - 1]
  const isAfter = before === undefined || (entry.epoch > before.epoch && entry.startOffset > before.startOffset)
  return isCount(entry.epoch) && isCount(entry.startOffset) && isAfter
}
