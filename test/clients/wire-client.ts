/**
 * A client that is nothing but our codec: it sends what it is told, in the version it is told, and tells what came back.
 * @module
 */
import { FrameBuffers, FrameCutter } from '../../src/broker/frame-cutter.ts'
import { OutputQueue } from '../../src/host/output-queue.ts'
import { codecOf } from '../../src/wire/compile.ts'
import {
  isFlexible,
  requestHeader,
  requestHeaderVersion,
  responseHeader,
  responseHeaderVersion,
} from '../../src/wire/frame.ts'
import { Reader } from '../../src/wire/reader.ts'
import type { Contract, Draft, Fields, Infer } from '../../src/wire/schema.ts'
import { Writer } from '../../src/wire/writer.ts'

const MAX_FRAME_BYTES = 100 * 1024 * 1024
const CLIENT_ID = 'wire-client'

/** The connection went before the answer came. */
export class Disconnected extends Error {
  override readonly name = 'Disconnected'
}

interface Waiting {
  readonly correlationId: number
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
      const take = (frame: Uint8Array) => resolve(readResponse(frame, contract, version))
      this.waiting.push({ correlationId, take, reject })
      this.transport.send(writeRequest(contract, version, correlationId, request))
    })
  }

  /** Takes what the connection brought. */
  receive(chunk: Uint8Array): void {
    this.frames.feed(chunk)
    for (let frame = this.frames.next(); frame; frame = this.frames.next()) {
      const waiting = this.waiting.shift()
      const correlationId = new Reader(frame).int32()
      if (waiting?.correlationId !== correlationId) throw new Error(`nobody waits for answer ${correlationId}`)
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

function writeRequest<Q extends Fields>(
  contract: Contract<Q>,
  version: number,
  correlationId: number,
  request: Draft<Q>,
): Uint8Array {
  const writer = new Writer()
  const headerVersion = requestHeaderVersion(contract, version)
  writer.beginFrame()
  codecOf(requestHeader.fields, headerVersion, headerVersion === 2).write(writer, {
    requestApiKey: contract.key,
    requestApiVersion: version,
    correlationId,
    clientId: CLIENT_ID,
  })
  codecOf(contract.request, version, isFlexible(contract.flexible, version)).write(writer, request)
  writer.endFrame()
  return writer.toBytes()
}

function readResponse<S extends Fields>(frame: Uint8Array, contract: Contract<Fields, S>, version: number): Infer<S> {
  const reader = new Reader(frame)
  const headerVersion = responseHeaderVersion(contract, version)
  codecOf(responseHeader.fields, headerVersion, headerVersion === 1).read(reader)
  return codecOf(contract.response, version, isFlexible(contract.flexible, version)).read(reader)
}
