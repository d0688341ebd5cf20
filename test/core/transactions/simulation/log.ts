/** What a partition holds, as far as transactions go: what is committed, and what its producers have not decided yet. @module */
import { expect } from 'bun:test'
import type { WrittenMarker } from '../fixture.ts'

export type Item = string

interface ProducerState {
  epoch: number
  /** What it has written since its last marker. */
  undecided: Item[]
}

export class SimulatedLog {
  readonly committed = new Set<Item>()
  private readonly producers = new Map<number, ProducerState>()

  /** Whether a producer with that epoch is not fenced here. */
  accepts(producerId: number, producerEpoch: number): boolean {
    return producerEpoch >= (this.producers.get(producerId)?.epoch ?? -1)
  }
  hasOngoing(producerId: number, producerEpoch: number): boolean {
    const { epoch, undecided } = this.stateOf(producerId)
    return undecided.length > 0 && epoch === producerEpoch
  }
  get undecided(): Item[] {
    return [...this.producers.values()].flatMap(({ undecided }) => undecided)
  }

  /** Appends; what comes a second time is dropped, as its sequence would tell. */
  append(producerId: number, producerEpoch: number, item: Item): void {
    const state = this.stateOf(producerId)
    expect(producerEpoch).toBeGreaterThanOrEqual(state.epoch)
    state.epoch = producerEpoch
    if (!state.undecided.includes(item)) state.undecided.push(item)
  }

  end({ producerId, producerEpoch, isCommit }: WrittenMarker): void {
    const state = this.stateOf(producerId)
    // A marker is never older than what it ends.
    expect(producerEpoch).toBeGreaterThanOrEqual(state.epoch)
    state.epoch = producerEpoch
    for (const item of state.undecided.splice(0)) {
      if (!isCommit) continue
      expect(this.committed.has(item)).toBe(false)
      this.committed.add(item)
    }
  }

  private stateOf(producerId: number): ProducerState {
    const known = this.producers.get(producerId) ?? { epoch: -1, undecided: [] }
    this.producers.set(producerId, known)
    return known
  }
}
