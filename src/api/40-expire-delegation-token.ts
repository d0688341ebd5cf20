import { bytes, contract, int16, int32, int64 } from '../wire/schema.ts'
import { api } from './api.ts'

/** ExpireDelegationToken v0–2. */
export const expireDelegationToken = contract({
  key: 40,
  name: 'ExpireDelegationToken',
  versions: '0-2',
  flexible: 2,
  request: () => ({
    hmac: bytes(),
    expiryTimePeriodMs: int64(),
  }),
  response: () => ({
    errorCode: int16(),
    expiryTimestampMs: int64(),
    throttleTimeMs: int32(),
  }),
})

export default api(expireDelegationToken)
