/** Remembers where the last appended batches lie, so that a reader at the tail finds its place without the disk. @module */

const CAPACITY = 64

export class RecentBatches {
  private readonly offsets = new Float64Array(CAPACITY)
  private readonly positions = new Float64Array(CAPACITY)
  private count = 0

  /** Adds the batch that follows the one added before. */
  add(baseOffset: number, position: number): void {
    const slot = this.count++ % CAPACITY
    this.offsets[slot] = baseOffset
    this.positions[slot] = position
  }

  /** The position of the batch that holds `offset`, which is below the log end; null if it is not remembered. */
  positionOf(offset: number): number | null {
    const oldest = Math.max(0, this.count - CAPACITY)
    for (let index = this.count - 1; index >= oldest; index--) {
      const slot = index % CAPACITY
      if (this.offsets[slot]! <= offset) return this.positions[slot]!
    }
    return null
  }
}
