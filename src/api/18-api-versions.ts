import { isSoftwareName } from '../core/client-software.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, bool, contract, type Draft, type Infer, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'
import type { Rooms } from './rooms.ts'

/**
 * ApiVersions v0–4. v3 names the client (KIP-511) and answers with features (KIP-584); v4 allows features whose least
 * version is 0. Left out: no feature is finalized, and so none is listed, until what it promises exists.
 */
export const apiVersions = contract({
  key: 18,
  name: 'ApiVersions',
  versions: '0-4',
  flexible: 3,
  request: () => ({
    clientSoftwareName: string('3+'),
    clientSoftwareVersion: string('3+'),
  }),
  response: () => ({
    errorCode: int16(),
    apiKeys: array({
      apiKey: int16(),
      minVersion: int16(),
      maxVersion: int16(),
    }),
    throttleTimeMs: int32('1+'),
    supportedFeatures: array(
      {
        name: string(),
        minVersion: int16(),
        maxVersion: int16(),
      },
      '3+',
    ).tag(0, '3+'),
    finalizedFeaturesEpoch: int64('3+').tag(1, '3+').default(-1),
    finalizedFeatures: array(
      {
        name: string(),
        maxVersionLevel: int16(),
        minVersionLevel: int16(),
      },
      '3+',
    ).tag(2, '3+'),
    zkMigrationReady: bool('3+').tag(3, '3+'),
  }),
})

type Question = Infer<typeof apiVersions.request>
type Reply = Draft<typeof apiVersions.response>

/** The answer follows from nothing but the APIs that are served, so it can be made before there is a broker. */
export function answerTo(request: Question, version: number, served: Rooms['served']): Reply {
  if (version < 0) {
    const own = served.filter(({ apiKey }) => apiKey === apiVersions.key)
    return { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: own, throttleTimeMs: 0 }
  }
  const isNamed = isSoftwareName(request.clientSoftwareName) && isSoftwareName(request.clientSoftwareVersion)
  if (version >= 3 && !isNamed) return { errorCode: ErrorCode.INVALID_REQUEST, apiKeys: [], throttleTimeMs: 0 }
  return { errorCode: ErrorCode.NONE, apiKeys: served, throttleTimeMs: 0 }
}

export default api(apiVersions, (request, { version, served }) => answerTo(request, version, served))
