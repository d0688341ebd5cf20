/** What must be true of groups at all times. @module */
import type { GroupRecord } from '../../../../src/core/groups/group-record.ts'

/** An offset that was never committed. */
const NOTHING = -1

export class Ledger {
  /** How often a group has been forgotten: its generations begin anew then. */
  private readonly lives = new Map<string, number>()
  private readonly owners = new Map<string, string>()
  private readonly acknowledged = new Map<string, number>()

  constructor(
    /** Whether offsets may get too old. */
    private readonly isForgetful: boolean,
  ) {}

  note({ type, key, value }: GroupRecord): void {
    if (value) return
    if (type === 'groupMetadata') this.lives.set(key.group, this.lifeOf(key.group) + 1)
    else if (this.isForgetful) this.acknowledged.delete(`${key.group} ${key.partition}`)
    else throw new Error(`${key.group} forgets what it committed for partition ${key.partition}`)
  }

  private lifeOf(group: string): number {
    return this.lives.get(group) ?? 0
  }

  /** A partition has one owner in a generation. */
  assign(group: string, generation: number, owner: string, partitions: Iterable<number>): void {
    for (const partition of partitions) {
      const key = `${group} life ${this.lifeOf(group)} generation ${generation} partition ${partition}`
      const other = this.owners.get(key) ?? owner
      if (other !== owner) throw new Error(`${key} belongs to ${other} and to ${owner}`)
      this.owners.set(key, owner)
    }
  }

  /** What is acknowledged never goes back. */
  acknowledge(group: string, partition: number, offset: number): void {
    const before = this.committed(group, partition)
    if (offset < before) throw new Error(`${group} goes back from ${before} to ${offset} in partition ${partition}`)
    this.acknowledged.set(`${group} ${partition}`, offset)
  }

  committed(group: string, partition: number): number {
    return this.acknowledged.get(`${group} ${partition}`) ?? NOTHING
  }

  /** What is acknowledged is found. */
  fetch(group: string, partition: number, offset: number): void {
    const least = this.committed(group, partition)
    if (offset < least) throw new Error(`${group} finds ${offset} in partition ${partition}, and committed ${least}`)
  }
}
