/** A member of a classic group, as the coordinator knows it while it lives. @module */
import type { Millis } from '../../machine.ts'

/** A way to assign that a member knows, with what it tells the leader in that case. */
export interface Protocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export interface ClassicMember {
  readonly memberId: string
  /** The name by which a static member is known again when it restarts (KIP-345), or null. */
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  /** Dearest first. */
  protocols: readonly Protocol[]
  /** What the leader gave it in the last generation that was completed. */
  assignment: Uint8Array
  /** Whether it has yet to see its first generation: until then not even waiting keeps it alive. */
  isNew: boolean
  /** Who waits for the answer to its JoinGroup or its SyncGroup, if anybody does. */
  joinWaiter: string | null
  syncWaiter: string | null
  /** When its session ends if nothing is heard of it. */
  sessionEndMs: Millis
  /** For when its timer is set: no later than the session's end. A session that goes on is looked at then, not set anew each time. */
  timerAtMs: Millis | null
}

/** What a member says for the protocol `name`: nothing where it does not know it. */
export function metadataFor({ protocols }: ClassicMember, name: string | null): Uint8Array | null {
  return protocols.find(protocol => protocol.name === name)?.metadata ?? null
}

/** Whether `others` are the same protocols in the same order, saying the same. */
export function hasSameProtocols({ protocols }: ClassicMember, others: readonly Protocol[]): boolean {
  if (protocols.length !== others.length) return false
  return protocols.every(({ name, metadata }, place) => {
    const other = others[place]
    return other?.name === name && isSame(other.metadata, metadata)
  })
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/** A member's own copies: what a request brings is a view of its frame. */
export function ownProtocols(protocols: readonly Protocol[]): readonly Protocol[] {
  return protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() }))
}
