import { describe, expect, test } from 'bun:test'
import type { Peer } from '../../src/broker/peer.ts'
import type { SessionPort } from '../../src/host/connection.ts'
import { type Address, type ClientSocket, Entrance, ListenError } from '../../src/host/listen.ts'
import type { Log } from '../../src/host/log.ts'
import { serveTcp, type TcpOptions } from '../../src/host/tcp.ts'
import { bytes } from './directory.ts'

/** A session that records what happens to it and does what `onReceive` says. */
class FakeSession implements SessionPort {
  readonly received: Uint8Array[] = []
  heldBytes = 0
  drainedCount = 0
  readonly gone = Promise.withResolvers<void>()
  readonly hasDrained = Promise.withResolvers<void>()
  readonly isLost = Promise.withResolvers<void>()
  /** What it does when its client is gone. */
  onLost = () => this.peer.finish()

  constructor(
    readonly peer: Peer,
    private readonly onReceive: (session: FakeSession, chunk: Uint8Array) => void,
  ) {}

  receive(chunk: Uint8Array): void {
    this.received.push(chunk)
    this.onReceive(this, chunk)
  }

  drained(): void {
    this.drainedCount++
    this.hasDrained.resolve()
  }

  ended(): void {
    this.peer.finish()
  }

  lost(): void {
    this.onLost()
    this.isLost.resolve()
  }

  close(): void {
    this.gone.resolve()
  }

  get receivedBytes(): number {
    return this.received.reduce((sum, chunk) => sum + chunk.length, 0)
  }
}

const NO_LIMITS: TcpOptions['limits'] = {
  maxConnections: Number.POSITIVE_INFINITY,
  maxConnectionsOf: () => Number.POSITIVE_INFINITY,
  maxConnectionCreationRate: 2 ** 31 - 1,
  quotaWindowSeconds: 10,
  connectionsMaxIdleMs: -1,
}

/** A server on a free port of 127.0.0.1 whose sessions do what `onReceive` says, and the lines of its log. */
function started(
  onReceive: (session: FakeSession, chunk: Uint8Array) => void,
  options: Partial<TcpOptions & Address> = {},
) {
  const sessions: FakeSession[] = []
  const lines: string[] = []
  const log: Log = {
    error: line => lines.push(line),
    warn: line => lines.push(line),
    info: line => lines.push(line),
    warnSparingly: (_kind, line) => lines.push(line),
  }
  const connect = (peer: Peer) => {
    const session = new FakeSession(peer, onReceive)
    sessions.push(session)
    return session
  }
  const entrance = new Entrance({ host: '127.0.0.1', port: 0, ...options }, '--port', () => undefined)
  const server = serveTcp({ entrance, connect, log, limits: NO_LIMITS, ...options })
  return { server, sessions, lines, [Symbol.asyncDispose]: () => server.close() }
}

/** A client that collects what it reads. */
async function connected(port: number, hostname = '127.0.0.1') {
  const chunks: Uint8Array[] = []
  const closed = Promise.withResolvers<void>()
  let wanted = { length: 0, resolve: () => {} }
  let length = 0
  const socket = await Bun.connect({
    hostname,
    port,
    socket: {
      data(_socket, chunk) {
        chunks.push(chunk)
        length += chunk.length
        if (length >= wanted.length) wanted.resolve()
      },
      close: () => closed.resolve(),
      error() {},
    },
  })
  return {
    socket,
    closed: closed.promise,
    get bytes() {
      return Buffer.concat(chunks)
    },
    /** Comes back once `count` bytes are there. */
    read(count: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>()
      wanted = { length: count, resolve }
      if (length >= count) resolve()
      return promise
    },
  }
}

const MIB = 1024 * 1024

/** A server, and a socket that it has not received yet. */
async function beforeReceived() {
  const waiting = Promise.withResolvers<ClientSocket>()
  const entrance = new Entrance({ host: '127.0.0.1', port: 0 }, '--port', socket => void waiting.resolve(socket))
  const client = await connected(entrance.port)
  return { client, socket: await waiting.promise, host: started(() => {}, { entrance }) }
}

