/** The REST API: from requests to the doors, and from their answers to JSON. It is loaded with the first request. @module */
import type { Context } from 'hono'
import { Hono } from 'hono/tiny'
import * as z from 'zod/mini'
import type { Clock } from '../../base/clock.ts'
import { LocalClientClosed } from '../../broker/local-client.ts'
import { RecordError } from '../../wire/records/record-error.ts'
import { type Log, textOf } from '../log.ts'
import { Allowance } from './allowance.ts'
import { MAX_BODY_BYTES, withJson } from './body.ts'
import { type BrokerFacts, describeBroker } from './broker.ts'
import type { Doors } from './doors.ts'
import { describeGroup, listGroups } from './groups.ts'
import { isLoopback, isOwnHost } from './hosts.ts'
import { json } from './json.ts'
import { jsonList } from './json-list.ts'
import { messagesIn } from './new-messages.ts'
import { kafkaProblem, Problem } from './problem.ts'
import { readMessages } from './read-messages.ts'
import { deleteTopic, describeTopic, listTopics } from './topics.ts'
import { validQuery, wholeNumber } from './validation.ts'
import { MessageWriter } from './write-messages.ts'

export interface RestOptions {
  readonly doors: Doors
  readonly clock: Clock
  readonly log: Pick<Log, 'error'>
  readonly facts: BrokerFacts
  /** What every client is told to connect to; null where that is not one address. */
  readonly advertisedHost: string | null
}

/** What comes with each request from the server. */
export interface Arrival {
  readonly remoteAddress: string
}

type RestContext = Context<{ Bindings: Arrival }>
type Handler = (context: RestContext) => Promise<Response>
type Method = 'GET' | 'POST' | 'DELETE'

/** Four bodies of the largest size, or so many answers that are read step by step. */
const ALLOWANCE_BYTES = 4 * MAX_BODY_BYTES
/** What a step of an answer takes, with all that becomes of it. */
const STEP_BYTES = 1024 * 1024
const DEFAULT_LIMIT = 10
const MAX_LIMIT = 1000
const MAX_PARTITION = 2 ** 31 - 1
const partition = z.optional(wholeNumber(MAX_PARTITION))
const readQuery = z.strictObject({
  offset: z.optional(wholeNumber(Number.MAX_SAFE_INTEGER)),
  limit: z.optional(wholeNumber(MAX_LIMIT)),
  partition,
})
const writeQuery = z.strictObject({ partition })

export function createApp(options: RestOptions): Hono<{ Bindings: Arrival }> {
  const app = new Hono<{ Bindings: Arrival }>({ strict: false })
  app.use(async (context, next) => {
    requireWelcome(context, options)
    await next()
    context.res.headers.set('cache-control', 'no-store')
  })
  for (const [path, handlers] of Object.entries(routesTo(options))) {
    const methods = Object.keys(handlers)
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
    for (const [method, handle] of Object.entries(handlers)) app.on(method, path, handle)
    app.options(path, context => context.body(null, 204, { allow }))
    app.all(path, ({ req }) => {
      throw new Problem(405, `${req.method} is not for ${req.path}`, {}, { allow })
    })
  }
  app.notFound(({ req }) => new Problem(404, `there is nothing at ${req.path}`).toResponse())
  app.onError(error => problemOf(error, options.log).toResponse())
  return app
}

function routesTo({ doors, clock, log, facts }: RestOptions): Record<string, Partial<Record<Method, Handler>>> {
  const allowance = new Allowance(ALLOWANCE_BYTES)
  const writer = new MessageWriter(doors, clock)
  return {
    '/v1/broker': {
      GET: async () => json(await describeBroker(doors, facts, clock.now())),
    },
    '/v1/topics': {
      GET: async () => json(await listTopics(doors)),
    },
    '/v1/topics/:name': {
      GET: async context => json(await describeTopic(doors, nameIn(context))),
      DELETE: async context => json(await deleteTopic(doors, nameIn(context))),
    },
    '/v1/topics/:name/messages': {
      GET: async context => {
        const { partition = null, offset = 0, limit = DEFAULT_LIMIT } = validQuery(readQuery, context.req.query())
        const wish = { topic: nameIn(context), partition, offset, limit }
        return jsonList(within(allowance, readMessages(doors, wish)), error => void problemOf(error, log))
      },
      POST: async context => {
        const { partition = null } = validQuery(writeQuery, context.req.query())
        const write = (body: unknown) => writer.write({ topic: nameIn(context), partition, messages: messagesIn(body) })
        return json(await withJson(context.req.raw, allowance, write))
      },
    },
    '/v1/groups': {
      GET: async () => json(await listGroups(doors)),
    },
    '/v1/groups/:name': {
      GET: async context => json(await describeGroup(doors, nameIn(context))),
    },
  }
}

/** The steps of an answer, for which the allowance is asked. */
async function* within<T>(allowance: Allowance, steps: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  await allowance.take(STEP_BYTES)
  try {
    yield* steps
  } finally {
    allowance.give(STEP_BYTES)
  }
}

function nameIn(context: RestContext): string {
  return context.req.param('name') ?? ''
}

/** @throws Problem */
function requireWelcome({ env, req }: RestContext, { advertisedHost }: RestOptions): void {
  const host = req.header('host') ?? ''
  if (!isLoopback(env.remoteAddress) || isOwnHost(host, advertisedHost)) return
  throw new Problem(403, `over loopback this broker is localhost, and not ${host}`)
}

/** Nothing of an error of ours goes to the client: the log has it. */
function problemOf(error: unknown, log: Pick<Log, 'error'>): Problem {
  if (error instanceof Problem) return error
  if (error instanceof LocalClientClosed) return new Problem(503, 'the broker stops')
  if (error instanceof RecordError) return kafkaProblem(error.code, error.message)
  log.error(`REST: ${textOf(error)}`)
  return new Problem(500, 'the broker made a mistake, and its log tells which')
}
