/**
 * Hostile beginnings to a lobby: whether it answers them or leaves them to the broker, a client gets what the broker alone
 * would have sent.
 * @module
 */
import { afterAll, expect, spyOn, test } from 'bun:test'
import { metadata } from '../../src/api/03-metadata.ts'
import { apiVersions } from '../../src/api/18-api-versions.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import type { ClientSocket } from '../../src/host/listen.ts'
import { Lobby } from '../../src/host/lobby.ts'
import { LENGTH_BYTES } from '../../src/wire/frame.ts'
import { Reader } from '../../src/wire/reader.ts'
import { readInt32, writeInt32 } from '../../src/wire/records/integers.ts'
import { readAnswer } from '../clients/answer-frame.ts'
import { seed, withSeed } from '../seed.ts'
import { frameOf } from '../sim/client.ts'
import { chosen, SeededRandom } from '../sim/random.ts'
import { World } from '../sim/world.ts'
import { HostileClient } from './hostile-client.ts'
import { mutantsOf } from './mutant-count.ts'
import { Mutator } from './mutation.ts'

const { count: mutantCount, timeoutMs } = mutantsOf('lobby')
const LAST_VERSION = 4
const MOST_CUTS = 3
const CORRELATION_ID = 7

const names = ['some-client', 'a', 'x'.repeat(110)]
const questions = [0, 1, 2, 3, 4].flatMap(version =>
  names.map(name => {
    const request = { clientSoftwareName: name, clientSoftwareVersion: '1.0' }
    return { version, frame: frameOf(apiVersions, version, request, CORRELATION_ID) }
  }),
)
const other = frameOf(
  metadata,
  4,
  {
    topics: [],
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  },
  8,
)

const lobby = new Lobby({ host: '127.0.0.1', port: 0, isEphemeral: true, dataDirectory: '' })
const world = new World()
const socket = await someSocket()
const written: Uint8Array[] = []
spyOn(socket, 'write').mockImplementation(data => {
  if (!(data instanceof Uint8Array)) throw new Error('no bytes')
  written.push(data)
  return data.length
})
afterAll(() => {
  socket.terminate()
  lobby.entrance.close()
})

/** A socket that the lobby has let in, and whose client sends nothing: guests get their bytes from the test. */
async function someSocket(): Promise<ClientSocket> {
  const { promise, resolve } = Promise.withResolvers<ClientSocket>()
  const letIn = lobby.entrance.admit
  lobby.entrance.admit = socket => {
    resolve(socket)
    return undefined
  }
  await Bun.connect({ hostname: '127.0.0.1', port: lobby.entrance.port, socket: { data() {}, error() {} } })
  const socket = await promise
  lobby.entrance.admit = letIn
  return socket
}

test('every question that is sound is answered', () => {
  for (const { version, frame } of questions) {
    const { answer } = throughLobby([frame])
    expect(versionsOf(answer, version, CORRELATION_ID).errorCode).toBe(0)
  }
})

test(
  `${mutantCount} mutants of ApiVersions`,
  () => {
    const random = new SeededRandom(seed)
    const mutator = new Mutator(random)
    let answeredCount = 0
    for (let count = 0; count < mutantCount; count++) {
      const bytes = mutant(random, mutator)
      withSeed(
        () => bytes.toHex(),
        () => {
          if (expectSame(bytes, inPieces(random, bytes))) answeredCount++
        },
      )
    }
    expect(answeredCount).toBeGreaterThan(mutantCount / 100)
  },
  timeoutMs,
)

/** A question with something wrong, most of them with the length that they should have, some with more behind it: a copy. */
function mutant(random: SeededRandom, mutator: Mutator): Uint8Array {
  const { frame } = chosen(random, questions)
  const behind = chosen(random, [[], [], [other], [frame]])
  if (random.below(5) === 0) return mutator.mutate(concatBytes([frame, ...behind])).slice()
  const bytes = mutator.mutate(frame, LENGTH_BYTES)
  if (bytes.length >= LENGTH_BYTES) writeInt32(bytes, 0, bytes.length - LENGTH_BYTES)
  return concatBytes([bytes, ...behind]).slice()
}

function inPieces(random: SeededRandom, bytes: Uint8Array): Uint8Array[] {
  const cuts = Array.from({ length: random.below(MOST_CUTS + 1) }, () => random.below(bytes.length + 1))
  const ends = [0, ...cuts.sort((a, b) => a - b), bytes.length]
  return ends.slice(1).map((end, index) => bytes.slice(ends[index], end))
}

/** Throws where lobby and broker together send something else than the broker alone. Returns whether the lobby answered. */
function expectSame(bytes: Uint8Array, pieces: readonly Uint8Array[]): boolean {
  const { answer, rest } = throughLobby(pieces)
  const alone = throughBroker([bytes])
  const later = throughBroker([rest])
  expect(later.reason).toBe(alone.reason)
  if (answer.length === 0) {
    expect(rest).toEqual(bytes)
    return false
  }
  const firstBytes = LENGTH_BYTES + readInt32(alone.sent, 0)
  const correlationId = readInt32(answer, LENGTH_BYTES)
  const version = bytes[7] ?? 0
  const { finalizedFeaturesEpoch: epoch, ...early } = versionsOf(answer, version, correlationId)
  const { finalizedFeaturesEpoch: latestEpoch, ...late } = versionsOf(
    alone.sent.subarray(0, firstBytes),
    version,
    correlationId,
  )
  expect(early).toEqual(late)
  expect(epoch).toBeLessThanOrEqual(latestEpoch)
  expect(later.sent).toEqual(alone.sent.slice(firstBytes))
  return true
}

/** What a guest is answered, and what is handed over with him. */
function throughLobby(pieces: readonly Uint8Array[]): { answer: Uint8Array; rest: Uint8Array } {
  written.length = 0
  const guest = lobby.entrance.admit(socket)
  for (const piece of pieces) guest?.received(piece)
  const handed: Uint8Array[] = []
  lobby.empty(() => ({ received: chunk => void handed.push(chunk), writable() {}, ended() {}, closed() {} }))
  return { answer: concatBytes(written), rest: concatBytes(handed) }
}

function throughBroker(pieces: readonly Uint8Array[]): { sent: Uint8Array; reason: string | null } {
  const client = new HostileClient()
  const session = world.broker.connect(client)
  for (const piece of pieces) session.receive(piece)
  session.close()
  return { sent: concatBytes(client.pieces), reason: client.reason }
}

/** Throws where `frame` is not one answer of that version. */
function versionsOf(frame: Uint8Array, version: number, correlationId: number) {
  expect(version).toBeLessThanOrEqual(LAST_VERSION)
  expect(frame.length).toBe(LENGTH_BYTES + readInt32(frame, 0))
  return readAnswer(new Reader(frame, LENGTH_BYTES), apiVersions, version, correlationId)
}
