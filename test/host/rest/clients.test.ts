import { afterEach, expect, test } from 'bun:test'
import { Entrance } from '../../../src/host/listen.ts'
import { RestClients, type RestClientsOptions } from '../../../src/host/rest/clients.ts'
import { HostileClient } from '../../network/hostile.ts'

const MIB = 1024 * 1024
/** What both sockets of a way, and its queue, hold of an answer that is not read. */
const MOST_HELD_BYTES = 32 * MIB

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

/** Clients that come to both loopback addresses, and what is said of them. */
function receive(options: Partial<RestClientsOptions>) {
  const lines: string[] = []
  const log = {
    error: (line: string) => void lines.push(line),
    warnSparingly: (_: string, line: string) => void lines.push(line),
  }
  const clients = new RestClients({ log, answer: async () => new Response('hello'), ...options })
  const entrance = new Entrance({ host: 'localhost', port: 0 }, '--http-port', clients.admit)
  const close = () => {
    entrance.close()
    return clients.close()
  }
  ended.push(close)
  return { lines, port: entrance.port, url: `http://127.0.0.1:${entrance.port}/`, close }
}

async function come(port: number, options?: { reads?: boolean }): Promise<HostileClient> {
  const client = await HostileClient.connect(port, options)
  ended.push(() => client[Symbol.dispose]())
  return client
}

const get = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'
const bytesOf = (text: string) => new TextEncoder().encode(text)
const fresh = { keepalive: false, headers: { connection: 'close' } }

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never: ${holds}`)
    await Bun.sleep(5)
  }
}

test('are answered, and their addresses are known', async () => {
  const { port } = receive({ answer: async (_, address) => new Response(address) })
  for (const [host, address] of [
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]', '::1'],
  ] as const) {
    expect(await (await fetch(`http://${host}:${port}/`, fresh)).text()).toBe(address)
  }
})

test('are refused beyond what there may be of them, until one has gone', async () => {
  const { port, url, lines } = receive({ maxCount: () => 2 })
  const first = await come(port)
  await come(port, { reads: true })
  const third = await come(port, { reads: true })
  await third.closed
  expect(lines).toEqual(['a client of REST refused: there are 2 (limit on open files)'])
  first[Symbol.dispose]()
  let text = ''
  while (text === '')
    text = await fetch(url, fresh).then(
      response => response.text(),
      () => '',
    )
  expect(text).toBe('hello')
})

test('that say nothing, or half of something, are closed; those that use their connection are not', async () => {
  const { port } = receive({ idleMs: 300 })
  const [silent, half, busy] = [
    await come(port, { reads: true }),
    await come(port, { reads: true }),
    await come(port, { reads: true }),
  ]
  half.send(bytesOf(get.slice(0, 20)))
  const end = Date.now() + 1000
  while (Date.now() < end) {
    busy.send(bytesOf(get))
    await Bun.sleep(50)
  }
  expect([silent.isClosed, half.isClosed, busy.isClosed]).toEqual([true, true, false])
})

test('that read nothing do not have their answers kept here, and get all of them once they read', async () => {
  const sizeBytes = 128 * MIB
  let givenBytes = 0
  const stream = () =>
    new ReadableStream({
      pull(controller) {
        givenBytes += MIB
        controller.enqueue(new Uint8Array(MIB))
        if (givenBytes === sizeBytes) controller.close()
      },
    })
  const { port } = receive({ answer: async () => new Response(stream()) })
  const client = await come(port)
  client.send(bytesOf(get))
  await until(() => givenBytes > 0)
  await Bun.sleep(300)
  expect(givenBytes).toBeLessThan(MOST_HELD_BYTES)
  client.listen()
  await until(() => client.readBytes >= sizeBytes)
})

test('that read slowly get all of an answer that the system has taken, and others are closed meanwhile', async () => {
  const sizeBytes = 256 * 1024
  const { port } = receive({ idleMs: 100, answer: async () => new Response(new Uint8Array(sizeBytes)) })
  const [slow, silent] = [await come(port), await come(port, { reads: true })]
  slow.send(bytesOf(get))
  await silent.closed
  await Bun.sleep(500)
  slow.listen()
  await slow.closed
  expect(slow.readBytes).toBeGreaterThan(sizeBytes)
})

test('that still have much to read are waited for', async () => {
  const sizeBytes = 64 * MIB
  const { port } = receive({ idleMs: 100, answer: async () => new Response(new Uint8Array(sizeBytes)) })
  const client = await come(port)
  client.send(bytesOf(get))
  await Bun.sleep(600)
  client.listen()
  await until(() => client.readBytes > sizeBytes)
})

test('may send as much as they like, as fast as it is read', async () => {
  const { url } = receive({ answer: async request => new Response(Bun.hash(await request.arrayBuffer()).toString()) })
  const body = crypto.getRandomValues(new Uint8Array(65_536)).buffer
  const long = new Blob(Array.from({ length: 400 }, () => body))
  const response = await fetch(url, { method: 'POST', body: long })
  expect(await response.text()).toBe(Bun.hash(await long.arrayBuffer()).toString())
})

test('that are refused while they still send get the answer', async () => {
  const { url } = receive({
    answer: async () => new Response('too much', { status: 413, headers: { connection: 'close' } }),
  })
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(8 * MIB) })
  expect([response.status, await response.text()]).toEqual([413, 'too much'])
})

test('that say nothing are let go when it closes', async () => {
  const { port, close } = receive({})
  const client = await come(port, { reads: true })
  await close()
  await client.closed
})

test('that have their answers, and stay, do not hold it up when it closes', async () => {
  const { port, close } = receive({})
  const clients = [await come(port), await come(port)]
  clients[0]?.send(bytesOf(get))
  clients[1]?.send(bytesOf(get.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')))
  await Bun.sleep(100)
  const startMs = performance.now()
  await close()
  expect(performance.now() - startMs).toBeLessThan(300)
})

test('that have just asked when it closes get their answers', async () => {
  let closed: Promise<void> | undefined
  const log = { error: () => {}, warnSparingly: () => {} }
  const clients = new RestClients({ log, answer: async () => new Response('hello') })
  const entrance = new Entrance({ host: '127.0.0.1', port: 0 }, '--http-port', socket => {
    const guest = clients.admit(socket)
    if (!guest) return undefined
    return {
      received(chunk) {
        guest.received(chunk)
        closed ??= clients.close()
      },
      writable: () => guest.writable(),
      ended: () => guest.ended(),
      closed: () => guest.closed(),
    }
  })
  const client = await come(entrance.port, { reads: true })
  client.send(bytesOf(get))
  await client.closed
  expect(client.readBytes).toBeGreaterThan(0)
  await closed
  entrance.close()
})

test('that send a body byte by byte are closed', async () => {
  const { port } = receive({ answer: async request => new Response(await request.text()) })
  const client = await come(port, { reads: true })
  client.send(bytesOf('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n'))
  const deadlineMs = performance.now() + 20_000
  while (!client.isClosed && performance.now() < deadlineMs) {
    client.send(bytesOf('x'))
    await Bun.sleep(500)
  }
  expect(client.isClosed).toBe(true)
}, 30_000)

test('that are here when it closes get their answers', async () => {
  const asked = Promise.withResolvers<void>()
  const given = Promise.withResolvers<Response>()
  const { url, close } = receive({
    answer: () => {
      asked.resolve()
      return given.promise
    },
  })
  const response = fetch(url, fresh)
  await asked.promise
  const closed = close()
  given.resolve(new Response('x'.repeat(MIB)))
  expect((await (await response).text()).length).toBe(MIB)
  await closed
})
