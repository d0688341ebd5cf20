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

type Listener = Bun.TCPSocketListener<Guest | undefined>

/** How one is opened. Throws the system's error. */
type Open = (hostname: string, port: number) => Listener

const LOOPBACKS = ['127.0.0.1', '::1']
/** How often a free port of one loopback address may be taken on the other. */
const FREE_PORT_TRIES = 10

/** What a socket tells goes to its guest. */
export function eventsToGuest(open: (socket: ClientSocket) => void): Bun.SocketHandler<Guest | undefined> {
  return {
    // A Buffer would slice into views where an array slices into copies.
    binaryType: 'uint8array',
    open,
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
}

/** The listening sockets of one address. Who receives clients may change while they are open. */
export class Entrance {
  readonly port: number
  private readonly listeners: readonly Listener[]

  /** `flag` is where the port comes from, for the complaint. @throws ListenError */
  constructor(
    readonly asked: Address,
    flag: string,
    public admit: Admit,
  ) {
    const socket = eventsToGuest(socket => {
      socket.data = this.admit(socket)
    })
    this.listeners = listen(asked, flag, (hostname, port) =>
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
function listen({ host, port }: Address, flag: string, open: Open): Listener[] {
  const openOn: Open = (hostname, port) => {
    try {
      return open(hostname, port)
    } catch (error) {
      throw listenError(error, `${hostname} port ${port}`, flag)
    }
  }
  if (host !== LOCALHOST) return [openOn(host, port)]
  return port === 0 ? listenOnFreePort(openOn) : listenOnLoopbacks(port, openOn)
}

function listenOnFreePort(open: Open): Listener[] {
  for (let tries = 1; ; tries++) {
    try {
      return listenOnLoopbacks(0, open)
    } catch (error) {
      if (!(error instanceof ListenError) || tries === FREE_PORT_TRIES) throw error
    }
  }
}

/** Both or none: with one of them taken, clients that say `localhost` would reach a stranger. No IPv6 is no harm. */
function listenOnLoopbacks(port: number, open: Open): Listener[] {
  const listeners: Listener[] = []
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
