/**
 * One TCP connection between a socket and a session.
 *
 * Reading stops lazily: a session that wants no more gets no more, but the socket is paused only when something comes
 * nevertheless. A client that waits for a long poll sends nothing, costs no system call, and its end is noticed.
 * @module
 */
import type { Socket } from 'bun'
import { concatBytes } from '../base/bytes.ts'
import type { Peer } from '../broker/peer.ts'
import { type Log, textOf } from './log.ts'
import { OutputQueue } from './output-queue.ts'

/** The hall's side of a connection. */
export interface SessionPort {
  /** Takes the next bytes of the stream; `chunk` stays as it is. Never called between `pause` and `resume` of the peer. */
  receive(chunk: Uint8Array): void
  /** All that was sent has been taken by the socket. */
  drained(): void
  /** The connection is gone. */
  close(): void
}

/** What a client has to read its last answers, and to close, once we want to close. */
const LINGER_MS = 1000

export class Connection implements Peer {
  readonly name: string
  readonly endpoint: { readonly host: string; readonly port: number }
  private readonly output: OutputQueue
  private readonly session: SessionPort
  /** The session wants nothing now. */
  private isPaused = false
  /** The socket is not paused. */
  private isReading = true
  /** Came while the session was paused. */
  private held: Uint8Array | null = null
  private isClosing = false
  private linger: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly socket: Socket<Connection | undefined>,
    connect: (peer: Peer) => SessionPort,
    private readonly log: Log,
  ) {
    this.name = `${addressOf(socket.remoteAddress)}:${socket.remotePort}`
    this.endpoint = { host: addressOf(socket.localAddress), port: socket.localPort }
    this.output = new OutputQueue(socket)
    this.session = connect(this)
  }

  send(pieces: readonly Uint8Array[]): number {
    return this.output.send(pieces)
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    // Not from within the session, which is in the middle of something.
    if (!this.isReading) queueMicrotask(() => this.readOn())
  }

  close(reason: string): void {
    this.log.warnSparingly('closed', `${this.name} closed: ${reason}`)
    this.finish()
  }

  /** Closes once everything is sent, or a second later. */
  finish(): void {
    if (this.isClosing) return
    this.isClosing = true
    this.held = null
    this.linger = setTimeout(() => this.socket.terminate(), LINGER_MS)
    if (this.output.queuedBytes === 0) this.shutdown()
  }

  received(chunk: Uint8Array): void {
    if (this.isClosing) return
    if (!this.isPaused) {
      this.guard(() => this.session.receive(chunk))
      return
    }
    this.held = this.held ? concatBytes([this.held, chunk]) : chunk
    this.isReading = false
    this.socket.pause()
  }

  /** The socket takes bytes again. */
  writable(): void {
    this.guard(() => {
      this.output.drain()
      if (this.output.queuedBytes > 0) return
      if (this.isClosing) this.shutdown()
      else this.session.drained()
    })
  }

  closed(): void {
    this.isClosing = true
    clearTimeout(this.linger)
    this.held = null
    this.output.clear()
    this.guard(() => this.session.close())
  }

  private readOn(): void {
    if (this.isPaused || this.isClosing || this.isReading) return
    const chunk = this.held
    this.held = null
    if (chunk) this.guard(() => this.session.receive(chunk))
    if (this.isPaused || this.isClosing) return
    this.isReading = true
    this.socket.resume()
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
      this.log.error(`${this.name} closed: ${textOf(error)}`)
      this.socket.terminate()
    }
  }
}

/** IPv4 addresses look like IPv6 ones on a socket that takes both. */
function addressOf(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}
