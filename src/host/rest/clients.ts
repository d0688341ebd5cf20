/**
 * The clients of REST. Bun.serve would take whoever comes until no handle is left, for Kafka clients neither: they are
 * counted here first, and then led on to it.
 * @module
 */
import { plainAddress } from '../addresses.ts'
import { IdleSweep } from '../idle-sweep.ts'
import { type ClientSocket, eventsToGuest, type Guest } from '../listen.ts'
import { type Log, textOf } from '../log.ts'
import { maxRestConnectionCount } from '../open-files.ts'
import { nextRound } from '../rounds.ts'
import { Relay } from './relay.ts'

export interface RestClientsOptions {
  readonly log: Pick<Log, 'error' | 'warnSparingly'>
  answer(request: Request, remoteAddress: string): Promise<Response>
  /** What the limit on open files leaves, asked when the first client comes. */
  readonly maxCount?: () => number
  /** A connection that nothing goes over for so long is closed. */
  readonly idleMs?: number
}

const IDLE_MS = 10_000
/** The server takes a client in one, and reads what it asks in the next. */
const ROUNDS_TO_ASK = 3
/** Where the server answers: for this process alone, and nobody is told its port. */
const WITHIN = '127.0.0.1'

export class RestClients {
  private readonly relays = new Set<Relay>()
  private readonly idleSweep: IdleSweep
  /** By the port from which the server sees them come. */
  private readonly byPort = new Map<number, Relay>()
  /** Listens when the first client comes, so that a start does not pay for it. */
  private server: Bun.Server<undefined> | null = null
  /** Those who are not at the server yet. */
  private readonly onTheirWay = new Set<Promise<void>>()
  private maxCount: number | null = null
  private whenEmpty: (() => void) | null = null

  constructor(private readonly options: RestClientsOptions) {
    this.idleSweep = new IdleSweep(this.relays, options.idleMs ?? IDLE_MS)
  }

  /** Leads a new client to the server. */
  readonly admit = (client: ClientSocket): Guest | undefined => {
    const { log, maxCount = maxRestConnectionCount } = this.options
    this.maxCount ??= maxCount()
    if (this.relays.size >= this.maxCount) {
      log.warnSparingly(
        'refused by REST',
        `a client of REST refused: there are ${this.relays.size} (limit on open files)`,
      )
      client.terminate()
      return undefined
    }
    // Who is gone already has no address, and may have come over loopback, where more is asked of requests.
    const relay: Relay = new Relay(plainAddress(client.remoteAddress ?? WITHIN), () => this.left(relay))
    this.relays.add(relay)
    this.idleSweep.start()
    relay.client.open(client)
    const led = this.lead(relay)
      .catch(() => relay.finish())
      .finally(() => this.onTheirWay.delete(led))
    this.onTheirWay.add(led)
    return relay.client
  }

  /** Nobody new comes; is done when those who are here have their answers. */
  async close(): Promise<void> {
    if (this.relays.size > 0) {
      await Promise.all(this.onTheirWay)
      for (let rounds = 0; rounds < ROUNDS_TO_ASK; rounds++) await nextRound()
    }
    await this.server?.stop(false)
    if (this.relays.size === 0) return
    const empty = new Promise<void>(resolve => {
      this.whenEmpty = resolve
    })
    for (const relay of this.relays) relay.windUp()
    await empty
  }

  /** Rejects where no handle is left. */
  private async lead(relay: Relay): Promise<void> {
    this.server ??= this.serve()
    const socket = eventsToGuest(socket => {
      relay.server.open(socket)
      if (this.relays.has(relay)) this.byPort.set(relay.server.port, relay)
    })
    await Bun.connect({
      hostname: WITHIN,
      port: this.server.port ?? 0,
      socket,
      data: relay.server,
      allowHalfOpen: true,
    })
  }

  private left(relay: Relay): void {
    this.relays.delete(relay)
    const { port } = relay.server
    // The next may have it already.
    if (this.byPort.get(port) === relay) this.byPort.delete(port)
    if (this.relays.size > 0) return
    this.idleSweep.stop()
    this.whenEmpty?.()
  }

  private serve(): Bun.Server<undefined> {
    const { log, answer } = this.options
    return Bun.serve({
      hostname: WITHIN,
      port: 0,
      development: false,
      // It knows of bodies that come byte by byte.
      idleTimeout: IDLE_MS / 1000,
      // Bodies are bounded where they are read, with an answer that says so.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request, server) => {
        const relay = this.byPort.get(server.requestIP(request)?.port ?? 0)
        // Somebody has found the port, or is gone already.
        if (!relay) return new Response(null, { status: 403 })
        return answer(request, relay.address)
      },
      error: error => {
        log.error(`REST: ${textOf(error)}`)
        return new Response(null, { status: 500 })
      },
    })
  }
}
