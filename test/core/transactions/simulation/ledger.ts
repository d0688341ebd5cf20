/** What was written in which transaction, what its producer was told, and what must therefore be found. @module */
import type { Item, SimulatedLog } from './log.ts'

export interface Entry {
  readonly name: string
  /** What was acknowledged, and where. */
  readonly items: Map<Item, string>
  /** Whether its producer has asked for its commit. */
  isCommitAsked: boolean
  told: 'nothing' | 'committed' | 'aborted'
}

export class Ledger {
  readonly entries: Entry[] = []
  /** By transactional id: who was initialized last. */
  private readonly owners = new Map<string, object>()

  initialize(transactionalId: string, producer: object): void {
    this.owners.set(transactionalId, producer)
  }

  /** What a producer writes or commits is refused from the moment that another one has its transactional id. */
  checkOwner(transactionalId: string, producer: object): void {
    if (this.owners.get(transactionalId) !== producer) throw new Error(`${transactionalId}: a zombie is heard`)
  }

  begin(): Entry {
    const entry: Entry = { name: `tx${this.entries.length}`, items: new Map(), isCommitAsked: false, told: 'nothing' }
    this.entries.push(entry)
    return entry
  }

  /** Committed is all of a transaction or nothing, and what its producer was told. */
  check(logs: ReadonlyMap<string, SimulatedLog>): void {
    for (const { name, items, isCommitAsked, told } of this.entries) {
      const found = [...items].filter(([item, topic]) => logs.get(topic)?.committed.has(item))
      const isFound = found.length > 0
      const account = `${name}, of which ${found.length} of ${items.size} items are found, told: ${told}`
      if (isFound && found.length < items.size) throw new Error(`${account}: not all of it`)
      if (told === 'committed' && found.length < items.size) throw new Error(`${account}: lost`)
      if (isFound && (told === 'aborted' || !isCommitAsked)) throw new Error(`${account}: nobody wanted it`)
    }
  }
}
