import { expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fetch } from '../../src/api/01-fetch.ts'
import { apiVersions } from '../../src/api/18-api-versions.ts'
import { concatBytes, noBytes } from '../../src/base/bytes.ts'
import { FEATURES_NOTE, METADATA_EPOCHS } from '../../src/broker/features-note.ts'
import { earlySettings } from '../../src/host/cli/early-settings.ts'
import type { Admit } from '../../src/host/listen.ts'
import { Lobby, openLobby } from '../../src/host/lobby.ts'
import { connect } from '../clients/wire-client.ts'
import { frameOf } from '../sim/client.ts'
import { fetchOf, World } from '../sim/world.ts'
import { temporaryDirectory } from './directory.ts'

const named = { clientSoftwareName: 'some-client', clientSoftwareVersion: '1.0' }
const utf8 = new TextEncoder()
const LOOPBACK = { host: '127.0.0.1', port: 0, isEphemeral: true, dataDirectory: '' }

/** A broker that comes later: it takes note of what it is handed. */
function lateBroker() {
  const chunks: Uint8Array[] = []
  const handed = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const admit: Admit = () => ({
    received(chunk) {
      chunks.push(chunk)
      handed.resolve()
    },
    writable() {},
    ended: () => ended.resolve(),
    closed() {},
  })
  return { admit, handed: handed.promise, ended: ended.promise, bytes: () => Buffer.concat(chunks) }
}

/** A client that sends `frames` at once, and what it has got once `bytes` are there. */
async function sent(port: number, ...frames: Uint8Array[]) {
  const chunks: Uint8Array[] = []
  const socket = await Bun.connect({
    hostname: LOOPBACK.host,
    port,
    socket: { data: (_socket, chunk) => void chunks.push(chunk), error() {} },
  })
  socket.write(Buffer.concat(frames))
  return { [Symbol.dispose]: () => socket.end(), end: () => socket.end(), bytes: () => Buffer.concat(chunks) }
}

test('before the broker is there every version is told what the broker will tell', async () => {
  const lobby = new Lobby(LOOPBACK)
  const broker = new World().connect()
  for (let version = 0; version <= 4; version++) {
    using client = await connect(lobby.entrance.port)
    const { finalizedFeaturesEpoch: epoch, ...answer } = await client.call(apiVersions, version, named)
    const { finalizedFeaturesEpoch: laterEpoch, ...later } = broker.call(apiVersions, version, named)
    expect(answer).toEqual(later)
    expect(epoch).toBeLessThanOrEqual(laterEpoch)
    expect(epoch).toBeGreaterThanOrEqual(version < 3 ? -1 : 1)
  }
  lobby.entrance.close()
})

test('what a client asked that has nothing more to say is handed over, and that it has not', async () => {
  const lobby = new Lobby(LOOPBACK)
  const late = lateBroker()
  const frame = frameOf(fetch, 12, fetchOf('t'), 7)
  using client = await sent(lobby.entrance.port, frame)
  client.end()
  await Bun.sleep(20)
  lobby.empty(late.admit)
  await late.ended
  expect(late.bytes()).toEqual(Buffer.from(frame))
  lobby.entrance.close()
})

test('more clients than a low limit on open files leaves room for are sent away', async () => {
  const lobby = new Lobby(LOOPBACK)
  const { port } = lobby.entrance
  let closedCount = 0
  const sockets = await Promise.all(
    Array.from({ length: 70 }, () =>
      Bun.connect({
        hostname: LOOPBACK.host,
        port,
        socket: { data() {}, error() {}, close: () => void closedCount++ },
      }),
    ),
  )
  while (closedCount < 6) await Bun.sleep(1)
  using client = await connectAfter(sockets[0], port)
  expect((await client.call(apiVersions, 2, named)).errorCode).toBe(0)
  expect(closedCount).toBe(7)
  for (const socket of sockets) socket.end()
  lobby.entrance.close()
})

test('who has asked what takes longer and has gone makes room for others', async () => {
  const lobby = new Lobby(LOOPBACK)
  const { port } = lobby.entrance
  for (let count = 0; count < 70; count++) {
    const gone = await sent(port, frameOf(fetch, 12, fetchOf('t'), count))
    gone.end()
  }
  await Bun.sleep(20)
  using client = await connect(port)
  expect((await client.call(apiVersions, 2, named)).errorCode).toBe(0)
  lobby.entrance.close()
})

