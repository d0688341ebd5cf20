/**
 * What clients make the broker keep: requests that have come in part, and answers that are not read. It is bounded in
 * total, since no bound for one connection holds for ten thousand of them.
 * @module
 */

/** Who holds memory. */
export interface Holder {
  /** Its bytes are needed for others: they must be given up at once. */
  evict(): void
}

const MIB = 1024 * 1024
const DEFAULT_BYTES = 128 * MIB
/** What a fetch may read however much the others hold. */
const LEAST_ROOM_BYTES = MIB
/** The collector lets garbage grow to a multiple of what is alive, which here is what clients want it to be. */
const GARBAGE_BYTES = 64 * MIB

export class HeldBytes {
  /** Those who hold something; the first has not moved for longest. */
  private readonly holders = new Map<Holder, number>()
  private totalBytes = 0
  /** What has come to be held since garbage was last collected. */
  private newBytes = 0

  constructor(
    readonly maxBytes = DEFAULT_BYTES,
    private readonly collectGarbage: () => void = () => Bun.gc(true),
  ) {}

  /**
   * What an answer may add to what is held. With half of the memory taken answers get shorter, which is no harm: the
   * rest is fetched next time, and what a socket takes at once is not held at all.
   */
  get roomBytes(): number {
    return Math.max(this.maxBytes / 2 - this.totalBytes, LEAST_ROOM_BYTES)
  }

  /**
   * `holder` has moved, and holds `bytes` now. Where that is too much for all together, those go who have not moved for
   * longest: a client that is served moves all the time.
   */
  note(holder: Holder, bytes: number): void {
    const moreBytes = bytes - (this.holders.get(holder) ?? 0)
    this.totalBytes += moreBytes
    this.holders.delete(holder)
    if (bytes > 0) this.holders.set(holder, bytes)
    if (this.totalBytes > this.maxBytes) this.makeRoom()
    if (moreBytes > 0) this.newBytes += moreBytes
    if (this.newBytes > GARBAGE_BYTES) {
      this.newBytes = 0
      this.collectGarbage()
    }
  }

  private makeRoom(): void {
    for (const [holder, bytes] of this.holders) {
      if (this.totalBytes <= this.maxBytes) return
      this.holders.delete(holder)
      this.totalBytes -= bytes
      holder.evict()
    }
  }
}
