import { afterEach, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArguments } from '../../../src/host/cli/parse.ts'
import { resolveSettings } from '../../../src/host/cli/resolve.ts'
import { ListenError } from '../../../src/host/listen.ts'
import type { Log } from '../../../src/host/log.ts'
import { openRest, type RestServer } from '../../../src/host/rest/server.ts'
import { World } from '../../sim/world.ts'
import { importsOf } from '../../tidy.ts'

const warnings: string[] = []
const log: Log = {
  level: 'INFO',
  error: line => void warnings.push(line),
  warn: line => void warnings.push(line),
  info: () => {},
  warnSparingly: (_kind, line) => void warnings.push(line),
}
const opened: RestServer[] = []

function open(...flags: string[]): RestServer | null {
  const world = { environment: { HOME: '/home/ann' }, platform: 'linux', readText: () => '' }
  const { settings } = resolveSettings(parseArguments(flags).given, world)
  const { broker, clock } = new World()
  const server = openRest(settings, { broker, clock, port: 4711, directory: null }, log)
  if (server) opened.push(server)
  return server
}

function openOnFreePort(): RestServer {
  const server = open('--http-port', '0')
  if (!server) throw new Error('REST is off')
  return server
}

afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
  warnings.length = 0
})

describe('the port', () => {
  test('is listened on at both loopback addresses', async () => {
    const { port, hosts } = openOnFreePort()
    expect(hosts[0]).toBe('127.0.0.1')
    for (const host of hosts) {
      const response = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/v1/broker`)
      expect(await response.json()).toMatchObject({ port: 4711, http_port: port, uptime_seconds: 0, log_dir: null })
    }
  })

  test('is that of another site for a page that calls itself so, also where both families are listened on', async () => {
    const server = open('--http-port', '0', '--host', '::')
    const asked = async (host: string) =>
      (await fetch(`http://127.0.0.1:${server?.port}/v1/broker`, { headers: { host } })).status
    expect([await asked('site.example'), await asked('localhost')]).toEqual([403, 200])
  })

  test('is not listened on where REST is off', () => expect(open('--http-port', 'off')).toBeNull())

  test('must be free where it was asked for, by whomever it is taken', async () => {
    const { port } = openOnFreePort()
    expect(() => open('--http-port', String(port))).toThrow(ListenError)
    expect(() => open('--http-port', String(port))).toThrow(
      /^cannot listen on 127\.0\.0\.1 port \d+: it is taken.*--http-port 0$/,
    )
    using socket = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    expect(() => open('--http-port', String(socket.port))).toThrow(ListenError)
    expect(warnings).toEqual([])
  })

  test('is done without, with one warning, where nobody asked for it', () => {
    // Whether somebody has the default port here is not ours to say: what is given below the command line is asked for.
    const { port } = openOnFreePort()
    const { broker, clock } = new World()
    const world = { environment: { HOME: '/' }, platform: 'linux', readText: () => '' }
    const settings = { ...resolveSettings([], world).settings, httpPort: port }
    expect(openRest(settings, { broker, clock, port: 1, directory: null }, log)).toBeNull()
    expect(warnings).toEqual([expect.stringMatching(/^REST is off: cannot listen on .* it is taken/)])
  })
})

/** What comes back on a connection of its own until it closes, or falls silent. */
async function exchange(port: number, ...parts: (string | Uint8Array)[]): Promise<string> {
  let text = ''
  const closed = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data: (_, chunk) => {
        text += Buffer.from(chunk).toString()
      },
      close: () => closed.resolve(),
      error: () => {},
    },
  })
  for (const part of parts) {
    socket.write(part)
    await Bun.sleep(10)
  }
  await Promise.race([closed.promise, Bun.sleep(300)])
  socket.terminate()
  return text
}

