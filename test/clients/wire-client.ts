/**
 * A client that is nothing but our codec: it sends what it is told, in the version it is told, and tells what came back.
 * @module
 */
import { FrameBuffers, FrameCutter } from '../../src/broker/frame-cutter.ts'
import { OutputQueue } from '../../src/host/output-queue.ts'
import { writeRequest } from '../../src/wire/frame.ts'
import { Reader } from '../../src/wire/reader.ts'
import type { Contract, Draft, Fields, Infer } from '../../src/wire/schema.ts'
import { Writer } from '../../src/wire/writer.ts'
import { readAnswer } from './answer-frame.ts'

const MAX_FRAME_BYTES = 100 * 1024 * 1024
const CLIENT_ID = 'wire-client'

/** The connection went before the answer came. */
export class Disconnected extends Error {
  override readonly name = 'Disconnected'
}

/** For `catch`: null where the connection went, else the error is thrown on. */
export function onlyDisconnected(error: unknown): null {
  if (error instanceof Disconnected) return null
  throw error
}

interface Waiting {
  take(frame: Uint8Array): void
  reject(error: Error): void
}

/** One connection. Requests may be pipelined: answers come in the order of the requests. */
export class WireClient implements Disposable {
  private readonly frames = new FrameCutter(MAX_FRAME_BYTES, new FrameBuffers())
  private readonly waiting: Waiting[] = []
  private nextCorrelationId = 0
  private isClosed = false

  constructor(
    private readonly transport: {
      /** Sends a frame, which is the transport's own. */
      send(frame: Uint8Array): void
      close(): void
    },
  ) {}

  /** Sends a request. The answer is rejected with Disconnected where the connection goes first. */
  call<Q extends Fields, S extends Fields>(
    contract: Contract<Q, S>,
    version: number,
    request: Draft<Q>,
  ): Promise<Infer<S>> {
    if (this.isClosed) return Promise.reject(new Disconnected(contract.name))
    const correlationId = this.nextCorrelationId++
    return new Promise((resolve, reject) => {
      const take = (frame: Uint8Array) => resolve(readAnswer(new Reader(frame), contract, version, correlationId))
      this.waiting.push({ take, reject })
      this.transport.send(requestFrame(contract, version, correlationId, request))
    })
  }

  /** Takes what the connection brought. */
  receive(chunk: Uint8Array): void {
    this.frames.feed(chunk)
    for (let frame = this.frames.next(); frame; frame = this.frames.next()) {
      const waiting = this.waiting.shift()
      if (!waiting) throw new Error('an answer that nobody waits for')
      try {
        waiting.take(frame)
      } catch (error) {
        waiting.reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }

  /** The connection is gone. */
  disconnected(): void {
    this.isClosed = true
    for (const waiting of this.waiting.splice(0)) waiting.reject(new Disconnected())
  }

  [Symbol.dispose](): void {
    this.transport.close()
  }
}

/** A client of the broker at `port`, on this machine unless told. */
export async function connect(port: number, hostname = '127.0.0.1'): Promise<WireClient> {
  let client: WireClient | undefined
  let output: OutputQueue | undefined
  const socket = await Bun.connect({
    hostname,
    port,
    socket: {
      binaryType: 'uint8array',
      data: (_socket, chunk) => client?.receive(chunk),
      drain: () => output?.drain(),
      close: () => client?.disconnected(),
      error: () => {},
    },
  })
  const queue = new OutputQueue(socket)
  output = queue
  client = new WireClient({ send: frame => queue.send([frame]), close: () => socket.terminate() })
  return client
}

function requestFrame<Q extends Fields>(
  contract: Contract<Q>,
  version: number,
  correlationId: number,
  request: Draft<Q>,
): Uint8Array {
  const writer = new Writer()
  writeRequest(writer, contract, version, { correlationId, clientId: CLIENT_ID }, request)
  return writer.toBytes()
}