/** Connects when another has gone. */
async function connectAfter(other: { end(): unknown } | undefined, port: number) {
  other?.end()
  await Bun.sleep(20)
  return connect(port)
}

/** The files of a broker that tell of its features. */
function filesOf({ disk }: World): Map<string, Uint8Array> {
  const paths = ['meta.properties', FEATURES_NOTE, METADATA_EPOCHS]
  return new Map(paths.map(path => [path, disk.readFile(path) ?? noBytes]))
}

/** A lobby before a directory with these files. */
function lobbyOn(files: ReadonlyMap<string, Uint8Array>) {
  const directory = temporaryDirectory()
  mkdirSync(`${directory.path}/__cluster_metadata-0`)
  for (const [path, bytes] of files) writeFileSync(`${directory.path}/${path}`, bytes)
  const lobby = new Lobby({ ...LOOPBACK, isEphemeral: false, dataDirectory: directory.path })
  const close = () => {
    lobby.entrance.close()
    directory[Symbol.dispose]()
  }
  return { lobby, port: lobby.entrance.port, [Symbol.dispose]: close }
}

test('who asks for features on a directory that had a broker is told of those that are noted', async () => {
  const world = new World()
  const features = world.connect().call(apiVersions, 3, named)
  world.createTopic('t', 50)
  world.crash()
  using on = lobbyOn(filesOf(world))
  using client = await connect(on.port)
  expect(await client.call(apiVersions, 3, named)).toEqual(features)
})

const LONG = '\n'.repeat(5000)

test.each([
  ['was Kafka', files => files.set(METADATA_EPOCHS, utf8.encode('0\n2\n1 0\n2 30\n'))],
  ['left no note', files => files.delete(FEATURES_NOTE)],
  [
    'left a note that is too long',
    files => {
      for (const [path, bytes] of files) files.set(path, concatBytes([bytes, utf8.encode(LONG)]))
    },
  ],
  ['left other features', files => files.set(FEATURES_NOTE, withLevel(files.get(FEATURES_NOTE), 1))],
] as const satisfies [string, (files: Map<string, Uint8Array>) => void][])(
  'who asks for features where a broker %s is handed over to the next one',
  async (_what, change) => {
    const files = filesOf(new World())
    change(files)
    using on = lobbyOn(files)
    const late = lateBroker()
    const [plain, withFeatures] = [frameOf(apiVersions, 2, named, 5), frameOf(apiVersions, 3, named, 6)]
    using client = await sent(on.port, plain, withFeatures)
    while (client.bytes().length === 0) await Bun.sleep(1)
    using other = await sent(on.port, withFeatures)
    await Bun.sleep(20)
    expect(client.bytes().readInt32BE(4)).toBe(5)
    expect(other.bytes().length).toBe(0)
    on.lobby.empty(late.admit)
    while (late.bytes().length < 2 * withFeatures.length) await Bun.sleep(1)
    expect(late.bytes().equals(concatBytes([withFeatures, withFeatures]))).toBe(true)
  },
)

/** A note whose `transaction.version` is another. */
function withLevel(note: Uint8Array | undefined, level: number): Uint8Array {
  return utf8.encode(new TextDecoder().decode(note).replace(/(transaction.version=)\d/, `$1${level}`))
}

test('a directory without a broker yet is no different from none', async () => {
  using directory = temporaryDirectory()
  const lobby = new Lobby({ ...LOOPBACK, isEphemeral: false, dataDirectory: directory.path })
  using client = await sent(lobby.entrance.port, frameOf(apiVersions, 4, named, 6))
  while (client.bytes().length === 0) await Bun.sleep(1)
  expect(client.bytes().readInt32BE(4)).toBe(6)
  lobby.entrance.close()
})

const question = frameOf(apiVersions, 3, named, 7)
const other = frameOf(fetch, 12, fetchOf('any', {}), 8)

test.each([
  ['another request', [other]],
  ['a question behind another request', [other, question]],
  ['half a question', [question.subarray(0, 20)]],
  ['a version that is not known', [frameOf(apiVersions, 0, named, 7).with(7, 99)]],
  ['a client without a name', [frameOf(apiVersions, 3, { ...named, clientSoftwareName: '' }, 7)]],
  ['a client with a bad name', [frameOf(apiVersions, 3, { ...named, clientSoftwareName: 'a b' }, 7)]],
  ['a client id that is longer than its frame', [frameOf(apiVersions, 0, named, 7).with(13, 99)]],
  ['bytes that are no frame', [new Uint8Array([0xff, 0xff, 0xff, 0xff, 0, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0])]],
] as const)('%s waits for the broker', async (_what, frames) => {
  const lobby = new Lobby(LOOPBACK)
  const late = lateBroker()
  using client = await sent(lobby.entrance.port, ...frames)
  await Bun.sleep(20)
  expect(client.bytes().length).toBe(0)
  lobby.empty(late.admit)
  await late.handed
  expect(late.bytes()).toEqual(Buffer.concat(frames))
  lobby.entrance.close()
})

