import { array, bytes, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeDelegationToken v0–3. */
export const describeDelegationToken = contract({
  key: 41,
  name: 'DescribeDelegationToken',
  versions: '0-3',
  flexible: 2,
  request: () => ({
    owners: array({
      principalType: string(),
      principalName: string(),
    }).nullable(),
  }),
  response: () => ({
    errorCode: int16(),
    tokens: array({
      principalType: string(),
      principalName: string(),
      tokenRequesterPrincipalType: string('3+'),
      tokenRequesterPrincipalName: string('3+'),
      issueTimestamp: int64(),
      expiryTimestamp: int64(),
      maxTimestamp: int64(),
      tokenId: string(),
      hmac: bytes(),
      renewers: array({
        principalType: string(),
        principalName: string(),
      }),
    }),
    throttleTimeMs: int32(),
  }),
})

export default api(describeDelegationToken)
