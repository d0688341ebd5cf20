/** Reads bodies within bounds. @module */
import type { Allowance } from './allowance.ts'
import { Problem } from './problem.ts'

const MIB = 1024 * 1024
export const MAX_BODY_BYTES = 8 * MIB
/** Brackets and commas: a few bytes each, and a hundred as a value. */
const MAX_PART_COUNT = 500_000
/** Deeper than anything that is read here. */
const MAX_DEPTH = 16

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** What `use` makes of the JSON in a body, for which the allowance is asked. @throws Problem 400, 413, 415, 503 */
export async function withJson<T>(
  { headers, body }: Request,
  allowance: Allowance,
  use: (value: unknown) => Promise<T>,
): Promise<T> {
  requireJson(headers)
  const length = headers.get('content-length')
  const maxBytes = length === null ? MAX_BODY_BYTES : Number(length)
  if (maxBytes > MAX_BODY_BYTES) throw tooLarge()
  if (body === null) throw new Problem(400, 'the body is empty')
  await allowance.take(maxBytes)
  try {
    return await use(parse(await readAll(body)))
  } finally {
    allowance.give(maxBytes)
  }
}

async function readAll(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.length
      if (sizeBytes > MAX_BODY_BYTES) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(400, 'the body breaks off')
  }
  return Buffer.concat(chunks)
}

function tooLarge(): Problem {
  return bodyProblem(
    413,
    `a body may have ${MAX_BODY_BYTES / MIB} MiB`,
    `must not be larger than ${MAX_BODY_BYTES} bytes`,
  )
}

/** For the body as a whole, of which nothing has been read. */
function bodyProblem(status: 413 | 422, detail: string, fault: string): Problem {
  return new Problem(status, detail, { errors: [{ pointer: '#', detail: fault }] })
}

function parse(bytes: Uint8Array): unknown {
  requireModesty(bytes)
  try {
    return JSON.parse(strictUtf8.decode(bytes))
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'not JSON in UTF-8'
    throw new Problem(400, `the body cannot be read: ${reason}`)
  }
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
/** What brackets and braces, which differ in one bit, have in common. */
const OPENING = 0x5b
const CLOSING = 0x5d
const BRACE_BIT = 0x20

/** Refuses what would become a hundred times larger, before it does. */
function requireModesty(bytes: Uint8Array): void {
  let isText = false
  let depth = 0
  let count = 0
  for (let position = 0; position < bytes.length; position++) {
    const byte = bytes[position] ?? 0
    if (byte === QUOTE) isText = !isText
    else if (isText) position += byte === BACKSLASH ? 1 : 0
    else if (byte === COMMA) count++
    else if ((byte & ~BRACE_BIT) === CLOSING) depth--
    else if ((byte & ~BRACE_BIT) === OPENING) {
      count++
      if (++depth > MAX_DEPTH) {
        throw bodyProblem(422, 'the body is nested too deep', `must not be nested deeper than ${MAX_DEPTH}`)
      }
    }
  }
  if (count > MAX_PART_COUNT) {
    throw bodyProblem(413, 'the body has too many parts', `must not have more than ${MAX_PART_COUNT} parts`)
  }
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/
/** What `curl -d` says of whatever it sends. */
const FORM_TYPE = 'application/x-www-form-urlencoded'

/** A web page of another origin may send a form without asking, but never without saying where it comes from. */
function requireJson(headers: Headers): void {
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(/\s*;\s*/)
  const isCurl = (type === '' || type === FORM_TYPE) && headers.get('origin') === null
  const charset = parameters.find(parameter => parameter.startsWith('charset='))
  if (!(JSON_TYPE.test(type) || isCurl) || (charset !== undefined && !/=\W?utf-?8\W?$/.test(charset))) {
    const errors = [{ header: 'content-type', detail: 'must be application/json, in UTF-8' }]
    throw new Problem(415, "the body must be JSON in UTF-8: say 'content-type: application/json'", { errors })
  }
  const coding = headers.get('content-encoding') ?? 'identity'
  if (coding.toLowerCase() !== 'identity') {
    const errors = [{ header: 'content-encoding', detail: 'must be identity' }]
    throw new Problem(415, `bodies in ${coding} are not read`, { errors }, { 'accept-encoding': 'identity' })
  }
}
