/** Whom a mutant comes from. @module */
import type { Peer } from '../../src/broker/peer.ts'

/** The client of one mutant: it notes what becomes of it. */
export class HostileClient implements Peer {
  readonly name = 'hostile:1'
  readonly address = '10.0.0.6'
  readonly endpoint = { host: 'broker.test', port: 9092 }
  readonly roomBytes = Number.POSITIVE_INFINITY
  readonly pieces: Uint8Array[] = []
  sentBytes = 0
  isPaused = false
  reason: string | null = null

  send(pieces: readonly Uint8Array[]): number {
    for (const piece of pieces) {
      this.pieces.push(piece.slice())
      this.sentBytes += piece.length
    }
    return 0
  }
  pause(): void {
    this.isPaused = true
  }
  resume(): void {
    this.isPaused = false
  }
  rest(goOn: () => void): void {
    goOn()
  }
  finish(): void {}
  close(reason: string): void {
    this.reason = reason
  }
}
