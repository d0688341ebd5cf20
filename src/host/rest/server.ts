/** Listens for HTTP. What answers is loaded with the first request, so that a start does not pay for it. @module */
import type { Clock } from '../../base/clock.ts'
import type { Broker } from '../../broker/broker.ts'
import type { LocalClient } from '../../broker/local-client.ts'
import type { Settings } from '../config.ts'
import { type Address, Entrance, ListenError } from '../listen.ts'
import type { Log } from '../log.ts'
import { version } from '../version.ts'
import type { createApp, RestOptions } from './app.ts'
import { RestClients } from './clients.ts'

export interface RestServer {
  readonly port: number
  /** The addresses that are listened on. */
  readonly hosts: readonly string[]
  /** Asks the broker no more, and is done when whoever came has an answer. */
  close(): Promise<unknown>
}

export interface RestServerOptions extends Omit<RestOptions, 'facts' | 'log'> {
  readonly log: Pick<Log, 'error' | 'warnSparingly'>
  readonly doors: Pick<LocalClient, 'call' | 'close'>
  /** All but the port, which is known once it is listened on. */
  readonly facts: Omit<RestOptions['facts'], 'httpPort'>
}

/** What REST is to be about. */
export interface Served {
  readonly broker: Pick<Broker, 'connectLocally'>
  readonly clock: Clock
  /** For Kafka clients. */
  readonly port: number
  /** Null: everything lies in memory. */
  readonly directory: string | null
}

/** Answers are read step by step, so that one of them needs no more. */
const ROOM_BYTES = 1024 * 1024

/**
 * REST where `settings` want it. Null where it is switched off, or where the port is taken that nobody has asked for.
 * @throws ListenError
 */
export function openRest(settings: Settings, served: Served, log: Log): RestServer | null {
  const { host, httpPort, isHttpPortAsked, advertised } = settings
  if (httpPort === 'off') return null
  const { broker, clock, port, directory } = served
  const caller = { name: 'rest', address: '127.0.0.1', endpoint: { host: 'localhost', port }, roomBytes: ROOM_BYTES }
  const facts = { version, port, directory, startedAtMs: clock.now() }
  const doors = broker.connectLocally(caller)
  try {
    return serveRest({ host, port: httpPort }, { doors, clock, log, facts, advertisedHost: advertised?.host ?? null })
  } catch (error) {
    if (isHttpPortAsked || !(error instanceof ListenError)) throw error
    log.warn(`REST is off: ${error.message}`)
    return null
  }
}

/** The request in the form in which it can be answered. */
function asAnswered(request: Request): Request {
  // The server itself leaves out the body of the answer, and then says how long it would have been.
  const method = request.method === 'HEAD' ? 'GET' : request.method
  // Where no host is named, as in HTTP/1.0, or none that can be one, what the server has made of it is no URL.
  const url = URL.canParse(request.url) ? request.url : `http://localhost${request.url.replace(/^http:\/\/[^/]*/, '')}`
  if (method === request.method && url === request.url) return request
  return new Request(url, { method, headers: request.headers, body: method === 'GET' ? null : request.body })
}

/** @throws ListenError */
export function serveRest(address: Address, options: RestServerOptions): RestServer {
  let app: Promise<ReturnType<typeof createApp>> | null = null
  const loadApp = async () => {
    const { createApp } = await import('./app.ts')
    return createApp({ ...options, facts: { ...options.facts, httpPort: entrance.port } })
  }
  const clients = new RestClients({
    log: options.log,
    async answer(request, remoteAddress) {
      app ??= loadApp()
      return (await app).fetch(asAnswered(request), { remoteAddress })
    },
  })
  const entrance = new Entrance(address, '--http-port', clients.admit)
  return {
    port: entrance.port,
    hosts: entrance.hosts,
    close() {
      options.doors.close()
      entrance.close()
      return clients.close()
    },
  }
}
