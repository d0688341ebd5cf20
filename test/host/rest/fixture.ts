/** REST over a simulated broker, asked without sockets. @module */
import { expect } from 'bun:test'
import { createApp } from '../../../src/host/rest/app.ts'
import type { Doors } from '../../../src/host/rest/doors.ts'
import { START_MS, World, type WorldShape } from '../../sim/world.ts'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** JSON is sent as it is given where it is text already. */
export interface Asking {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly remoteAddress?: string
}

export class RestWorld extends World {
  readonly errors: string[] = []
  readonly local = this.broker.connectLocally({
    name: 'rest',
    address: '127.0.0.1',
    endpoint: { host: 'localhost', port: 9092 },
    roomBytes: 1024 * 1024,
  })
  private readonly app: ReturnType<typeof createApp>

  /** `doors` stand in for those of the broker. */
  constructor(shape: WorldShape = {}, doors?: Doors) {
    super(shape)
    this.app = createApp({
      doors: doors ?? this.local,
      clock: this.clock,
      log: { error: line => void this.errors.push(line) },
      facts: { version: '1.2.3', port: 9092, httpPort: 8080, startedAtMs: START_MS, directory: '/data' },
      advertisedHost: 'broker.example.com',
    })
  }

  async respond(method: string, path: string, asking: Asking = {}): Promise<Response> {
    const { body, headers, remoteAddress = '127.0.0.1' } = asking
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const type = text === undefined ? undefined : { 'content-type': 'application/json' }
    const request = new Request(`http://localhost${path}`, {
      method,
      headers: { host: 'localhost:8080', ...type, ...headers },
      ...(text !== undefined && { body: text }),
    })
    return this.app.fetch(request, { remoteAddress })
  }

  async ask(method: string, path: string, asking?: Asking): Promise<Answered> {
    const response = await this.respond(method, path, asking)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
  }

  get(path: string): Promise<Answered> {
    return this.ask('GET', path)
  }

  post(topic: string, messages: readonly object[], query = ''): Promise<Answered> {
    return this.ask('POST', `/v1/topics/${topic}/messages${query}`, { body: { messages } })
  }
}

/** What every problem has; `members` beside it. */
export function problem(status: number, members: object = {}): object {
  return expect.objectContaining({
    type: 'about:blank',
    title: expect.any(String),
    status,
    detail: expect.any(String),
    ...members,
  })
}
