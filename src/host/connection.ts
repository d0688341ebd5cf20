/**
 * One TCP connection between a socket and a session.
 *
 * Reading stops lazily: a session that wants no more gets no more, but the socket is paused only when something comes
 * nevertheless. A client that waits for a long poll sends nothing, costs no system call, and its end is noticed; it is
 * answered first, as in Kafka.
 * @module
 */
import { concatBytes } from '../base/bytes.ts'
import type { Peer } from '../broker/peer.ts'
import type { Endpoint, Ends } from './addresses.ts'
import type { HeldBytes, Holder } from './held-bytes.ts'
import type { Sweepable } from './idle-sweep.ts'
import type { ClientSocket, Guest } from './listen.ts'
import { type Log, textOf } from './log.ts'
import { OutputQueue } from './output-queue.ts'
import type { Rounds } from './rounds.ts'
import type { TimeSlices } from './time-slices.ts'

/** The hall's side of a connection. */
export interface SessionPort {
  /** Bytes that came and are not decided yet, in the buffers that they lie in. */
  readonly heldBytes: number
  /**
   * Takes the next bytes of the stream; `chunk` stays as it is. Between `pause` and `resume` of the peer it is called only
   * with the last bytes of a client that is gone.
   */
  receive(chunk: Uint8Array): void
  /** All that was sent has been taken by the socket. */
  drained(): void
  /** Nothing more will be received: the peer is told to finish when all that came is answered. */
  ended(): void
  /** The client is gone: what came and needs no answer is still decided, and then the peer is told to finish. */
  lost(): void
  /** The session is over, whatever it has not decided yet. */
  close(): void
}

/** What connections share. */
export interface Surroundings {
  connect(peer: Peer): SessionPort
  endpointOf(ends: Ends): Endpoint
  /** The connection is gone. */
  left(connection: Connection): void
  readonly held: HeldBytes
  readonly rounds: Rounds
  readonly slices: TimeSlices
  readonly log: Log
}

/** What a client has to read its last answers, and to close, once we want to close. */
const LINGER_MS = 1000
const MIB = 1024 * 1024

export class Connection implements Guest, Peer, Holder, Sweepable {
  readonly name: string
  /** The client's. */
  readonly address: string
  readonly endpoint: Endpoint
  activeAtMs = performance.now()
  private readonly output: OutputQueue
  private readonly session: SessionPort
  /** The session wants nothing now. */
  private isPaused = false
  /** The socket is not paused. */
  private isReading = true
  /** Came while the session was paused. */
  private held: Uint8Array | null = null
  private isClosing = false
  /** The socket is closed. */
  private isGone = false
  private isHolding = false
  private linger: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly socket: ClientSocket,
    ends: Ends,
    private readonly around: Surroundings,
  ) {
    this.address = ends.remoteAddress
    this.name = `${ends.remoteAddress}:${ends.remotePort}`
    this.endpoint = around.endpointOf(ends)
    this.output = new OutputQueue(socket)
    this.session = around.connect(this)
  }

  get roomBytes(): number {
    return this.around.held.roomBytes
  }

  send(pieces: readonly Uint8Array[]): number {
    const queuedBytes = this.output.send(pieces)
    this.moved()
    return queuedBytes
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    // Not from within the session, which is in the middle of something.
    if (!this.isReading) queueMicrotask(() => this.readOn())
  }

  rest(goOn: () => void): void {
    this.around.rounds.wait(() => {
      if (this.isClosing) return
      this.guard(goOn)
      this.moved()
    })
  }

  close(reason: string): void {
    this.around.log.warnSparingly('closed', `${this.name} closed: ${reason}`)
    this.finish()
  }

  /** Closes once everything is sent, or a second later. */
  finish(): void {
    if (this.isClosing) return
    this.isClosing = true
    this.held = null
    if (this.isGone) {
      this.leave()
      return
    }
    this.linger = setTimeout(() => this.socket.terminate(), LINGER_MS)
    if (this.output.queuedBytes === 0) this.shutdown()
  }

  received(chunk: Uint8Array): void {
    if (this.isClosing) return
    if (this.isPaused) {
      this.held = this.held ? concatBytes([this.held, chunk]) : chunk
      this.isReading = false
      this.socket.pause()
    } else {
      try {
        this.session.receive(chunk)
      } catch (error) {
        this.surprised(error)
      }
    }
    this.moved()
  }

  writable(): void {
    this.guard(() => {
      this.output.drain()
      if (this.output.queuedBytes > 0) return
      if (this.isClosing) this.shutdown()
      else this.session.drained()
    })
    this.moved()
  }

  ended(): void {
    if (!this.isClosing) this.guard(() => this.session.ended())
  }

  /** Where we have not closed it, the client has: what it sent before still counts. */
  closed(): void {
    this.isGone = true
    clearTimeout(this.linger)
    this.output.clear()
    if (this.isClosing) this.leave()
    else this.guard(() => this.lose())
  }

  private lose(): void {
    const chunk = this.held
    this.held = null
    if (chunk) this.session.receive(chunk)
    this.session.lost()
    this.moved()
  }

  private leave(): void {
    this.guard(() => this.session.close())
    this.moved()
    this.around.left(this)
  }

  evict(): void {
    const mib = this.around.held.maxBytes / MIB
    this.around.log.warnSparingly(
      'evicted',
      `${this.name} closed: clients leave more than ${mib} MiB unsent or unread, and this one has not moved for longest`,
    )
    this.isHolding = false
    this.drop()
  }

  /** Ends it at once. */
  private drop(): void {
    if (this.isGone) {
      this.finish()
      return
    }
    this.isClosing = true
    this.socket.terminate()
  }

  private readOn(): void {
    if (this.isPaused || this.isClosing || this.isGone || this.isReading) return
    const chunk = this.held
    this.held = null
    if (chunk) this.guard(() => this.session.receive(chunk))
    if (this.isPaused || this.isClosing) return
    this.isReading = true
    this.socket.resume()
    this.moved()
  }

  /** Bytes went one way or the other. */
  private moved(): void {
    this.activeAtMs = performance.now()
    this.around.slices.noteWork(this.activeAtMs)
    const inputBytes = this.isClosing ? 0 : this.session.heldBytes + (this.held?.length ?? 0)
    const heldBytes = inputBytes + this.output.queuedBytes
    if (heldBytes === 0 && !this.isHolding) return
    this.isHolding = heldBytes > 0
    this.around.held.note(this, heldBytes)
  }

  /** Sends FIN and reads on, to nowhere: to close with unread input would reset the connection under the last answers. */
  private shutdown(): void {
    this.socket.shutdown()
    this.socket.resume()
  }

  /** An error here is a bug of ours: it ends this connection and no other. */
  private guard(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.surprised(error)
    }
  }

  private surprised(error: unknown): void {
    this.around.log.error(`${this.name} closed: ${textOf(error)}`)
    this.drop()
  }
}