test('of a client that has reset its connection before it is received everything is read, and its address is unknown', async () => {
  const { client, socket, host } = await beforeReceived()
  await using _ = host
  client.socket.write('last words')
  // The system knows it at once, and says so later.
  client.socket.terminate()
  const guest = host.server.admit(socket)
  socket.data = guest
  const [session] = host.sessions
  await session?.gone.promise
  expect(Buffer.concat(session?.received ?? []).toString()).toBe('last words')
  expect(session?.peer.name).toBe('unknown:0')
  expect(session?.peer.endpoint).toEqual({ host: '127.0.0.1', port: host.server.port })
  expect(host.server.connectionCount).toBe(0)
})

test('a socket that is closed already is not received', async () => {
  const { socket, host } = await beforeReceived()
  await using _ = host
  socket.terminate()
  expect(host.server.admit(socket)).toBeUndefined()
  expect([host.sessions.length, host.server.connectionCount]).toEqual([0, 0])
})

/** A client that is gone without a word, while its session rests. */
async function lost(options: Partial<TcpOptions> = {}) {
  const host = started(({ peer }) => peer.pause(), options)
  const client = await connected(host.server.port)
  client.socket.write('first')
  while (host.sessions[0]?.received.length !== 1) await Bun.sleep(1)
  const [session] = host.sessions
  session.onLost = () => {}
  client.socket.write('last')
  client.socket.terminate()
  await session.isLost.promise
  return { host, session }
}

test('what a client sends before it resets the connection comes to its session, which goes on as long as it likes', async () => {
  const { host, session } = await lost()
  expect(Buffer.concat(session.received).toString()).toBe('firstlast')
  const rested = Promise.withResolvers<void>()
  session.peer.rest(rested.resolve)
  await rested.promise
  session.peer.resume()
  expect(host.server.connectionCount).toBe(1)
  session.peer.finish()
  await session.gone.promise
  expect(host.server.connectionCount).toBe(0)
  await host.server.close()
})

test('a session whose client is gone does not hold up the end of the server', async () => {
  const { host, session } = await lost()
  let hasGoneOn = false
  session.peer.rest(() => {
    hasGoneOn = true
  })
  await host.server.close()
  await session.gone.promise
  await Bun.sleep(1)
  expect([host.server.connectionCount, hasGoneOn]).toEqual([0, false])
})

test('a session whose client is gone is ended where its memory is needed', async () => {
  const { host, session } = await lost({ maxHeldBytes: 10 })
  session.heldBytes = 11
  session.peer.rest(() => {})
  await session.gone.promise
  expect(host.server.connectionCount).toBe(0)
  expect(host.lines).toEqual([expect.stringContaining('closed: clients leave more than')])
  await host.server.close()
})

test('an error of a session whose client is gone ends it', async () => {
  const { host, session } = await lost()
  session.peer.rest(() => {
    throw new TypeError('no such thing')
  })
  await session.gone.promise
  expect(host.server.connectionCount).toBe(0)
  expect(host.lines).toEqual([expect.stringContaining('no such thing')])
  await host.server.close()
})

test('bytes come as plain arrays, answers go back, and both know the other', async () => {
  await using host = started((session, chunk) => session.peer.send([chunk, bytes('!')]))
  const client = await connected(host.server.port)
  client.socket.write('hello')
  await client.read(6)
  expect(client.bytes.toString()).toBe('hello!')
  const [session] = host.sessions
  expect(session?.received[0]?.constructor).toBe(Uint8Array)
  expect(session?.peer.name).toBe(`127.0.0.1:${client.socket.localPort}`)
  expect(session?.peer.endpoint).toEqual({ host: '127.0.0.1', port: host.server.port })
  expect(host.server.connectionCount).toBe(1)
  client.socket.end()
  await session?.gone.promise
  expect(host.server.connectionCount).toBe(0)
})

