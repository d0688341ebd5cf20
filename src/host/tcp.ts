/** Joins each Kafka client to a session of the broker. @module */
import type { Peer } from '../broker/peer.ts'
import { type Endpoint, type Ends, endpointFor, endsOf, type Network, SystemNetwork } from './addresses.ts'
import { Connection, type SessionPort } from './connection.ts'
import { type ConnectionLimits, ConnectionQuotas } from './connection-quotas.ts'
import { HeldBytes } from './held-bytes.ts'
import { IdleSweep } from './idle-sweep.ts'
import type { Admit, Entrance } from './listen.ts'
import type { Log } from './log.ts'
import { Rounds } from './rounds.ts'
import { TimeSlices } from './time-slices.ts'
import { type CreationLimits, Turnstile } from './turnstile.ts'

export interface TcpOptions {
  readonly entrance: Entrance
  readonly connect: (peer: Peer) => SessionPort
  readonly log: Log
  /** What every client is told to connect to; null for the address by which each has come. */
  readonly advertised?: Endpoint | null
  /** More connections than these are closed as they come. The limit on open files is one more. */
  readonly limits: ConnectionLimits & CreationLimits
  /** What clients may make the broker keep, all together. */
  readonly maxHeldBytes?: number
  readonly network?: Network
}

export interface TcpServer {
  readonly port: number
  /** The addresses that are listened on. */
  readonly hosts: readonly string[]
  readonly connectionCount: number
  /** For those whom another has received. */
  readonly admit: Admit
  stopAccepting(): void
  /** Stops, and closes every connection once its answers are sent, or a second later. */
  close(): Promise<void>
}

/** From now on receives whoever comes in by `entrance`. */
export function serveTcp(options: TcpOptions): TcpServer {
  const { entrance, connect, log, limits, advertised = null, network = new SystemNetwork() } = options
  const connections = new Set<Connection>()
  const quotas = new ConnectionQuotas(limits)
  const turnstile = new Turnstile(limits)
  const idleSweep = new IdleSweep(connections, limits.connectionsMaxIdleMs)
  const listening = { advertised, host: entrance.asked.host }
  let whenEmpty: (() => void) | null = null
  const surroundings = {
    connect,
    endpointOf: (ends: Ends) => endpointFor(ends, listening, network),
    left(connection: Connection) {
      connections.delete(connection)
      quotas.release(connection.address)
      if (connections.size > 0) return
      idleSweep.stop()
      whenEmpty?.()
    },
    held: new HeldBytes(options.maxHeldBytes),
    rounds: new Rounds(),
    slices: new TimeSlices(),
    log,
  }

  entrance.admit = socket => {
    const ends = endsOf(socket)
    if (ends === null) {
      socket.terminate()
      return undefined
    }
    const address = ends.remoteAddress
    const refusal = quotas.admit(address)
    if (refusal !== null) {
      log.warnSparingly('refused', `${address} refused: ${refusal}`)
      socket.terminate()
      return undefined
    }
    const enter = () => {
      const connection = new Connection(socket, ends, surroundings)
      connections.add(connection)
      idleSweep.start()
      return connection
    }
    return turnstile.admit({ socket, enter, left: () => quotas.release(address) })
  }

  return {
    port: entrance.port,
    hosts: entrance.hosts,
    get connectionCount() {
      return connections.size
    },
    admit: entrance.admit,
    stopAccepting: () => entrance.close(),
    close() {
      entrance.close()
      turnstile.close()
      const empty = new Promise<void>(resolve => {
        whenEmpty = resolve
      })
      if (connections.size === 0) return Promise.resolve()
      for (const connection of connections) connection.finish()
      return empty
    },
  }
}
