/** A client of the broker that knows nothing of it but frames. @module */
import { concatBytes, noBytes } from '../../src/base/bytes.ts'
import type { Peer } from '../../src/broker/peer.ts'
import type { Session } from '../../src/broker/session.ts'
import { LENGTH_BYTES, writeRequest } from '../../src/wire/frame.ts'
import { Reader } from '../../src/wire/reader.ts'
import type { Contract, Draft, Fields, Infer } from '../../src/wire/schema.ts'
import { Writer } from '../../src/wire/writer.ts'
import { readAnswer } from '../clients/answer-frame.ts'

/** A request that was sent. */
export interface Asked<S extends Fields> {
  /** Null until it is there. */
  readonly answer: Infer<S> | null
}

/** An answer that is awaited: they come in the order of the requests. */
interface Awaited {
  read(frame: Reader): void
}

export class SimClient implements Peer {
  readonly name = 'client:1'
  readonly address = '10.0.0.1'
  readonly endpoint = { host: 'broker.test', port: 9092 }
  roomBytes = Number.POSITIVE_INFINITY
  /** How the broker goes on with this client's requests, where it has left them for those of others. */
  goOn: (() => void) | null = null
  /** Why the broker closed the connection: one reason at most, if all is well. */
  readonly closings: string[] = []
  /** The bytes of each `send` of the broker. */
  readonly sends: number[] = []
  /** Whether the client reads: what it does not read fills the queue of the broker. */
  isReading = true
  /** Whether the broker takes no input. */
  isPaused = false
  /** The stream goes to the broker in chunks of this many bytes at most. */
  chunkBytes = Number.POSITIVE_INFINITY
  /** Bytes that were sent to the client and that it has not read. */
  unreadBytes = 0
  private readonly session: Session
  private readonly awaited: Awaited[] = []
  private lastCorrelationId = 0
  private incoming: Uint8Array = noBytes
  private outgoing: Uint8Array = noBytes
  private isPipelining = false
  private isGone = false

  /** `settle` lets every client deliver what the broker would not take before. */
  constructor(
    connect: (peer: Peer) => Session,
    private readonly settle: () => void,
  ) {
    this.session = connect(this)
  }

  /** Whether neither side has ended the connection. */
  get isOpen(): boolean {
    return !this.isGone
  }
  /** Requests without an answer. */
  get waitingCount(): number {
    return this.awaited.length
  }

  /** Sends a request and returns its answer, which has to come at once. */
  call<Q extends Fields, S extends Fields>(contract: Contract<Q, S>, version: number, request: Draft<Q>): Infer<S> {
    return answerOf(this.ask(contract, version, request))
  }

  /** Sends a request; its answer may come later. Where the answer has another version, `answeredIn` says which. */
  ask<Q extends Fields, S extends Fields>(
    contract: Contract<Q, S>,
    version: number,
    request: Draft<Q>,
    answeredIn = version,
  ): Asked<S> {
    const asked: { answer: Infer<S> | null } = { answer: null }
    const correlationId = this.lastCorrelationId + 1
    this.awaited.push({
      read: frame => {
        asked.answer = readAnswer(frame, contract, answeredIn, correlationId)
      },
    })
    this.tell(contract, version, request)
    return asked
  }

  /** Sends a request that gets no answer. */
  tell<Q extends Fields, S extends Fields>(contract: Contract<Q, S>, version: number, request: Draft<Q>): void {
    this.write(frameOf(contract, version, request, ++this.lastCorrelationId))
  }

  /** Sends any bytes. */
  write(bytes: Uint8Array): void {
    this.outgoing = concatBytes([this.outgoing, bytes])
    this.settle()
  }

  /** What is sent in `work` goes out together. */
  pipeline<T>(work: () => T): T {
    this.isPipelining = true
    const result = work()
    this.isPipelining = false
    this.settle()
    return result
  }

  /** Reads what was left unread, and goes on reading. */
  read(): void {
    this.isReading = true
    this.takeFrames()
    this.session.drained()
    this.settle()
  }

  /** Sends nothing more, and reads on. */
  end(): void {
    this.session.ended()
    this.settle()
  }

  /** Ends the connection. */
  hangUp(): void {
    this.isGone = true
    this.session.close()
    this.settle()
  }

  /** The broker is gone with its end of the connection: nothing comes any more. */
  lose(): void {
    this.isGone = true
  }

  /** Brings the next chunk to the broker, if there is one and the broker takes it. */
  deliver(): boolean {
    if (this.isPipelining || this.isPaused || this.isGone || this.outgoing.length === 0) return false
    const end = Math.min(this.chunkBytes, this.outgoing.length)
    // A copy: the session may keep views of a chunk, and this array goes on to another life.
    const chunk = this.outgoing.slice(0, end)
    this.outgoing = this.outgoing.slice(end)
    this.session.receive(chunk)
    return true
  }

  send(pieces: readonly Uint8Array[]): number {
    if (this.isGone) return 0
    const before = this.incoming.length
    this.incoming = concatBytes([this.incoming, ...pieces])
    const sentBytes = this.incoming.length - before
    this.sends.push(sentBytes)
    this.unreadBytes += sentBytes
    if (this.isReading) this.takeFrames()
    return this.unreadBytes
  }
  pause(): void {
    this.isPaused = true
  }
  resume(): void {
    this.isPaused = false
  }
  rest(goOn: () => void): void {
    this.goOn = goOn
  }
  finish(): void {
    this.isGone = true
  }
  close(reason: string): void {
    if (this.isGone) return
    this.closings.push(reason)
    this.isGone = true
  }

  private takeFrames(): void {
    this.unreadBytes = 0
    let position = 0
    while (this.incoming.length - position >= LENGTH_BYTES) {
      const start = position + LENGTH_BYTES
      const end = start + new Reader(this.incoming, position).int32()
      if (end > this.incoming.length) break
      const next = this.awaited.shift()
      if (!next) throw new Error('an answer that nobody asked for')
      next.read(new Reader(this.incoming.slice(start, end)))
      position = end
    }
    this.incoming = this.incoming.slice(position)
  }
}

/** The answer, which has to be there. */
export function answerOf<S extends Fields>(asked: Asked<S>): Infer<S> {
  if (asked.answer === null) throw new Error('there is no answer yet')
  return asked.answer
}

/** A request as it goes over the wire: length, header, body. */
export function frameOf<Q extends Fields, S extends Fields>(
  contract: Contract<Q, S>,
  version: number,
  request: Draft<Q>,
  correlationId: number,
): Uint8Array {
  const writer = new Writer(512)
  writeRequest(writer, contract, version, { correlationId, clientId: 'tester' }, request)
  return writer.toBytes()
}
