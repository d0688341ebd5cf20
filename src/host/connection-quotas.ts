/** How many connections there may be: in all, and from one address (Kafka's ConnectionQuotas). @module */
import { maxConnectionCount } from './open-files.ts'

/** As in Kafka's configs. */
export interface ConnectionLimits {
  readonly maxConnections: number
  maxConnectionsOf(address: string): number
  /** Negative for no limit. */
  readonly connectionsMaxIdleMs: number
}

export class ConnectionQuotas {
  private readonly countByAddress = new Map<string, number>()
  private totalCount = 0
  /** What the limit on open files leaves, asked when the first client comes. */
  private possibleCount: number | null = null

  constructor(private readonly limits: ConnectionLimits) {}

  /** Counts a connection from `address`, or says why there must be no more of them. */
  admit(address: string): string | null {
    this.possibleCount ??= maxConnectionCount()
    const { maxConnections } = this.limits
    if (this.totalCount >= maxConnections) return `there are ${maxConnections} connections (max.connections)`
    if (this.totalCount >= this.possibleCount) return `there are ${this.totalCount} connections (limit on open files)`
    const count = this.countByAddress.get(address) ?? 0
    if (count >= this.limits.maxConnectionsOf(address)) return `it has ${count} connections (max.connections.per.ip)`
    this.countByAddress.set(address, count + 1)
    this.totalCount++
    return null
  }

  /** An admitted connection is gone. */
  release(address: string): void {
    const count = this.countByAddress.get(address) ?? 0
    if (count > 1) this.countByAddress.set(address, count - 1)
    else this.countByAddress.delete(address)
    this.totalCount--
  }
}