test('a client that reads nothing costs a queue, gets everything later, and drains once', async () => {
  const answer = new Uint8Array(16 * MIB).map((_, i) => i >> 8)
  let queuedBytes = 0
  await using host = started(session => {
    queuedBytes = session.peer.send([bytes('head'), answer, bytes('tail')])
  })
  const client = await connected(host.server.port)
  client.socket.pause()
  client.socket.write('go')
  while (host.sessions[0]?.received.length !== 1) await Bun.sleep(1)
  expect(queuedBytes).toBeGreaterThan(MIB)
  expect(host.sessions[0].drainedCount).toBe(0)
  client.socket.resume()
  await client.read(answer.length + 8)
  await host.sessions[0].hasDrained.promise
  expect(client.bytes.subarray(4, -4).equals(answer)).toBe(true)
  expect(client.bytes.subarray(0, 4).toString()).toBe('head')
  expect(client.bytes.subarray(-4).toString()).toBe('tail')
  expect(host.sessions[0].drainedCount).toBe(1)
})

test('a paused session gets nothing, its client is stopped, and all of it comes after resume', async () => {
  await using host = started(session => session.peer.pause())
  const client = await connected(host.server.port)
  const content = new Uint8Array(12 * MIB).map((_, i) => i >> 10)
  const sent = client.socket.write(content, 0, content.length)
  expect(sent).toBeLessThan(content.length)
  while (host.sessions[0]?.received.length !== 1) await Bun.sleep(1)
  const [session] = host.sessions
  const receivedBytes = session.receivedBytes
  await Bun.sleep(20)
  expect(session.receivedBytes).toBe(receivedBytes)
  while (session.receivedBytes < sent) {
    session.peer.resume()
    await Bun.sleep(0)
  }
  expect(Buffer.concat(session.received).equals(content.subarray(0, sent))).toBe(true)
})

test('the end of a client is noticed while its session waits', async () => {
  await using host = started(session => session.peer.pause())
  const client = await connected(host.server.port)
  client.socket.write('long poll')
  while (host.sessions[0]?.received.length !== 1) await Bun.sleep(1)
  client.socket.end()
  await host.sessions[0].gone.promise
})

test('a session that resumes itself is not called from within', async () => {
  let depth = 0
  let deepest = 0
  await using host = started(session => {
    depth++
    deepest = Math.max(deepest, depth)
    session.peer.pause()
    session.peer.resume()
    depth--
  })
  const client = await connected(host.server.port)
  for (let i = 0; i < 20; i++) client.socket.write('x')
  while ((host.sessions[0]?.receivedBytes ?? 0) < 20) await Bun.sleep(1)
  expect(deepest).toBe(1)
})

test('close sends what is queued, then ends, and says why', async () => {
  const answer = new Uint8Array(8 * MIB).fill(3)
  await using host = started(session => {
    session.peer.send([answer])
    session.peer.close('frame too large')
  })
  const client = await connected(host.server.port)
  client.socket.write('go')
  client.socket.write('more that nobody reads')
  await client.read(answer.length)
  client.socket.end()
  await client.closed
  expect(client.bytes.length).toBe(answer.length)
  expect(host.lines).toEqual([`${host.sessions[0]?.peer.name} closed: frame too large`])
  expect(host.sessions[0]?.received.length).toBe(1)
})

test('an error in a session ends its connection and no other', async () => {
  await using host = started((session, chunk) => {
    if (chunk[0] === 0) throw new Error('a bug')
    session.peer.send([chunk])
  })
  const good = await connected(host.server.port)
  const bad = await connected(host.server.port)
  bad.socket.write(new Uint8Array(1))
  await bad.closed
  good.socket.write('still here')
  await good.read(10)
  expect(host.lines).toHaveLength(1)
  expect(host.lines[0]).toContain('a bug')
})

