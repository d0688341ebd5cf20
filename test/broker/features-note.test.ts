import { expect, test } from 'bun:test'
import { updateFeatures } from '../../src/api/57-update-features.ts'
import { FEATURES_NOTE, METADATA_EPOCHS, notedFeatures } from '../../src/broker/features-note.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { World } from '../sim/world.ts'

const utf8 = new TextEncoder()
const text = new TextDecoder()
const LEVELS_OF_NEW = 'metadata.version=30 eligible.leader.replicas.version=1 transaction.version=2'

function noted({ disk }: World): string | null {
  return notedFeatures(path => text.decode(disk.readFile(path) ?? undefined))
}

function lowerTransactionVersion(world: World) {
  const featureUpdates = [{ feature: 'transaction.version', maxVersionLevel: 1, allowDowngrade: false, upgradeType: 2 }]
  return world.connect().call(updateFeatures, 1, { timeoutMs: 1000, featureUpdates, validateOnly: false })
}

test('a new directory has a note of its features, which stays as it is', () => {
  const world = new World()
  expect(noted(world)).toMatch(new RegExp(`^[0-9a-f]{16} ${LEVELS_OF_NEW}$`))
  const first = noted(world)
  world.createTopic('t', 50)
  world.crash()
  expect(noted(world)).toBe(first)
  const calls = world.callsDuring(() => world.restart()).filter(({ path }) => path.startsWith(FEATURES_NOTE))
  expect(calls.map(({ operation }) => operation)).toEqual(['read'])
})

test('features that change are noted at the next start', () => {
  const world = new World()
  expect(lowerTransactionVersion(world).errorCode).toBe(0)
  expect(noted(world)).toBeNull()
  world.crash()
  expect(noted(world)).toEndWith('transaction.version=1')
})

test('features do not change while an old note of them cannot be removed', () => {
  const world = new World()
  world.disk.fault = operation => (operation === 'remove' ? 'EIO' : null)
  expect(lowerTransactionVersion(world).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
  world.disk.fault = () => null
  expect(noted(world)).toEndWith('transaction.version=2')
  world.crash()
  expect(noted(world)).toEndWith('transaction.version=2')
})

test('a note is not believed once another has led the metadata log', () => {
  const world = new World()
  world.broker.close()
  world.disk.writeFile(METADATA_EPOCHS, utf8.encode('0\n2\n1 0\n2 30\n'))
  expect(noted(world)).toBeNull()
  world.disk.remove(METADATA_EPOCHS)
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
    expect(noted(world)).toEndWith(LEVELS_OF_NEW)
  }
})
