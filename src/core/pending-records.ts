/**
 * What open transactions have written under the keys of a log, held until they end.
 *
 * A record of a transaction counts where it stands, once it is committed: not over one that was written after it, be that
 * outside of transactions or in one that has been committed (Kafka compares their offsets:
 * OffsetMetadataManager.replayEndTransactionMarker). Here a later record marks those before it.
 * @module
 */

/** Whose transaction it is. */
export interface ProducerIdAndEpoch {
  readonly producerId: number
  readonly producerEpoch: number
}

interface Pending<Value> {
  readonly value: Value
  /** Whether a later record counts, whatever becomes of this one. */
  isSuperseded: boolean
}

/** Keys are any names; a producer has one open transaction at a time. */
export class PendingRecords<Value> {
  /** By key and producer; those of a key in the order in which they were written. */
  private readonly byKey = new Map<string, Map<number, Pending<Value>>>()
  private readonly keysByProducer = new Map<number, Set<string>>()

  /** Whether no open transaction has written anything. */
  get isEmpty(): boolean {
    return this.byKey.size === 0
  }
  /** Whether an open transaction has written under `key`. */
  has(key: string): boolean {
    return this.byKey.has(key)
  }

  /** A transaction of `producerId` has written `value`, in place of what it has written under this key before. */
  hold(producerId: number, key: string, value: Value): void {
    const held = this.byKey.get(key) ?? new Map<number, Pending<Value>>()
    held.delete(producerId)
    this.byKey.set(key, held.set(producerId, { value, isSuperseded: false }))
    const keys = this.keysByProducer.get(producerId) ?? new Set()
    this.keysByProducer.set(producerId, keys.add(key))
  }

  /** A record was written outside of transactions: it counts more than what is held under its key. */
  supersede(key: string): void {
    for (const pending of this.byKey.get(key)?.values() ?? []) pending.isSuperseded = true
  }

  /** The key was deleted, and with it what is held. */
  forget(key: string): void {
    for (const producerId of this.byKey.get(key)?.keys() ?? []) this.letGo(producerId, key)
    this.byKey.delete(key)
  }

  /** The transaction of `producerId` has ended: returns what counts from now on, by key. */
  end(producerId: number, isCommit: boolean): (readonly [key: string, value: Value])[] {
    const counting: (readonly [string, Value])[] = []
    for (const key of this.keysByProducer.get(producerId) ?? []) {
      const held = this.byKey.get(key)
      const ended = held?.get(producerId)
      if (!held || !ended) continue
      if (isCommit && !ended.isSuperseded) {
        counting.push([key, ended.value])
        supersedeBefore(ended, held.values())
      }
      held.delete(producerId)
      if (held.size === 0) this.byKey.delete(key)
    }
    this.keysByProducer.delete(producerId)
    return counting
  }

  /** All that is held. */
  *all(): Generator<{ readonly producerId: number; readonly key: string } & Readonly<Pending<Value>>> {
    for (const [key, held] of this.byKey)
      for (const [producerId, pending] of held) yield { producerId, key, ...pending }
  }

  private letGo(producerId: number, key: string): void {
    const keys = this.keysByProducer.get(producerId)
    keys?.delete(key)
    if (keys?.size === 0) this.keysByProducer.delete(producerId)
  }
}

/** Marks those that were written before `one`. */
function supersedeBefore<Value>(one: Pending<Value>, held: Iterable<Pending<Value>>): void {
  for (const pending of held) {
    if (pending === one) return
    pending.isSuperseded = true
  }
}
