import { expect, test } from 'bun:test'
import { updateFeatures } from '../../src/api/57-update-features.ts'
import { FEATURES_NOTE, METADATA_EPOCHS, notedFeatures } from '../../src/broker/features-note.ts'
import { METADATA_DIRECTORY } from '../../src/broker/format.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { World } from '../sim/world.ts'

const utf8 = new TextEncoder()
const text = new TextDecoder()
const LEVELS_OF_NEW = 'metadata.version=30 eligible.leader.replicas.version=1 transaction.version=2'

/** Returns the error code. */
function lowerTransactionVersion(world: World): number {
  const featureUpdates = [{ feature: 'transaction.version', maxVersionLevel: 1, allowDowngrade: false, upgradeType: 2 }]
  return world.connect().call(updateFeatures, 1, { timeoutMs: 1000, featureUpdates, validateOnly: false }).errorCode
}

function noted({ disk }: World) {
  return notedFeatures(path => text.decode(disk.readFile(path) ?? undefined))
}

function levelsNoted(world: World): string | undefined {
  return noted(world)?.levels
}

test('a new directory has a note of its features, which stays as it is', () => {
  const world = new World()
  const first = noted(world)
  expect(first).toEqual({ epoch: expect.stringMatching(/^[0-9a-f]{16}$/), levels: LEVELS_OF_NEW })
  world.createTopic('t', 50)
  world.crash()
  expect(noted(world)).toEqual(first)
  const calls = world.callsDuring(() => world.restart()).filter(({ path }) => path.startsWith(FEATURES_NOTE))
  expect(calls.map(({ operation }) => operation)).toEqual(['read'])
})

test('features that change are noted at the next start', () => {
  const world = new World()
  expect(lowerTransactionVersion(world)).toBe(0)
  expect(noted(world)).toBeNull()
  world.crash()
  expect(levelsNoted(world)).toEndWith('transaction.version=1')
})

test('features do not change while an old note of them cannot be removed', () => {
  const world = new World()
  world.disk.fault = operation => (operation === 'remove' ? 'EIO' : null)
  expect(lowerTransactionVersion(world)).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
  world.disk.fault = () => null
  expect(levelsNoted(world)).toBe(LEVELS_OF_NEW)
  world.crash()
  expect(levelsNoted(world)).toBe(LEVELS_OF_NEW)
})

test('a note is not believed once another has led the metadata log', () => {
  const world = new World()
  world.broker.close()
  world.disk.writeFile(METADATA_EPOCHS, utf8.encode('0\n2\n1 0\n2 30\n'))
  expect(noted(world)).toBeNull()
})

test('a note holds for the log that it lies beside', () => {
  const world = new World()
  const lines = text.decode(world.disk.readFile(FEATURES_NOTE) ?? undefined).split('\n')
  world.disk.remove(METADATA_EPOCHS)
  world.disk.writeFile(FEATURES_NOTE, utf8.encode(`${lines[0]}\n`))
  expect(noted(world)).toBeNull()
  expect([FEATURES_NOTE, METADATA_EPOCHS].map(path => path.split('/')[0])).toEqual([
    METADATA_DIRECTORY,
    METADATA_DIRECTORY,
  ])
})

test('a disk that takes no note is no reason not to start', () => {
  const world = new World()
  world.broker.close()
  world.disk.remove(FEATURES_NOTE)
  world.disk.fault = (_operation, path) => (path.startsWith(FEATURES_NOTE) ? 'ENOSPC' : null)
  world.crash()
  world.createTopic('t')
  world.disk.fault = () => null
  expect(noted(world)).toBeNull()
})

test('a directory without a note gets one', () => {
  const world = new World()
  for (const bytes of [null, new Uint8Array(0), utf8.encode('no note')]) {
    world.broker.close()
    if (bytes) world.disk.writeFile(FEATURES_NOTE, bytes)
    else world.disk.remove(FEATURES_NOTE)
    expect(noted(world)).toBeNull()
    world.crash()
    expect(levelsNoted(world)).toBe(LEVELS_OF_NEW)
  }
})