test('one question is answered, which the socket is sure to take, and the others wait', async () => {
  const lobby = new Lobby(LOOPBACK)
  const late = lateBroker()
  const questions = Array.from({ length: 1000 }, () => question)
  using client = await sent(lobby.entrance.port, ...questions)
  while (client.bytes().length === 0) await Bun.sleep(1)
  await Bun.sleep(20)
  expect(client.bytes().length).toBe(client.bytes().readInt32BE(0) + 4)
  lobby.empty(late.admit)
  while (late.bytes().length < 999 * question.length) await Bun.sleep(1)
  expect(late.bytes().equals(Buffer.concat(questions.slice(1)))).toBe(true)
  lobby.entrance.close()
})

test('what stands before is answered, what stands behind is handed over', async () => {
  const lobby = new Lobby(LOOPBACK)
  const late = lateBroker()
  using client = await sent(lobby.entrance.port, question, other, question)
  while (client.bytes().length === 0) await Bun.sleep(1)
  expect(client.bytes().readInt32BE(4)).toBe(7)
  lobby.empty(late.admit)
  await late.handed
  expect(late.bytes()).toEqual(Buffer.concat([other, question]))
  lobby.entrance.close()
})

test('who sends much is not read on until the broker is there', async () => {
  const lobby = new Lobby(LOOPBACK)
  const late = lateBroker()
  const much = new Uint8Array(16 * 1024 * 1024)
  much.set(other)
  let taken = 0
  const socket = await Bun.connect({
    hostname: LOOPBACK.host,
    port: lobby.entrance.port,
    socket: {
      drain(self) {
        taken += self.write(much.subarray(taken))
      },
      error() {},
    },
  })
  taken += socket.write(much)
  await Bun.sleep(100)
  expect(taken).toBeLessThan(much.length)
  lobby.empty(late.admit)
  while (late.bytes().length < much.length) await Bun.sleep(5)
  expect(late.bytes().equals(much)).toBe(true)
  socket.end()
  lobby.entrance.close()
})

test('an address that is taken is no lobby, and no error yet', () => {
  const lobby = new Lobby(LOOPBACK)
  expect(openLobby({ ...LOOPBACK, port: lobby.entrance.port })).toBeNull()
  lobby.entrance.close()
})

const HOME = '/home/me'
const early = { host: 'localhost', port: 9092, dataDirectory: '/home/me/.local/share/strikemq', isEphemeral: false }

test.each([
  [[], {}, early],
  [
    ['serve', '--port', '1', '--host=0.0.0.0', '--json'],
    { STRIKEMQ_PORT: '2' },
    { ...early, host: '0.0.0.0', port: 1 },
  ],
  [['-q'], { STRIKEMQ_PORT: '2', STRIKEMQ_HOST: '::1' }, { ...early, host: '::1', port: 2 }],
  [['--data-dir', 'd', '--ephemeral'], {}, { ...early, dataDirectory: 'd', isEphemeral: true }],
  [['--data-dir', 'd'], { STRIKEMQ_EPHEMERAL: 'false' }, { ...early, dataDirectory: 'd' }],
  [[], { STRIKEMQ_PORT: 'tcp://10.0.0.1:9092', STRIKEMQ_SERVICE_HOST: '10.0.0.1', STRIKEMQ_HOST: '' }, early],
  [['config', '--port', '1'], {}, null],
  [['--help'], {}, null],
  [['--prot', '1'], {}, null],
  [['--port', 'x'], {}, null],
  [['--port', '1', '--config', 'server.properties'], {}, null],
  [['-o', 'listeners=PLAINTEXT://:1'], {}, null],
  [[], { STRIKEMQ_CONFIG: 'server.properties' }, null],
  [[], { KAFKA_LISTENERS: 'PLAINTEXT://:1' }, null],
])('the early settings of %j with %j are %j', (args, environment, settings) => {
  expect(earlySettings(args, { HOME, ...environment }, 'linux')).toEqual(settings)
})
