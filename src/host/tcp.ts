/** Listens for Kafka clients and joins each to a session of the broker. @module */
import type { TCPSocketListener } from 'bun'
import type { Peer } from '../broker/peer.ts'
import { type Endpoint, type Ends, endpointFor, type Network, plainAddress, SystemNetwork } from './addresses.ts'
import { LOCALHOST } from './config.ts'
import { Connection, type SessionPort } from './connection.ts'
import { type ConnectionLimits, ConnectionQuotas } from './connection-quotas.ts'
import { HeldBytes } from './held-bytes.ts'
import { IdleSweep } from './idle-sweep.ts'
import type { Log } from './log.ts'
import { Rounds } from './rounds.ts'
import { systemCodeOf } from './system-error.ts'

const LOOPBACKS = ['127.0.0.1', '::1']
/** How often a free port of one loopback address may be taken on the other. */
const FREE_PORT_TRIES = 10

export interface TcpOptions {
  /** An address, or `localhost` for both loopback addresses. */
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  readonly connect: (peer: Peer) => SessionPort
  readonly log: Log
  /** What every client is told to connect to; null for the address by which each has come. */
  readonly advertised?: Endpoint | null
  /** More connections than these are closed as they come. The limit on open files is one more. */
  readonly limits: ConnectionLimits
  /** What clients may make the broker keep, all together. */
  readonly maxHeldBytes?: number
  readonly network?: Network
}

export interface TcpServer {
  readonly port: number
  /** The addresses that are listened on. */
  readonly hosts: readonly string[]
  readonly connectionCount: number
  stopAccepting(): void
  /** Stops, and closes every connection once its answers are sent, or a second later. */
  close(): Promise<void>
}

/** The address or port cannot be listened on. The message is for the operator, in one line. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

type Listener = TCPSocketListener<Connection | undefined>

/** @throws ListenError */
export function serveTcp(options: TcpOptions): TcpServer {
  const { connect, log, limits, host, advertised = null, network = new SystemNetwork() } = options
  const connections = new Set<Connection>()
  const quotas = new ConnectionQuotas(limits)
  const idleSweep = new IdleSweep(connections, limits.connectionsMaxIdleMs)
  const listening = { advertised, host }
  const surroundings = {
    connect,
    endpointOf: (ends: Ends) => endpointFor(ends, listening, network),
    held: new HeldBytes(options.maxHeldBytes),
    rounds: new Rounds(),
    log,
  }
  let whenEmpty: (() => void) | null = null

  const listeners = listen(options, {
    // A Buffer would slice into views where an array slices into copies.
    binaryType: 'uint8array',
    open(socket) {
      const address = plainAddress(socket.remoteAddress)
      const refusal = quotas.admit(address)
      if (refusal !== null) {
        log.warnSparingly('refused', `${address} refused: ${refusal}`)
        socket.terminate()
        return
      }
      socket.data = new Connection(socket, surroundings)
      connections.add(socket.data)
      idleSweep.start()
    },
    data(socket, chunk) {
      socket.data?.received(chunk)
    },
    drain(socket) {
      socket.data?.writable()
    },
    close({ data: connection }) {
      if (!connection) return
      connection.closed()
      connections.delete(connection)
      quotas.release(connection.address)
      if (connections.size > 0) return
      idleSweep.stop()
      whenEmpty?.()
    },
    // A reset comes as `close` too; without a handler the error would end the process.
    error() {},
  })

  const stopAccepting = () => {
    for (const listener of listeners) listener.stop(false)
  }
  return {
    port: listeners[0]!.port,
    hosts: listeners.map(listener => listener.hostname),
    get connectionCount() {
      return connections.size
    },
    stopAccepting,
    close() {
      stopAccepting()
      const empty = new Promise<void>(resolve => {
        whenEmpty = resolve
      })
      if (connections.size === 0) return Promise.resolve()
      for (const connection of connections) connection.finish()
      return empty
    },
  }
}

type Handlers = Bun.SocketHandler<Connection | undefined>

function listen(options: TcpOptions, socket: Handlers): Listener[] {
  const { host, port } = options
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
    return Bun.listen<Connection | undefined>({ hostname, port, socket, data: undefined })
  } catch (error) {
    const code = systemCodeOf(error)
    const reason = REASONS[code ?? ''] ?? code ?? 'no such host'
    throw new ListenError(`cannot listen on ${hostname} port ${port}: ${reason}`, { cause: code })
  }
}
