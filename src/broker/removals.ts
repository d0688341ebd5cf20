/**
 * Removes the directories of deleted topics, a few at a time: a topic of thousands of partitions keeps nobody waiting. Kafka
 * does so after file.delete.delay.ms. What is left when the broker stops has a name that tells the next start.
 * @module
 */
import type { Millis } from '../core/machine.ts'
import { type Disk, DiskError } from '../log/disk.ts'
import { REST_MS, SLICE_MS } from './pace.ts'
import type { Timers } from './timers.ts'

export interface RemovalsOptions {
  readonly disk: Disk
  readonly timers: Timers
  readonly now: () => Millis
  onError(message: string): void
}

export class Removals {
  private readonly waiting: string[] = []

  constructor(private readonly options: RemovalsOptions) {}

  /** Where they are few, they are gone when this returns. */
  add(directories: readonly string[]): void {
    const isIdle = this.waiting.length === 0
    for (const directory of directories) this.waiting.push(directory)
    if (isIdle) this.runSlice()
  }

  private runSlice(): void {
    const { timers, now } = this.options
    const endMs = now() + SLICE_MS
    do this.removeNext()
    while (this.waiting.length > 0 && now() < endMs)
    if (this.waiting.length > 0) timers.schedule(now() + REST_MS, () => this.runSlice())
  }

  private removeNext(): void {
    const { disk, onError } = this.options
    const directory = this.waiting.pop()
    try {
      if (directory !== undefined) disk.remove(directory)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      onError(error.message)
    }
  }
}
