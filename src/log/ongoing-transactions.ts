/**
 * The transactions of one log that have begun and not ended (ProducerStateManager.ongoingTxns), and over them what staged
 * batches will change of that.
 * @module
 */

import type { AbortedTransaction } from './transaction-index.ts'

/** Staged: that the first batch of a transaction, or the marker that ends one, lies at `offset`. */
interface Step {
  readonly producerId: number
  readonly offset: number
  readonly kind: 'begin' | 'commit' | 'abort'
}

const nothing: readonly AbortedTransaction[] = []

export class OngoingTransactions {
  /** Where each begins, by producer: ascending, for what begins later begins behind. */
  private readonly firstOffsets: Map<number, number>
  private readonly steps: Step[] = []
  private first: number | null = null

  /** Producers with the first offset of their open transactions, in any order. */
  constructor(begun: Iterable<readonly [producerId: number, firstOffset: number]> = []) {
    this.firstOffsets = new Map([...begun].sort(([, a], [, b]) => a - b))
    this.first = this.least()
  }

  /** Where the first of them begins, or null. */
  get firstOffset(): number | null {
    return this.first
  }

  stageBegin(producerId: number, offset: number): void {
    this.steps.push({ producerId, offset, kind: 'begin' })
  }

  stageEnd(producerId: number, offset: number, isCommit: boolean): void {
    this.steps.push({ producerId, offset, kind: isCommit ? 'commit' : 'abort' })
  }

  /** What was staged is in the log. Returns those that were aborted. */
  promote(): readonly AbortedTransaction[] {
    if (this.steps.length === 0) return nothing
    const aborted: AbortedTransaction[] = []
    for (const { producerId, offset, kind } of this.steps) {
      if (kind === 'begin') {
        this.firstOffsets.set(producerId, offset)
        continue
      }
      const firstOffset = this.firstOffsets.get(producerId) ?? offset
      this.firstOffsets.delete(producerId)
      const lastStableOffset = this.least() ?? offset + 1
      if (kind === 'abort') aborted.push({ producerId, firstOffset, lastOffset: offset, lastStableOffset })
    }
    this.drop()
    this.first = this.least()
    return aborted
  }

  /** What was staged was not written. */
  drop(): void {
    this.steps.length = 0
  }

  private least(): number | null {
    for (const offset of this.firstOffsets.values()) return offset
    return null
  }
}
