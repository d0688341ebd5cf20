/** Takes addresses and ports, and hands sockets to whoever receives them. @module */
import type { Socket, TCPSocketListener } from 'bun'
import { LOCALHOST } from './config.ts'
import { systemCodeOf } from './system-error.ts'

/** What a connection's events go to. */
export interface Guest {
  received(chunk: Uint8Array): void
  /** The socket takes bytes again. */
  writable(): void
  closed(): void
}

export type ClientSocket = Socket<Guest | undefined>

/** Takes a new connection, or closes it and returns nothing. */
export type Admit = (socket: ClientSocket) => Guest | undefined

export interface Address {
  /** An address, or `localhost` for both loopback addresses. */
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
}

/** The address or port cannot be listened on. The message is for the operator, in one line. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

type Listener = TCPSocketListener<Guest | undefined>
type Handlers = Bun.SocketHandler<Guest | undefined>

const LOOPBACKS = ['127.0.0.1', '::1']
/** How often a free port of one loopback address may be taken on the other. */
const FREE_PORT_TRIES = 10

/** The listening sockets of one address. Who receives clients may change while they are open. */
export class Entrance {
  readonly port: number
  /** The addresses that are listened on. */
  readonly hosts: readonly string[]
  private readonly listeners: readonly Listener[]

  /** @throws ListenError */
  constructor(
    readonly asked: Address,
    public admit: Admit,
  ) {
    this.listeners = listen(asked, {
      // A Buffer would slice into views where an array slices into copies.
      binaryType: 'uint8array',
      open: socket => {
        socket.data = this.admit(socket)
      },
      data(socket, chunk) {
        socket.data?.received(chunk)
      },
      drain(socket) {
        socket.data?.writable()
      },
      close(socket) {
        socket.data?.closed()
      },
      // A reset comes as `close` too; without a handler the error would end the process.
      error() {},
    })
    this.port = this.listeners[0]!.port
    this.hosts = this.listeners.map(listener => listener.hostname)
  }

  /** Nobody new comes in. */
  close(): void {
    for (const listener of this.listeners) listener.stop(false)
  }
}

function listen({ host, port }: Address, socket: Handlers): Listener[] {
  if (host !== LOCALHOST) return [listenOn(host, port, socket)]
  return port === 0 ? listenOnFreePort(socket) : listenOnLoopbacks(port, socket)
}

function listenOnFreePort(socket: Handlers): Listener[] {
  for (let tries = 1; ; tries++) {
    try {
      return listenOnLoopbacks(0, socket)
    } catch (error) {
      if (!(error instanceof ListenError) || tries === FREE_PORT_TRIES) throw error
    }
  }
}

/** Both or none: with one of them taken, clients that say `localhost` would reach a stranger. No IPv6 is no harm. */
function listenOnLoopbacks(port: number, socket: Handlers): Listener[] {
  const listeners: Listener[] = []
  for (const host of LOOPBACKS) {
    try {
      listeners.push(listenOn(host, listeners[0]?.port ?? port, socket))
    } catch (error) {
      if (host === '::1' && error instanceof ListenError && error.cause !== 'EADDRINUSE') continue
      for (const listener of listeners) listener.stop(true)
      throw error
    }
  }
  return listeners
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is taken; choose another with --port, or a free one with --port 0',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this port is reserved to the system',
}

function listenOn(hostname: string, port: number, socket: Handlers): Listener {
  try {
    return Bun.listen<Guest | undefined>({ hostname, port, socket, data: undefined })
  } catch (error) {
    const code = systemCodeOf(error)
    const reason = REASONS[code ?? ''] ?? code ?? 'no such host'
    throw new ListenError(`cannot listen on ${hostname} port ${port}: ${reason}`, { cause: code })
  }
}
