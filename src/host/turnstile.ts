/**
 * Lets only so many new connections in each second (max.connection.creation.rate, KIP-612). The others wait for their turn,
 * unread, as they wait in Kafka to be accepted.
 * @module
 */
import { concatBytes, noBytes } from '../base/bytes.ts'
import type { ClientSocket, Guest } from './listen.ts'

export interface CreationLimits {
  /** New connections each second. May change at any time. */
  readonly maxConnectionCreationRate: number
  /** What these seconds have left of it may come at once. */
  readonly quotaWindowSeconds: number
}

/** What becomes of a connection. */
export interface Arrival {
  readonly socket: ClientSocket
  /** Its turn has come. */
  enter(): Guest
  /** It has gone before its turn came. */
  left(): void
}

/** Kafka's word for no limit. */
const NO_LIMIT = 2 ** 31 - 1
/** Who waits looks again whether the limit is another. */
const MAX_WAIT_MS = 1000

export class Turnstile {
  /** In the order in which they came. */
  private readonly waiting = new Set<WaitingGuest>()
  /** Connections that may come now. */
  private credit = Number.POSITIVE_INFINITY
  private creditedAtMs = performance.now()
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly limits: CreationLimits) {}

  /** Who receives what comes on the socket from now on. */
  admit(arrival: Arrival): Guest {
    if (this.waiting.size === 0 && this.takeCredit()) return arrival.enter()
    const guest = new WaitingGuest(arrival, () => this.waiting.delete(guest))
    this.waiting.add(guest)
    this.wait()
    return guest
  }

  /** Nobody waits any more. */
  close(): void {
    clearTimeout(this.timer)
    for (const guest of this.waiting) guest.turnAway()
  }

  private letIn(): void {
    this.timer = undefined
    for (const guest of this.waiting) {
      if (!this.takeCredit()) break
      this.waiting.delete(guest)
      guest.enter()
    }
    if (this.waiting.size > 0) this.wait()
  }

  private wait(): void {
    const { maxConnectionCreationRate: rate } = this.limits
    const dueMs = ((1 - this.credit) / rate) * 1000
    this.timer ??= setTimeout(() => this.letIn(), Math.min(Math.max(dueMs, 1), MAX_WAIT_MS))
  }

  private takeCredit(): boolean {
    const { maxConnectionCreationRate: rate, quotaWindowSeconds } = this.limits
    const nowMs = performance.now()
    const earned = rate === NO_LIMIT ? Number.POSITIVE_INFINITY : ((nowMs - this.creditedAtMs) / 1000) * rate
    this.credit = Math.min(this.credit + earned, rate * quotaWindowSeconds)
    this.creditedAtMs = nowMs
    if (this.credit < 1) return false
    this.credit--
    return true
  }
}

class WaitingGuest implements Guest {
  private unread: Uint8Array = noBytes
  private hasEnded = false

  constructor(
    private readonly arrival: Arrival,
    private readonly forget: () => void,
  ) {
    arrival.socket.pause()
  }

  /** What was there already. */
  received(chunk: Uint8Array): void {
    this.unread = concatBytes([this.unread, chunk])
    this.arrival.socket.pause()
  }

  writable(): void {}

  ended(): void {
    this.hasEnded = true
  }

  closed(): void {
    this.forget()
    this.arrival.left()
  }

  enter(): void {
    const { socket } = this.arrival
    const next = this.arrival.enter()
    socket.data = next
    socket.resume()
    if (this.unread.length > 0) next.received(this.unread)
    if (this.hasEnded) next.ended()
  }

  turnAway(): void {
    this.arrival.socket.terminate()
  }
}
