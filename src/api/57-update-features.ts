import { ErrorCode } from '../wire/errors.ts'
import { array, bool, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'
import { journaled } from './journaled.ts'

/**
 * UpdateFeatures v0–2 (KIP-584). v1 kinds of downgrade and validation alone (KIP-778); v2 no results by feature. As in Kafka
 * `allowDowngrade` of v0 allows nothing, and `timeoutMs` bounds nothing.
 */
export const updateFeatures = contract({
  key: 57,
  name: 'UpdateFeatures',
  versions: '0-2',
  flexible: 0,
  request: () => ({
    timeoutMs: int32().default(60000),
    featureUpdates: array({
      feature: string(),
      maxVersionLevel: int16(),
      upgradeType: int8('1+').default(1),
      allowDowngrade: bool('0'),
    }),
    validateOnly: bool('1+'),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable(),
    results: array(
      {
        feature: string(),
        errorCode: int16(),
        errorMessage: string().nullable(),
      },
      '0-1',
    ),
  }),
})

export default api(updateFeatures, ({ featureUpdates: updates, validateOnly }, { catalog, now }) => {
  const result = journaled(
    () => catalog.updateFeatures({ updates, validateOnly }, now),
    fault => fault,
  )
  const isDone = result.errorCode === ErrorCode.NONE
  return { throttleTimeMs: 0, ...result, results: isDone ? updates.map(({ feature }) => ({ feature, ...done })) : [] }
})

const done = { errorCode: ErrorCode.NONE, errorMessage: 'NONE' }
