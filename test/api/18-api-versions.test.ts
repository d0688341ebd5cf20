import { describe, expect, test } from 'bun:test'
import { apiVersions } from '../../src/api/18-api-versions.ts'
import { updateFeatures } from '../../src/api/57-update-features.ts'
import { apis } from '../../src/api/index.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { versionRange } from '../../src/wire/schema.ts'
import { answerOf } from '../sim/client.ts'
import { World } from '../sim/world.ts'

const client = new World().connect()
const named = { clientSoftwareName: 'tester', clientSoftwareVersion: '1.0' }
const own = { apiKey: 18, minVersion: 0, maxVersion: 4 }

describe('ApiVersions', () => {
  test.each([0, 1, 2, 3, 4])('version %i lists every API that has a handler, in its stable versions', version => {
    const expected = apis
      .filter(api => api.handle)
      .map(({ contract: { key, versions, stable } }) => {
        const [minVersion, last] = versionRange(versions)
        return { apiKey: key, minVersion, maxVersion: stable ?? last }
      })
    const answer = client.call(apiVersions, version, named)
    expect(answer.errorCode).toBe(ErrorCode.NONE)
    expect(answer.apiKeys).toEqual(expected)
    expect(answer.apiKeys).toContainEqual(own)
    expect(answer.apiKeys).toContainEqual({ apiKey: 22, minVersion: 0, maxVersion: 5 })
  })

  test.each([5, 99, 32767, -1])('version %i, which is not known, is answered in version 0', version => {
    const asked = client.ask(apiVersions, version, named, 0)
    expect(answerOf(asked)).toMatchObject({ errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: [own] })
    expect(client.closings).toEqual([])
  })

  test('a client may go on after that answer, on the same connection', () => {
    const [first, second] = client.pipeline(
      () => [client.ask(apiVersions, 5, named, 0), client.ask(apiVersions, 4, named)] as const,
    )
    expect([answerOf(first).errorCode, answerOf(second).errorCode]).toEqual([ErrorCode.UNSUPPORTED_VERSION, 0])
  })

  test('a client has to have a name that is one, from version 3 on', () => {
    const codeOf = (clientSoftwareName: string, clientSoftwareVersion: string, version = 3) =>
      client.call(apiVersions, version, { clientSoftwareName, clientSoftwareVersion }).errorCode
    const refused = ErrorCode.INVALID_REQUEST
    for (const good of ['a', 'apache-kafka-java', '4.3.1', 'A-1.b']) expect(codeOf(good, good)).toBe(0)
    for (const bad of ['', '-a', 'a-', '.a', 'a.', 'a b', 'a\n', 'é', 'a_b']) {
      expect([codeOf(bad, '1'), codeOf('a', bad)]).toEqual([refused, refused])
    }
    expect(codeOf('', '', 2)).toBe(0)
  })

  test.each([0, 1, 2])('version %i knows no features', version => {
    const { supportedFeatures, finalizedFeatures, finalizedFeaturesEpoch } = client.call(apiVersions, version, named)
    expect({ supportedFeatures, finalizedFeatures }).toEqual({ supportedFeatures: [], finalizedFeatures: [] })
    expect(finalizedFeaturesEpoch).toBe(-1)
  })

  test.each([3, 4])('version %i tells the features of the directory', version => {
    const { finalizedFeatures, finalizedFeaturesEpoch, zkMigrationReady } = client.call(apiVersions, version, named)
    expect(levelsOf(finalizedFeatures)).toEqual({
      'eligible.leader.replicas.version': 1,
      'metadata.version': 30,
      'transaction.version': 2,
    })
    expect(finalizedFeaturesEpoch).toBeGreaterThan(0)
    expect(zkMigrationReady).toBe(false)
  })

  test('features that can be off are listed from version 4 on', () => {
    const namesIn = (version: number) =>
      client.call(apiVersions, version, named).supportedFeatures.map(({ name, minVersion }) => `${name} ${minVersion}`)
    expect(namesIn(3)).toEqual(['metadata.version 7'])
    expect(namesIn(4)).toContain('transaction.version 0')
    expect(namesIn(4)).toHaveLength(7)
  })

  test('another level is told at once, in another epoch', () => {
    const world = new World()
    const asking = world.connect()
    const before = asking.call(apiVersions, 4, named)
    const featureUpdates = [
      { feature: 'transaction.version', maxVersionLevel: 1, upgradeType: 2, allowDowngrade: true },
    ]
    asking.call(updateFeatures, 2, { featureUpdates, validateOnly: false })
    for (const restart of [() => {}, () => world.restart(), () => world.crash()]) {
      restart()
      const after = world.connect().call(apiVersions, 4, named)
      expect(levelsOf(after.finalizedFeatures)).toMatchObject({ 'transaction.version': 1 })
      expect(after.finalizedFeaturesEpoch).toBeGreaterThan(before.finalizedFeaturesEpoch)
    }
  })
})

function levelsOf(features: readonly { name: string; maxVersionLevel: number; minVersionLevel: number }[]) {
  for (const { maxVersionLevel, minVersionLevel } of features) expect(minVersionLevel).toBe(maxVersionLevel)
  return Object.fromEntries(features.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]))
}
