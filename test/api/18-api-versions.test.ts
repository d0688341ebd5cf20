import { describe, expect, test } from 'bun:test'
import { apiVersions } from '../../src/api/18-api-versions.ts'
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

  test('no feature is listed', () => {
    expect(client.call(apiVersions, 4, named)).toMatchObject({
      supportedFeatures: [],
      finalizedFeatures: [],
      finalizedFeaturesEpoch: -1,
      zkMigrationReady: false,
    })
  })
})
