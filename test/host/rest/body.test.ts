import { describe, expect, test } from 'bun:test'
import { Allowance } from '../../../src/host/rest/allowance.ts'
import { MAX_BODY_BYTES, withJson } from '../../../src/host/rest/body.ts'
import { Problem } from '../../../src/host/rest/problem.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const MIB = 1024 * 1024

type Body = ConstructorParameters<typeof Response>[0]

/** What is read, or the problem. */
function outcomeOf(body: Body, headers: Record<string, string> = JSON_TYPE, allowance = new Allowance(MAX_BODY_BYTES)) {
  const request = new Request('http://localhost/', { method: 'POST', body })
  // A body brings a type of its own.
  request.headers.delete('content-type')
  for (const [name, value] of Object.entries(headers)) request.headers.set(name, value)
  return withJson(request, allowance, value => Promise.resolve(value)).catch((error: unknown) => {
    if (error instanceof Problem) return error
    throw error
  })
}

/** What is read, or the status. */
async function read(...asked: Parameters<typeof outcomeOf>) {
  const outcome = await outcomeOf(...asked)
  return outcome instanceof Problem ? outcome.status : outcome
}

/** The status of a body that is refused as a whole. */
async function refused(...asked: Parameters<typeof outcomeOf>) {
  const outcome = await outcomeOf(...asked)
  const errors = [{ pointer: '#', detail: expect.stringMatching(/^must not /) }]
  expect(outcome).toMatchObject({ members: { errors } })
  return outcome instanceof Problem ? outcome.status : null
}

describe('a type that is read', () => {
  test.each([
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/json;charset="utf-8"',
    'application/vnd.api+json',
    'application/x-www-form-urlencoded',
  ])('%s', async type => expect(await read('{"a":1}', { 'content-type': type })).toEqual({ a: 1 }))
  test('none', async () => expect(await read('{"a":1}', {})).toEqual({ a: 1 }))
})

describe('a type that is not', () => {
  test.each<[string, Record<string, string>, header?: string]>([
    ['text', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['another charset', { 'content-type': 'application/json; charset=latin1' }],
    ['a coding', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'content-encoding'],
    [
      'what curl sends, from a web page',
      { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://evil' },
    ],
    ['none, from a web page', { origin: 'null' }],
  ])('%s', async (_, headers, header = 'content-type') => {
    const errors = [{ header, detail: expect.stringMatching(/^must be /) }]
    expect(await outcomeOf('{"a":1}', headers)).toMatchObject({ status: 415, members: { errors } })
  })
})

describe('what cannot be read', () => {
  test.each<[string, Body]>([
    ['nothing', null],
    ['emptiness', ''],
    ['no JSON', '{'],
    ['two values', '{}{}'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['what breaks off', new ReadableStream({ pull: controller => controller.error(new Error('gone')) })],
  ])('%s', async (_, body) => expect(await read(body)).toBe(400))
})

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('what would grow too large is refused before it does', () => {
  test('what is deep', async () => {
    expect(await read(nested(16))).toBeArray()
    expect(await refused(nested(17))).toBe(422)
    expect(await refused(nested(4_000_000))).toBe(422)
    expect(await refused('{"a":'.repeat(1_000_000))).toBe(422)
  })

  test('what has many parts', async () => {
    expect(await read(`[${'0,'.repeat(499_000)}0]`)).toBeArrayOfSize(499_001)
    expect(await refused(`[${'0,'.repeat(500_001)}0]`)).toBe(413)
    expect(await refused(`[${'{},'.repeat(250_001)}0]`)).toBe(413)
  })

  test('but not what only looks so, in a text', async () => {
    const text = `${nested(1000)},{\\"`.repeat(600)
    expect(await read(JSON.stringify([text]))).toEqual([text])
  })
})

describe('bounds', () => {
  const spaces = (sizeBytes: number) => `${' '.repeat(sizeBytes - 2)}{}`

  test('of one body, by what it says and by what it has', async () => {
    expect(await read(spaces(8 * MIB))).toEqual({})
    expect(await refused(spaces(8 * MIB + 1))).toBe(413)
    expect(await refused('{}', { ...JSON_TYPE, 'content-length': String(8 * MIB + 1) })).toBe(413)
  })

  test('of one without a length, that has no end', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += MIB
        controller.enqueue(new Uint8Array(MIB).fill(0x20))
      },
    })
    expect(await refused(endless)).toBe(413)
    expect(sent).toBeLessThan(20 * MIB)
  })

  test('of all together: what is asked for is given back, whatever happens', async () => {
    const allowance = new Allowance(MAX_BODY_BYTES, { waitMs: 5 })
    const gate = Promise.withResolvers<void>()
    const slow = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from('{}'))
        await gate.promise
        controller.close()
      },
    })
    const held = read(slow, JSON_TYPE, allowance)
    expect(await read('{}', JSON_TYPE, allowance)).toBe(503)
    gate.resolve()
    expect(await held).toEqual({})
    for (const body of ['{', '{}', spaces(MAX_BODY_BYTES), nested(20)]) await read(body, JSON_TYPE, allowance)
    await allowance.take(MAX_BODY_BYTES)
  })
})