test('more connections than allowed are closed as they come', async () => {
  await using host = started((session, chunk) => session.peer.send([chunk]), {
    limits: { ...NO_LIMITS, maxConnections: 1 },
  })
  const first = await connected(host.server.port)
  first.socket.write('a')
  await first.read(1)
  const second = await connected(host.server.port)
  await second.closed
  expect(host.server.connectionCount).toBe(1)
  expect(host.lines[0]).toContain('there are 1 connections')
  first.socket.end()
  await host.sessions[0]?.gone.promise
  const third = await connected(host.server.port)
  third.socket.write('b')
  await third.read(1)
})

test('a stopped server takes nobody new and serves the others until it is closed', async () => {
  await using host = started((session, chunk) => session.peer.send([chunk]))
  const client = await connected(host.server.port)
  client.socket.write('a')
  await client.read(1)
  host.server.stopAccepting()
  expect(connected(host.server.port)).rejects.toThrow()
  client.socket.write('b')
  await client.read(2)
  await host.server.close()
  await client.closed
})

test('one address has no more connections than it may have, and gets back the place of one that is gone', async () => {
  await using host = started((session, chunk) => session.peer.send([chunk]), {
    limits: { ...NO_LIMITS, maxConnectionsOf: () => 1 },
  })
  const first = await connected(host.server.port)
  const second = await connected(host.server.port)
  await second.closed
  expect(host.lines).toEqual(['127.0.0.1 refused: it has 1 connections (max.connections.per.ip)'])
  first.socket.end()
  await host.sessions[0]?.gone.promise
  const third = await connected(host.server.port)
  third.socket.write('b')
  await third.read(1)
})

