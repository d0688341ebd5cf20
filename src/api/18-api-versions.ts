import type { Catalog } from '../core/catalog/catalog.ts'
import { supportedFeatures } from '../core/catalog/features.ts'
import { isSoftwareName } from '../core/client-software.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, bool, contract, type Draft, type Infer, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'
import type { Rooms } from './rooms.ts'

/**
 * ApiVersions v0–4. v3 names the client (KIP-511) and answers with features (KIP-584); v4 lists features whose least
 * version is 0. Left out: levels of features that promise what is not there yet.
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

/** The first versions that answer with features, and with all of them. */
const FEATURES = 3
const FEATURES_FROM_ZERO = 4

/** What is answered by a broker that serves those APIs and has those features in force. */
export function answerTo(
  request: Question,
  version: number,
  served: Rooms['served'],
  features: Catalog['features'],
): Reply {
  if (version < 0) {
    const own = served.filter(({ apiKey }) => apiKey === apiVersions.key)
    return { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: own, throttleTimeMs: 0 }
  }
  const isNamed = isSoftwareName(request.clientSoftwareName) && isSoftwareName(request.clientSoftwareVersion)
  if (version >= FEATURES && !isNamed) return { errorCode: ErrorCode.INVALID_REQUEST, apiKeys: [], throttleTimeMs: 0 }
  return {
    errorCode: ErrorCode.NONE,
    apiKeys: served,
    throttleTimeMs: 0,
    supportedFeatures: supportedFeatures.filter(({ minVersion }) => minVersion > 0 || version >= FEATURES_FROM_ZERO),
    finalizedFeaturesEpoch: features.epoch,
    finalizedFeatures: features.finalized.map(({ name, level }) => {
      return { name, maxVersionLevel: level, minVersionLevel: level }
    }),
    // There is no ZooKeeper to come from.
    zkMigrationReady: false,
  }
}

export default api(apiVersions, (request, { version, served, catalog }) =>
  answerTo(request, version, served, catalog.features),
)