describe('over the wire', () => {
  test('HEAD is GET without its body', async () => {
    const { port } = openOnFreePort()
    const [got, head] = await Promise.all([
      fetch(`http://127.0.0.1:${port}/v1/broker`),
      fetch(`http://127.0.0.1:${port}/v1/broker`, { method: 'HEAD' }),
    ])
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(head.headers.get('content-length')).toBe(String((await got.text()).length))
    expect((await fetch(`http://127.0.0.1:${port}/v1/topics/none`, { method: 'HEAD' })).status).toBe(404)
  })

  test.each(['HTTP/1.0\r\n', 'HTTP/1.1\r\nhost:\r\n', 'HTTP/1.1\r\nhost: a b\r\n', 'HTTP/1.1\r\nhost: [\r\n'])(
    'a request without a host that is one is answered: %j',
    async head => {
      const { port } = openOnFreePort()
      const statusOf = async (request: string) => {
        const [, status] = /^HTTP\/1\.\d (\d+)/.exec(await exchange(port, request)) ?? []
        return status
      }
      expect(await statusOf(`GET /v1/broker ${head}\r\n`)).toBe('200')
      expect(await statusOf(`HEAD /v1/topics ${head}\r\n`)).toBe('200')
      expect(await statusOf(`DELETE /zz/v1/topics/t ${head}\r\n`)).toBe('404')
      const body = '{"messages":[{"value":"a"}]}'
      const length = `content-type: application/json\r\ncontent-length: ${body.length}\r\n`
      expect(await statusOf(`POST /v1/topics/t/messages ${head}${length}\r\n${body}`)).toBe('200')
    },
  )

  test('a body that is too large, or has no end, is refused before it is all here', async () => {
    const { port } = openOnFreePort()
    const head = `POST /v1/topics/t/messages HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`
    const long = await exchange(port, `${head}content-length: 999999999999\r\n\r\n{`)
    expect(long).toMatch(/^HTTP\/1\.1 413 [\s\S]*application\/problem\+json/)
    const chunk = `100000\r\n${' '.repeat(0x100000)}\r\n`
    const endless = await exchange(
      port,
      `${head}transfer-encoding: chunked\r\n\r\n`,
      ...Array.from({ length: 12 }, () => chunk),
    )
    expect(endless).toMatch(/^HTTP\/1\.1 413 /)
  })

  test.each([
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a Kafka request', '\0\0\0\x0a\0\x12\0\0\0\0\0\x01\0\0'],
    ['half a request', 'GET /v1/to'],
    ['a broken request line', 'GET\r\n\r\n'],
    ['a length that is none', 'POST /v1/topics/t/messages HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n'],
    [
      'a length and chunks',
      'POST /v1/topics/t/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'chunks that are none',
      'POST /v1/topics/t/messages HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['a header that does not end', `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}`],
    ['a path that does not end', `GET /${'y'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
    ['a method nobody knows', 'BREW /v1/topics HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a proxy request', 'GET http://evil.example.com/v1/topics HTTP/1.1\r\nhost: evil.example.com\r\n\r\n'],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('%s harms nobody and tells nothing', async (_, bytes) => {
    const { port } = openOnFreePort()
    const answer = await exchange(port, Buffer.from(bytes, 'latin1'))
    expect(answer).not.toMatch(/HTTP\/1\.1 (2|500)|\.ts|\bat \/|Error:/)
    expect((await fetch(`http://127.0.0.1:${port}/v1/topics`)).status).toBe(200)
    expect(warnings).toEqual([])
  })

  test('many requests on one connection are answered in their order', async () => {
    const { port } = openOnFreePort()
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`
    const answers = await exchange(port, request('/v1/topics') + request('/nothing') + request('/v1/groups'))
    expect([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '404', '200'])
  })
})

test('once it is closed nobody comes in', async () => {
  const server = openOnFreePort()
  await (await fetch(`http://127.0.0.1:${server.port}/v1/topics`)).text()
  await server.close()
  expect(fetch(`http://127.0.0.1:${server.port}/v1/topics`, { keepalive: false })).rejects.toThrow()
})

test('Hono and zod are loaded with the first request: nothing that a start needs imports them', () => {
  const root = resolve(import.meta.dir, '../../../src')
  const seen = new Set<string>()
  const packages = new Set<string>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    for (const { target, isPackage, isType } of importsOf(path, readFileSync(`${root}/${path}`, 'utf8'))) {
      if (isPackage && !isType) packages.add(target)
      else if (!isType && target.endsWith('.ts') && target !== 'host/rest/app.ts') visit(target)
    }
  }
  visit('main.ts')
  expect(seen).toContain('host/rest/server.ts')
  expect([...packages].filter(name => !/^(?:node:|bun\b)/.test(name))).toEqual([])
})
