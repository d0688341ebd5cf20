/**
 * One connection: cuts frames out of what arrives, decides them strictly in order, and answers each turn with one list
 * of pieces.
 *
 * Kafka mutes a channel while its request is in flight and hands requests to other threads (RequestChannel,
 * KafkaRequestHandlerPool). Here a request is decided where it arrives; only one that parks stops its connection.
 * @module
 */
import { isParked, type Parked, type Unanswered } from '../api/api.ts'
import type { Millis } from '../core/machine.ts'
import type { Writer } from '../wire/writer.ts'
import type { Dispatcher, Exchange } from './dispatch.ts'
import { type FrameBuffers, FrameCutter } from './frame-cutter.ts'
import type { Peer } from './peer.ts'

/** An answer that is not encoded yet. */
interface Reply {
  readonly exchange: Exchange
  readonly answer: object
}

/** What sessions share: the turn, in which staged appends are written once and answers encoded after them. */
export interface Turns {
  readonly writer: Writer
  readonly frameBuffers: FrameBuffers
  /** Milliseconds on a clock that nobody sets. */
  elapsed(): Millis
  /** Runs `work` as one turn, or as part of the one that is running. */
  turn(work: () => void): void
  /** Writes everything staged, so that what is decided next sees it. */
  commit(): void
  /** Whether `session.finish` will be called, once the others who have asked at the same time are decided too. */
  finishesLater(session: Session): boolean
}

/** Answers of one turn that go out together at most; more end the turn. */
const TURN_BYTES = 1024 * 1024
/** What a connection may take of everybody's time at once: one that has more to ask waits until others were served. */
const SLICE_MS = 2
/** Bytes that a client may leave unread before its requests wait. */
const UNSENT_BYTES = 1024 * 1024

export class Session {
  private readonly frames: FrameCutter
  private parked: Parked<object> | null = null
  private isPaused = false
  private isResting = false
  private sliceEndMs = 0
  private isClosed = false
  /** The client sends nothing more. */
  private hasEnded = false
  /** The client is gone, and with it whoever would read an answer. */
  private isUnheard = false
  /** All that is decided are appends, which are written together with those of other sessions. */
  private isUnfinished = false
  /** Whether something was decided this turn, and nothing but appends. */
  private hasOnlyAppends = false
  /** Answers whose staged batches are not written yet, in order. */
  private readonly uncommitted: Reply[] = []

  constructor(
    private readonly turns: Turns,
    private readonly dispatcher: Dispatcher,
    private readonly peer: Peer,
    maxFrameBytes: number,
  ) {
    this.frames = new FrameCutter(maxFrameBytes, turns.frameBuffers)
  }

  /** Bytes that came and are not decided yet, in the buffers that they lie in. */
  get heldBytes(): number {
    return this.frames.heldBytes
  }

  /** Takes what the socket brought. The session keeps views of `chunk` until it has decided what is in it. */
  receive(chunk: Uint8Array): void {
    this.frames.feed(chunk)
    this.run()
  }

  /** The client has read what was queued for it. */
  drained(): void {
    if (!this.isPaused) return
    this.isPaused = false
    if (!this.parked) this.peer.resume()
    this.run()
  }

  /**
   * The client has sent its last: what came before is decided and answered, and then the connection closes. Kafka hears of
   * the end when it reads on, behind the last answer.
   */
  ended(): void {
    this.hasEnded = true
    this.run()
  }

  /**
   * The client is gone: what came before is decided, up to the turn in which a request is answered or waits. So does Kafka,
   * which reads what lies before a reset, and hears of it when it has something to send.
   */
  lost(): void {
    this.isUnheard = true
    if (this.parked || this.isPaused) this.giveUp()
    else this.ended()
  }

  /** Nothing more is decided: an answer that is still waiting will not be sent. */
  close(): void {
    this.isClosed = true
    this.parked?.cancel()
    // What is staged lies in the frames.
    if (!this.isUnfinished) this.frames.close()
  }

  private get isWaiting(): boolean {
    return this.isClosed || this.parked !== null || this.isPaused || this.isResting
  }

  private get isBusy(): boolean {
    return this.isWaiting || this.isUnfinished
  }

  private run(): void {
    this.sliceEndMs = this.turns.elapsed() + SLICE_MS
    while (!this.isBusy && this.frames.hasNext) {
      if (this.turns.elapsed() >= this.sliceEndMs) {
        this.rest()
        return
      }
      this.turns.turn(this.decideAndConclude)
    }
    if (this.hasEnded && !this.isBusy) this.peer.finish()
  }

