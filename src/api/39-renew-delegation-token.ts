import { bytes, contract, int16, int32, int64 } from '../wire/schema.ts'
import { api } from './api.ts'

/** RenewDelegationToken v0–2. */
export const renewDelegationToken = contract({
  key: 39,
  name: 'RenewDelegationToken',
  versions: '0-2',
  flexible: 2,
  request: () => ({
    hmac: bytes(),
    renewPeriodMs: int64(),
  }),
  response: () => ({
    errorCode: int16(),
    expiryTimestampMs: int64(),
    throttleTimeMs: int32(),
  }),
})

export default api(renewDelegationToken)
