/**
 * The way between a client of REST and the server that answers it, within this process. What one of them sends goes to the
 * other, as fast as that one reads; what either has closed is closed.
 * @module
 */
import type { Sweepable } from '../idle-sweep.ts'
import type { ClientSocket, Guest } from '../listen.ts'
import { OutputQueue, type Sink } from '../output-queue.ts'

/** A client that has not read all may be reading: the system tells of room only when a good part of its buffer is free. */
const READING_MS = 120_000

export class Relay implements Sweepable {
  private movedAtMs = performance.now()
  readonly client = new End(this, () => this.server)
  /** Takes bytes from the beginning, and has a socket later. */
  readonly server = new End(this, () => this.client)

  constructor(
    /** The client's. */
    readonly address: string,
    /** Both ends are closed. */
    private readonly over: () => void,
  ) {}

  get activeAtMs(): number {
    return this.movedAtMs + (this.client.queuedBytes > 0 ? READING_MS : 0)
  }

  /** Ends it at once; what the system has of an answer still goes to the client, which may read slowly. */
  finish(): void {
    this.client.close()
    this.server.close()
  }

  /** The client will ask nothing more: ends it when what it has asked is answered. */
  windUp(): void {
    this.client.hurry()
    this.server.finish()
  }

  moved(): void {
    this.movedAtMs = performance.now()
  }

  closed(): void {
    if (this.client.isClosed && this.server.isClosed) this.over()
  }
}

/** One end of it: what its socket receives goes to the other end. */
class End implements Guest, Sink {
  isClosed = false
  /** Of this end of its socket. */
  port = 0
  private socket: ClientSocket | null = null
  private readonly output = new OutputQueue(this)
  private isPaused = false
  /** Its socket receives nothing more. */
  private hasEnded = false
  /** Nothing more is to be sent. */
  private isLast = false
  /** Once everything is sent, it is read on until the other side closes. */
  private isLingering = true

  constructor(
    private readonly way: Relay,
    private readonly other: () => End,
  ) {}

  open(socket: ClientSocket): void {
    if (this.isClosed) {
      socket.terminate()
      return
    }
    this.socket = socket
    this.port = socket.localPort
    this.writable()
  }

  /** Until it is open, an end is like one that is full. */
  write(bytes: Uint8Array, offset: number, length: number): number {
    return this.socket?.write(bytes, offset, length) ?? 0
  }

  received(chunk: Uint8Array): void {
    this.way.moved()
    if (this.other().send(chunk)) return
    this.isPaused = true
    this.socket?.pause()
  }

  writable(): void {
    this.way.moved()
    this.output.drain()
    if (this.queuedBytes > 0) return
    if (this.isLast) this.shutDown()
    else this.other().resume()
  }

  ended(): void {
    this.hasEnded = true
    this.other().finish()
    if (this.isLast && this.queuedBytes === 0) this.socket?.end()
  }

  closed(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.output.clear()
    this.other().finish()
    this.way.closed()
  }

  /** Bytes that its socket has not taken yet. */
  get queuedBytes(): number {
    return this.output.queuedBytes
  }

  /** Closes it without waiting for the other side, once everything is sent. */
  hurry(): void {
    this.isLingering = false
    if (this.isLast && this.queuedBytes === 0) this.socket?.end()
  }

  /** At once. */
  close(): void {
    if (this.queuedBytes > 0) this.socket?.terminate()
    else this.socket?.end()
    this.closed()
  }

  /** Returns whether more may come. Who reads nothing more is sent nothing more. */
  private send(chunk: Uint8Array): boolean {
    return this.isLast || this.isClosed || this.output.send([chunk]) === 0
  }

  private resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.socket?.resume()
  }

  /** Closes it once everything is sent. */
  finish(): void {
    if (this.isLast || this.isClosed) return
    this.isLast = true
    if (this.queuedBytes === 0) this.shutDown()
  }

  /** Reads on, to nowhere: to close with unread input would reset the connection under the last answer. */
  private shutDown(): void {
    if (this.hasEnded || !this.isLingering) this.socket?.end()
    else this.socket?.shutdown()
    this.resume()
  }
}
