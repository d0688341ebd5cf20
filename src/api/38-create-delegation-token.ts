import { array, bytes, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** CreateDelegationToken v0–3. */
export const createDelegationToken = contract({
  key: 38,
  name: 'CreateDelegationToken',
  versions: '0-3',
  flexible: 2,
  request: () => ({
    ownerPrincipalType: string('3+').nullable(),
    ownerPrincipalName: string('3+').nullable(),
    renewers: array({
      principalType: string(),
      principalName: string(),
    }),
    maxLifetimeMs: int64(),
  }),
  response: () => ({
    errorCode: int16(),
    principalType: string(),
    principalName: string(),
    tokenRequesterPrincipalType: string('3+'),
    tokenRequesterPrincipalName: string('3+'),
    issueTimestampMs: int64(),
    expiryTimestampMs: int64(),
    maxTimestampMs: int64(),
    tokenId: string(),
    hmac: bytes(),
    throttleTimeMs: int32(),
  }),
})

export default api(createDelegationToken)