describe('new connections that come too fast', () => {
  /** Five a second, and as many at once. */
  const slow = { ...NO_LIMITS, maxConnectionCreationRate: 5, quotaWindowSeconds: 1 }

  test('wait for their turn, one after the other, and lose nothing', async () => {
    await using host = started((session, chunk) => session.peer.send([chunk]), { limits: slow })
    const clients = await Promise.all(Array.from({ length: 8 }, () => connected(host.server.port)))
    const beganMs = performance.now()
    for (const [index, client] of clients.entries()) client.socket.write(`${index}`)
    await Promise.all(clients.slice(0, 5).map(client => client.read(1)))
    expect(host.server.connectionCount).toBeLessThan(8)
    await Promise.all(clients.map(client => client.read(1)))
    expect(performance.now() - beganMs).toBeGreaterThan(500)
    expect(clients.map(client => client.bytes.toString())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  })

  test('are closed by a server that closes', async () => {
    await using host = started((session, chunk) => session.peer.send([chunk]), {
      limits: { ...slow, maxConnectionCreationRate: 0 },
    })
    const client = await connected(host.server.port)
    client.socket.write('a')
    await host.server.close()
    await client.closed
    expect(host.sessions).toEqual([])
  })

  test('come in at once when the limit is lifted', async () => {
    const limits = { ...slow, maxConnectionCreationRate: 0 }
    await using host = started((session, chunk) => session.peer.send([chunk]), { limits })
    const client = await connected(host.server.port)
    client.socket.write('a')
    limits.maxConnectionCreationRate = NO_LIMITS.maxConnectionCreationRate
    await client.read(1)
  })
})

test('a connection that nothing goes over is closed, one that is used is not', async () => {
  await using host = started((session, chunk) => session.peer.send([chunk]), {
    limits: { ...NO_LIMITS, connectionsMaxIdleMs: 300 },
  })
  const idle = await connected(host.server.port)
  const used = await connected(host.server.port)
  const beats = setInterval(() => used.socket.write('a'), 50)
  await idle.closed
  await used.read(used.bytes.length + 2)
  clearInterval(beats)
  await used.closed
  expect(host.lines).toEqual([])
})

test('a connection that waits for us, or that we wait for, is closed as well', async () => {
  await using host = started(
    session => {
      session.peer.send([new Uint8Array(16 * MIB)])
      session.peer.pause()
    },
    { limits: { ...NO_LIMITS, connectionsMaxIdleMs: 200 } },
  )
  const client = await connected(host.server.port)
  client.socket.pause()
  client.socket.write('go')
  while (host.sessions.length === 0) await Bun.sleep(1)
  await host.sessions[0]?.gone.promise
  expect(host.server.connectionCount).toBe(0)
})

test('too much unread: who has not moved for longest goes, and who reads stays', async () => {
  await using host = started(session => session.peer.send([new Uint8Array(8 * MIB)]), { maxHeldBytes: 16 * MIB })
  const asleep = await Promise.all(Array.from({ length: 8 }, () => connected(host.server.port)))
  for (const client of asleep) {
    client.socket.pause()
    client.socket.write('go')
  }
  const reader = await connected(host.server.port)
  for (let count = 1; count <= 5; count++) {
    reader.socket.write('go')
    await reader.read(count * 8 * MIB)
  }
  expect(host.lines.length).toBeGreaterThan(0)
  expect(host.lines[0]).toContain('clients leave more than 16 MiB unsent or unread')
  expect(host.server.connectionCount).toBe(9 - host.lines.length)
})

test('what is held is told to those who answer: there is less room', async () => {
  const rooms: number[] = []
  await using host = started(
    session => {
      rooms.push(session.peer.roomBytes)
      session.peer.send([new Uint8Array(16 * MIB)])
    },
    { maxHeldBytes: 32 * MIB },
  )
  for (let count = 0; count < 3; count++) {
    const client = await connected(host.server.port)
    client.socket.pause()
    client.socket.write('go')
    while (rooms.length === count) await Bun.sleep(1)
  }
  expect(rooms[0]).toBe(16 * MIB)
  expect(rooms[1]).toBeLessThan(rooms[0] ?? 0)
  expect(rooms[2]).toBe(MIB)
})

test('who is told another address by the operator is told that one', async () => {
  const advertised = { host: 'broker.test', port: 19_092 }
  await using host = started(() => {}, { advertised })
  const client = await connected(host.server.port)
  client.socket.write('a')
  while (!host.sessions[0]) await Bun.sleep(1)
  expect(host.sessions[0].peer.endpoint).toEqual(advertised)
})

test('localhost is both loopback addresses on one port', async () => {
  await using host = started((session, chunk) => session.peer.send([chunk]), { host: 'localhost' })
  for (const address of host.server.hosts) {
    const client = await connected(host.server.port, address)
    client.socket.write('a')
    await client.read(1)
  }
  expect(host.server.hosts[0]).toBe('127.0.0.1')
  const told = { '127.0.0.1': '127.0.0.1', '::1': 'localhost' }
  expect(host.sessions.map(({ peer }) => peer.endpoint.host)).toEqual(
    host.server.hosts.map(address => told[address as keyof typeof told]),
  )
})

test('an IPv4 client of a dual listener keeps its IPv4 address', async () => {
  await using host = started(() => {}, { host: '::' })
  const client = await connected(host.server.port)
  client.socket.write('a')
  while (!host.sessions[0]) await Bun.sleep(1)
  expect(host.sessions[0].peer.name).toBe(`127.0.0.1:${client.socket.localPort}`)
})

test('an address that cannot be listened on is one line', async () => {
  await using host = started(() => {})
  const { port } = host.server
  const taken = `cannot listen on 127.0.0.1 port ${port}: it is taken; choose another with --port, or a free one with --port 0`
  expect(() => started(() => {}, { port })).toThrow(new ListenError(taken))
  expect(() => started(() => {}, { port, host: 'localhost' })).toThrow(new ListenError(taken))
  expect(() => started(() => {}, { host: 'no.such.host.invalid' })).toThrow(ListenError)
})
