/** What is known of transactions from outside, and what must therefore be true of what readers of committed records see. @module */
import { PartitionLedger } from '../ledger.ts'

/**
 * open: nobody has asked for its commit, so that nobody may see anything of it. asked: somebody has, and does not know what
 * became of that: all of it counts, or nothing. The others are known, from an answer or by being seen.
 */
export type Outcome = 'open' | 'asked' | 'committed' | 'aborted'

export interface Place {
  readonly topic: string
  readonly partition: number
}

export const nameOf = ({ topic, partition }: Place): string => `${topic}-${partition}`

/** One transaction. Its name stands in its records. */
export class SimTransaction {
  private known: Outcome = 'open'
  /** What was written in it, by place, as far as the broker has acknowledged it: all of it, before anybody asks for its commit. */
  readonly records = new Map<string, string[]>()

  constructor(readonly name: string) {}

  get outcome(): Outcome {
    return this.known
  }
  askForCommit(): void {
    this.known = 'asked'
  }
  /** Its outcome is known from now on, unless that was known already. */
  settle(outcome: 'committed' | 'aborted'): void {
    const isKnown = this.known === 'committed' || this.known === 'aborted'
    if ((isKnown && this.known !== outcome) || (this.known === 'open' && outcome === 'committed')) {
      throw new Error(`${this.name} is ${outcome}, and was ${this.known}`)
    }
    this.known = outcome
  }

  enter(place: Place, records: readonly string[]): void {
    const known = this.records.get(nameOf(place)) ?? []
    this.records.set(nameOf(place), [...known, ...records])
  }
}

/** A record as it is written: of which transaction, the how manieth, longer or shorter, and what it says. */
export function recordOf(transaction: SimTransaction, number: number, paddingBytes: number, text: string): string {
  return `${transaction.name}:${number}:${'.'.repeat(paddingBytes)}:${text}`
}
export function textOf(record: string): string {
  return record.split(':').slice(3).join(':')
}

export class TransactionLedger {
  private readonly transactions = new Map<string, SimTransaction>()
  private readonly places = new Map<string, PartitionLedger>()
  /** By transactional id: who got it last, */
  private readonly owners = new Map<string, { readonly owner: object; readonly producerEpoch: number }>()
  /** how often anybody has asked for it, */
  private readonly claims = new Map<string, number>()
  /** and who has, and waits for the answer. */
  private readonly claimants = new Map<string, Set<object>>()

  begin(): SimTransaction {
    const transaction = new SimTransaction(`t${this.transactions.size}`)
    this.transactions.set(transaction.name, transaction)
    return transaction
  }

  /** Which record stands where in a log, whether or not it counts. */
  place(of: Place): PartitionLedger {
    const known = this.places.get(nameOf(of)) ?? new PartitionLedger(nameOf(of))
    this.places.set(nameOf(of), known)
    return known
  }

  /** Somebody asks to be the producer of a transactional id: the number of the asking, and whether others ask at the same time. */
  claim(transactionalId: string, claimant: object): { readonly number: number; readonly isContested: boolean } {
    const claimants = this.claimants.get(transactionalId) ?? new Set()
    this.claimants.set(transactionalId, claimants.add(claimant))
    const number = this.claimsOf(transactionalId) + 1
    this.claims.set(transactionalId, number)
    return { number, isContested: claimants.size > 1 }
  }
  /** He has an answer, or will have none. */
  endClaim(transactionalId: string, claimant: object): void {
    this.claimants.get(transactionalId)?.delete(claimant)
  }
  claimsOf(transactionalId: string): number {
    return this.claims.get(transactionalId) ?? 0
  }
  /** He is told that he is it, perhaps later than one who came after him: whatever others send from now on is refused. */
  own(transactionalId: string, owner: object, producerEpoch: number): void {
    const known = this.owners.get(transactionalId)
    if (!known || known.producerEpoch < producerEpoch) this.owners.set(transactionalId, { owner, producerEpoch })
  }
  ownerOf(transactionalId: string): object | null {
    return this.owners.get(transactionalId)?.owner ?? null
  }

  /** A reader of committed records has seen this one: its transaction is committed, if that can be. */
  see(record: string): void {
    const [name = ''] = record.split(':')
    const transaction = this.transactions.get(name)
    if (!transaction) throw new Error(`${record} is of no transaction`)
    transaction.settle('committed')
  }

  /** All that readers of committed records see of a place: what is committed is there, once, in order, and nothing else is. */
  checkAll(place: Place, visible: readonly string[]): void {
    for (const record of visible) this.see(record)
    const seen = Map.groupBy(visible, record => record.split(':')[0] ?? '')
    for (const { name, outcome, records } of this.transactions.values()) {
      const expected = outcome === 'committed' ? (records.get(nameOf(place)) ?? []) : []
      const found = seen.get(name) ?? []
      const isRight = found.length === expected.length && found.every((record, index) => record === expected[index])
      if (!isRight) throw new Error(`${nameOf(place)} has ${found} of ${name}, which is ${outcome}: ${expected}`)
    }
  }
}
