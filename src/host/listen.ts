/** Takes addresses and ports, and hands sockets to whoever receives them. @module */
import type { Socket } from 'bun'
import { LOCALHOST } from './config.ts'
import { systemCodeOf } from './system-error.ts'

/** What a connection's events go to. */
export interface Guest {
  received(chunk: Uint8Array): void
  /** The socket takes bytes again. */
  writable(): void
  /** Nothing more will be received; what is sent is still read. Whoever is told so closes the connection. */
  ended(): void
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

/** One socket that listens. */
export interface Listener {
  readonly port?: number | undefined
  readonly hostname?: string | undefined
  stop(closesConnections: boolean): unknown
}

/** How one is opened. Throws the system's error. */
export type Open<L extends Listener> = (hostname: string, port: number) => L

const LOOPBACKS = ['127.0.0.1', '::1']
/** How often a free port of one loopback address may be taken on the other. */
const FREE_PORT_TRIES = 10

/** The listening sockets of one address. Who receives clients may change while they are open. */
export class Entrance {
  readonly port: number
  private readonly listeners: readonly Bun.TCPSocketListener<Guest | undefined>[]

  /** @throws ListenError */
  constructor(
    readonly asked: Address,
    public admit: Admit,
  ) {
    const socket: Bun.SocketHandler<Guest | undefined> = {
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
      end(socket) {
        if (socket.data) socket.data.ended()
        else socket.end()
      },
      close(socket) {
        socket.data?.closed()
      },
      // A reset comes as `close` too; without a handler the error would end the process.
      error() {},
    }
    this.listeners = listen(asked, '--port', (hostname, port) =>
      Bun.listen<Guest | undefined>({ hostname, port, socket, data: undefined, allowHalfOpen: true }),
    )
    this.port = this.listeners[0]!.port
  }

  /** The addresses that are listened on. */
  get hosts(): readonly string[] {
    return this.listeners.map(listener => listener.hostname)
  }

  /** Nobody new comes in. */
  close(): void {
    for (const listener of this.listeners) listener.stop(false)
  }
}

/**
 * What listens on an address: one socket, or one for each loopback address. `flag` is where the port comes from, for the
 * complaint. @throws ListenError
 */
export function listen<L extends Listener>({ host, port }: Address, flag: string, open: Open<L>): L[] {
  const openOn: Open<L> = (hostname, port) => {
    try {
      return open(hostname, port)
    } catch (error) {
      throw listenError(error, `${hostname} port ${port}`, flag)
    }
  }
  if (host !== LOCALHOST) return [openOn(host, port)]
  return port === 0 ? listenOnFreePort(openOn) : listenOnLoopbacks(port, openOn)
}

function listenOnFreePort<L extends Listener>(open: Open<L>): L[] {
  for (let tries = 1; ; tries++) {
    try {
      return listenOnLoopbacks(0, open)
    } catch (error) {
      if (!(error instanceof ListenError) || tries === FREE_PORT_TRIES) throw error
    }
  }
}

/** Both or none: with one of them taken, clients that say `localhost` would reach a stranger. No IPv6 is no harm. */
function listenOnLoopbacks<L extends Listener>(port: number, open: Open<L>): L[] {
  const listeners: L[] = []
  for (const host of LOOPBACKS) {
    try {
      listeners.push(open(host, listeners[0]?.port ?? port))
    } catch (error) {
      if (host === '::1' && error instanceof ListenError && error.cause !== 'EADDRINUSE') continue
      for (const listener of listeners) listener.stop(true)
      throw error
    }
  }
  return listeners
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this port is reserved to the system',
}

function listenError(error: unknown, place: string, flag: string): ListenError {
  const code = systemCodeOf(error)
  const taken = code === 'EADDRINUSE' ? `it is taken; choose another with ${flag}, or a free one with ${flag} 0` : null
  const reason = taken ?? REASONS[code ?? ''] ?? code ?? 'no such host'
  return new ListenError(`cannot listen on ${place}: ${reason}`, { cause: code })
}
