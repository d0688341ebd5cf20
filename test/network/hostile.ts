/** Clients that mean no good, and what they cost a broker. @module */
import { readFileSync } from 'node:fs'
import { apiVersions } from '../../src/api/18-api-versions.ts'
import { OutputQueue } from '../../src/host/output-queue.ts'
import type { WireClient } from '../clients/wire-client.ts'

/** A connection that sends what it is told, and reads only where it is said to. */
export class HostileClient implements Disposable {
  readBytes = 0
  isClosed = false
  readonly closed: Promise<void>

  private constructor(
    private readonly socket: Bun.Socket<undefined>,
    private readonly output: OutputQueue,
    closed: Promise<void>,
  ) {
    this.closed = closed
    void closed.then(() => {
      this.isClosed = true
    })
  }

  static async connect(port: number, { reads = false } = {}): Promise<HostileClient> {
    const closed = Promise.withResolvers<void>()
    let client: HostileClient | undefined
    let output: OutputQueue | undefined
    const socket = await Bun.connect<undefined>({
      hostname: '127.0.0.1',
      port,
      data: undefined,
      socket: {
        binaryType: 'uint8array',
        data(_socket, chunk) {
          if (client) client.readBytes += chunk.length
        },
        drain: () => output?.drain(),
        close: () => closed.resolve(),
        error() {},
      },
    })
    if (!reads) socket.pause()
    output = new OutputQueue(socket)
    client = new HostileClient(socket, output, closed.promise)
    return client
  }

  send(bytes: Uint8Array): void {
    this.output.send([bytes])
  }

  /** A paused socket does not hear that it was closed: it has to read for that. */
  listen(): void {
    this.socket.resume()
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }
}

/** Many of them, less those that were refused at once; they are gone at the end of the scope. */
export async function crowd(count: number, port: number, options?: { reads?: boolean }) {
  const clients: HostileClient[] = []
  for (let i = 0; i < count; i++) {
    const client = await HostileClient.connect(port, options).catch(() => null)
    if (client) clients.push(client)
  }
  return {
    clients,
    [Symbol.dispose]() {
      for (const client of clients) client[Symbol.dispose]()
    },
  }
}

/** Four bytes of length that say what they like, and `content` after them. */
export function claim(lengthBytes: number, content: Uint8Array = new Uint8Array(0)): Uint8Array {
  const frame = new Uint8Array(4 + content.length)
  new DataView(frame.buffer).setInt32(0, lengthBytes)
  frame.set(content, 4)
  return frame
}

/** Anonymous memory of a process: what is its own, and not the binary's or the page cache's. */
export function anonymousMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

/** Ticks of 10 ms that a process has computed. */
export function cpuTicks(pid: number): number {
  // The name of the command stands in brackets and may hold anything; user and system time are fields 14 and 15.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

const named = { clientSoftwareName: 'bystander', clientSoftwareVersion: '1' }

/** How long `count` requests of somebody else take, one after the other, in ascending order. */
export async function latenciesMs(client: WireClient, count: number): Promise<number[]> {
  const taken: number[] = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    await client.call(apiVersions, 4, named)
    taken.push(performance.now() - start)
  }
  return taken.sort((a, b) => a - b)
}
