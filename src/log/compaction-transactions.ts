/**
 * What cleaning has to know of transactions (Kafka's CleanedTransactionMetadata): the records of aborted ones go, and a
 * marker stays until nothing of its transaction is left.
 * @module
 */

import { type BatchHeader, isTransactional } from '../wire/records/batch.ts'
import type { Marker } from '../wire/records/end-transaction.ts'
import type { AbortedTransaction } from './transaction-index.ts'

/** Batches are shown to it in the order of their offsets. */
export class CleanedTransactions {
  private retained: AbortedTransaction[] = []
  /** Not begun yet, in the order in which they begin. */
  private ahead: AbortedTransaction[] = []
  /** Those that are open here and will be aborted, by producer, and whether anything is left of them to be seen. */
  private readonly aborted = new Map<number, { readonly of: AbortedTransaction; isSeen: boolean }>()
  /** The producers of those that are open here and will be committed. */
  private readonly committed = new Set<number>()

  /** Tells of the aborted transactions in the next stretch of the log. */
  add(transactions: readonly AbortedTransaction[]): void {
    this.ahead = [...this.ahead, ...transactions].sort((a, b) => a.firstOffset - b.firstOffset)
  }

  /**
   * The aborted transactions whose markers were seen since the last call, and of which something is left: lines for the
   * transaction index of the segment that is written.
   */
  takeRetained(): readonly AbortedTransaction[] {
    const { retained } = this
    this.retained = []
    return retained
  }

  /** Whether the records of a batch, which is no control batch, can all go: those of an aborted transaction. */
  canDiscardBatch(header: BatchHeader): boolean {
    this.beginUpTo(header.baseOffset + header.lastOffsetDelta)
    if (!isTransactional(header.attributes)) return false
    const aborted = this.aborted.get(header.producerId)
    if (aborted === undefined) {
      this.committed.add(header.producerId)
      return false
    }
    aborted.isSeen = true
    return true
  }

  /** Whether nothing needs a control batch any more; `marker` is null for one that was emptied before. */
  canDiscardMarker(header: BatchHeader, marker: Marker | null): boolean {
    this.beginUpTo(header.baseOffset + header.lastOffsetDelta)
    if (marker === null) return true
    if (marker.isCommit === null) return false
    if (marker.isCommit) return !this.committed.delete(header.producerId)
    const aborted = this.aborted.get(header.producerId)
    this.aborted.delete(header.producerId)
    // What was seen goes now, unless it has the producer's last sequence: the marker waits for the next round.
    if (aborted?.isSeen !== true) return true
    this.retained.push(aborted.of)
    return false
  }

  private beginUpTo(offset: number): void {
    for (let next = this.ahead[0]; next !== undefined && next.firstOffset <= offset; next = this.ahead[0]) {
      this.ahead.shift()
      if (!this.aborted.has(next.producerId)) this.aborted.set(next.producerId, { of: next, isSeen: false })
    }
  }
}
