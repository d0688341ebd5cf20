/** What a client sends to have messages written. @module */
import * as z from 'zod/mini'
import { Problem } from './problem.ts'
import { mustBe, validBody } from './validation.ts'

/** Messages of one request. */
const MAX_MESSAGE_COUNT = 10_000
const MAX_PARTITION = 2 ** 31 - 1
/** Differences of later ones could not be told exactly. */
const MAX_TIMESTAMP_MS = 2 ** 52 - 1

/** A lone surrogate would be written as U+FFFD. */
const isUnicode = z.refine<string>(value => value.isWellFormed(), 'must be Unicode without lone surrogates')
const text = z.string(mustBe('text')).check(isUnicode)
const textOrNull = z.nullable(z.string(mustBe('text or null')).check(isUnicode))
const encoding = z.enum(['utf8', 'base64'], mustBe("'utf8' or 'base64'"))
const natural = (max: number) => {
  const what = mustBe(`a whole number from 0 to ${max}`)
  return z.int(what).check(z.minimum(0, what), z.maximum(max, what))
}

const header = z
  .strictObject({ key: text, value: textOrNull, value_encoding: z.optional(encoding) }, mustBe('an object'))
  .check(isEncoded('value'))

const message = z
  .strictObject(
    {
      key: z.optional(textOrNull),
      key_encoding: z.optional(encoding),
      value: textOrNull,
      value_encoding: z.optional(encoding),
      headers: z.optional(z.array(header, mustBe('a list'))),
      partition: z.optional(natural(MAX_PARTITION)),
      timestamp: z.optional(natural(MAX_TIMESTAMP_MS)),
    },
    mustBe('an object'),
  )
  .check(isEncoded('key'), isEncoded('value'))

const newMessages = z.strictObject(
  { messages: z.array(message, mustBe('a list')).check(z.minLength(1, 'must not be empty')) },
  mustBe('an object'),
)

export type Encoding = z.output<typeof encoding>
export type NewMessage = z.output<typeof message>
export type NewHeader = z.output<typeof header>

/** The messages in a body. @throws Problem 413, 422 */
export function messagesIn(body: unknown): NewMessage[] {
  // Before anything is said of each of them.
  const count = isObject(body) && Array.isArray(body.messages) ? body.messages.length : 0
  if (count > MAX_MESSAGE_COUNT) {
    const errors = [{ pointer: '#/messages', detail: `must not have more than ${MAX_MESSAGE_COUNT} messages` }]
    throw new Problem(413, `${count} messages are more than the ${MAX_MESSAGE_COUNT} that one request may have`, {
      errors,
    })
  }
  return validBody(newMessages, body).messages
}

function isObject(value: unknown): value is { readonly messages?: unknown } {
  return typeof value === 'object' && value !== null
}

/** Where a field is said to be base64, it is: what a lenient decoder would pass over is refused. */
function isEncoded<K extends 'key' | 'value'>(field: K) {
  type Encoded = { readonly [F in K]?: string | null | undefined } & {
    readonly [F in `${K}_encoding`]?: Encoding | undefined
  }
  return z.check<Encoded>(({ value, issues }) => {
    const text = value[field]
    if (value[`${field}_encoding`] !== 'base64' || typeof text !== 'string') return
    if (Buffer.from(text, 'base64').toString('base64') === text) return
    issues.push({ code: 'custom', input: text, path: [field], message: 'must be base64' })
  })
}
