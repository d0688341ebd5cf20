/**
 * A blocking connection straight on the system's calls: no event loop stands between a request and its answer, nothing is
 * allocated for either, and what is measured is the broker. Linux with glibc.
 * @module
 */
import { dlopen, FFIType, ptr } from 'bun:ffi'

const { symbols: libc } = dlopen('libc.so.6', {
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  connect: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
  // Addresses as numbers: they point into the middle of buffers.
  send: { args: ['i32', 'u64', 'u64', 'i32'], returns: FFIType.i64_fast },
  recv: { args: ['i32', 'u64', 'u64', 'i32'], returns: FFIType.i64_fast },
  poll: { args: ['ptr', 'u64', 'i32'], returns: 'i32' },
  close: { args: ['i32'], returns: 'i32' },
  usleep: { args: ['u32'], returns: 'i32' },
})

const AF_INET = 2
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0o2000000
const IPPROTO_TCP = 6
const TCP_NODELAY = 1
const SOL_SOCKET = 1
const SO_RCVTIMEO = 20
const MSG_NOSIGNAL = 0x4000
const POLLIN = 1
/** A broker that is silent for longer is taken for dead. */
const SILENCE_SECONDS = 30
const LENGTH_BYTES = 4

const one = Int32Array.of(1)
/** A struct timeval: seconds and microseconds. */
const silence = BigInt64Array.of(BigInt(SILENCE_SECONDS), 0n)

/** Bytes that stay where they are, so that their address can be kept. */
export class Buffered {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly address: number

  constructor(readonly capacity: number) {
    const memory = new ArrayBuffer(capacity)
    this.bytes = new Uint8Array(memory)
    this.view = new DataView(memory)
    this.address = ptr(memory)
  }

  static of(bytes: Uint8Array): Buffered {
    const buffered = new Buffered(bytes.length)
    buffered.bytes.set(bytes)
    return buffered
  }
}

export class Connection {
  /** What was received and not yet used lies in `input` from `start` to `end`. */
  private start = 0
  private end = 0

  private constructor(
    readonly descriptor: number,
    private readonly input: Buffered,
  ) {}

  /**
   * Connects to `port` of this machine; null where nobody listens. Answers come to lie in `input`, which connections may
   * share as long as only one of them waits for an answer.
   */
  static to(port: number, input: Buffered): Connection | null {
    const descriptor = libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)
    if (descriptor < 0) throw new Error('no socket is left: the limit on open files is too low')
    if (libc.connect(descriptor, loopback(port), 16) !== 0) {
      libc.close(descriptor)
      return null
    }
    libc.setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, one, one.byteLength)
    libc.setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, silence, silence.byteLength)
    return new Connection(descriptor, input)
  }

  /** As `to`, where somebody must listen. */
  static open(port: number, input: Buffered): Connection {
    const connection = Connection.to(port, input)
    if (!connection) throw new Error(`nobody listens on port ${port}`)
    return connection
  }

  /** Where the answers lie. */
  get view(): DataView {
    return this.input.view
  }

  /** Sends `length` bytes from `offset` on. */
  send(output: Buffered, offset = 0, length = output.capacity): void {
    for (let sent = 0; sent < length; ) {
      const count = Number(libc.send(this.descriptor, output.address + offset + sent, length - sent, MSG_NOSIGNAL))
      if (count <= 0) throw new Error('the broker closed the connection')
      sent += count
    }
  }

  /** Waits for a whole answer. Returns where it begins, after its length; it lies there until the next call. */
  receive(): number {
    while (!this.hasAnswer) this.fill()
    const position = this.start + LENGTH_BYTES
    this.start = position + this.view.getInt32(this.start)
    return position
  }

  /** Whether the next answer is here already. */
  get hasAnswer(): boolean {
    const available = this.end - this.start
    return available >= LENGTH_BYTES && available >= LENGTH_BYTES + this.view.getInt32(this.start)
  }

  close(): void {
    libc.close(this.descriptor)
  }

  private fill(): void {
    const { address, bytes, capacity } = this.input
    if (this.start === this.end) this.start = this.end = 0
    if (this.end === capacity) {
      if (this.start === 0) throw new Error(`an answer of more than ${capacity} bytes`)
      bytes.copyWithin(0, this.start, this.end)
      this.end -= this.start
      this.start = 0
    }
    const count = Number(libc.recv(this.descriptor, address + this.end, capacity - this.end, 0))
    if (count === 0) throw new Error('the broker closed the connection')
    if (count < 0) throw new Error(`the broker reset the connection, or was silent for ${SILENCE_SECONDS} s`)
    this.end += count
  }
}

/** Waits for several connections at a time. */
export class Poll {
  /** Pairs of a descriptor and two half words: what is asked for, and what is so. */
  private readonly entries: Int32Array

  constructor(connections: readonly Connection[]) {
    this.entries = Int32Array.from(connections.flatMap(({ descriptor }) => [descriptor, POLLIN]))
  }

  /** Waits until one of them can be read. */
  wait(): void {
    const count = libc.poll(this.entries, this.entries.length / 2, SILENCE_SECONDS * 1000)
    if (count <= 0) throw new Error(`the broker was silent for ${SILENCE_SECONDS} s`)
  }

  /** Whether the connection at `index` can be read, or is closed. */
  isReady(index: number): boolean {
    return this.entries[index * 2 + 1]! >>> 16 !== 0
  }
}

/** A struct sockaddr_in of 127.0.0.1. */
function loopback(port: number): Uint8Array {
  return Uint8Array.of(AF_INET, 0, port >> 8, port & 255, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
}

const SLACK_US = 100

/** Waits until `Bun.nanoseconds()` is `due`: asleep while that is far, awake at the end. */
export function waitUntil(due: number): void {
  for (let now = Bun.nanoseconds(); now < due; now = Bun.nanoseconds()) {
    const restUs = (due - now) / 1000
    if (restUs > SLACK_US * 1.5) libc.usleep(restUs - SLACK_US)
  }
}