  private readonly decideAndConclude = (): void => {
    this.decide()
    // Other answers go before others decide: they show what is, and what is encoded is in the writer that all share.
    const canWait = this.hasOnlyAppends && this.turns.writer.size === 0 && !this.isClosed
    this.isUnfinished = canWait && this.turns.finishesLater(this)
    if (!this.isUnfinished) this.conclude()
  }

  /** What was decided is written, together with what others have decided: answers it, and goes on. */
  finish(): void {
    this.isUnfinished = false
    try {
      this.conclude()
    } catch (error) {
      this.turns.writer.reset()
      this.end(this.dispatcher.reasonOf(error))
    }
    if (this.isClosed) this.frames.close()
    else this.run()
  }

  private conclude(): void {
    this.settle()
    this.send()
    // Nothing keeps a view of a frame beyond its turn: batches are written, and who parks copies what he parks.
    this.frames.recycle()
  }

  private rest(): void {
    this.isResting = true
    this.peer.pause()
    this.peer.rest(() => {
      this.isResting = false
      this.run()
      if (!this.isWaiting) this.peer.resume()
    })
  }

  /** Decides frames until there are none, one parks, the answers are many, or the time is up. */
  private decide(): void {
    this.hasOnlyAppends = false
    try {
      do {
        const frame = this.frames.next()
        if (frame === null) return
        this.exchange(this.dispatcher.open(frame, this.peer))
      } while (!this.isBusy && this.turns.writer.size < TURN_BYTES && this.turns.elapsed() < this.sliceEndMs)
    } catch (error) {
      this.refuse(error)
    }
  }

  private exchange(exchange: Exchange): void {
    if (!exchange.stagesOnly) {
      this.settle()
      if (this.isClosed) return
    }
    const answer = exchange.decide()
    this.hasOnlyAppends = exchange.stagesOnly && (this.hasOnlyAppends || this.uncommitted.length === 0)
    if (isParked(answer)) {
      this.park(exchange, answer)
      return
    }
    this.uncommitted.push({ exchange, answer })
    // The fault ends the session here: nothing behind it is decided.
    if (isUnanswered(answer) && answer.fault() !== null) this.settle()
  }

  /** Apart from `exchange`, which would make a scope for these closures with every request. */
  private park(exchange: Exchange, parked: Parked<object>): void {
    this.parked = parked
    if (this.isUnheard) {
      this.giveUp()
      return
    }
    this.peer.pause()
    parked.onAnswer(
      answer =>
        this.wake(() => {
          this.uncommitted.push({ exchange, answer })
          this.encode()
          this.send()
        }),
      error => this.wake(() => this.refuse(error)),
    )
  }

  /** Goes on after a wait that ends with `last`. */
  private wake(last: () => void): void {
    this.parked = null
    this.turns.turn(last)
    if (!this.isPaused) this.peer.resume()
    this.run()
  }

  /** Writes what is staged, and encodes the answers that have waited for it. */
  private settle(): void {
    this.turns.commit()
    this.encode()
  }

  /** Encodes the answers that no longer depend on anything. */
  private encode(): void {
    const { uncommitted, turns } = this
    let fault: string | null = null
    for (let i = 0; i < uncommitted.length && fault === null; i++) {
      const { exchange, answer } = uncommitted[i]!
      if (isUnanswered(answer)) fault = answer.fault()
      else exchange.write(turns.writer, answer)
    }
    uncommitted.length = 0
    if (fault !== null) this.end(fault)
  }

  private send(): void {
    const { writer } = this.turns
    if (writer.size > 0 && !this.isClosed) {
      if (this.isUnheard) this.giveUp()
      else if (this.peer.send(writer.finish()) > UNSENT_BYTES) {
        this.isPaused = true
        this.peer.pause()
      }
    }
    writer.reset()
  }

  private giveUp(): void {
    this.close()
    this.peer.finish()
  }

  /** A request that cannot be answered ends its connection, after the answers to those before it. */
  private refuse(error: unknown): void {
    this.settle()
    this.end(this.dispatcher.reasonOf(error))
  }

  private end(reason: string): void {
    if (this.isClosed) return
    this.send()
    this.isClosed = true
    this.peer.close(reason)
  }
}

function isUnanswered(answer: object): answer is Unanswered {
  return 'fault' in answer
}
