import { array, bool, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** UpdateFeatures v0–2. */
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

export default api(updateFeatures)
