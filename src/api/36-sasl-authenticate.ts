import { bytes, contract, int16, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** SaslAuthenticate v0–2. */
export const saslAuthenticate = contract({
  key: 36,
  name: 'SaslAuthenticate',
  versions: '0-2',
  flexible: 2,
  request: () => ({
    authBytes: bytes(),
  }),
  response: () => ({
    errorCode: int16(),
    errorMessage: string().nullable(),
    authBytes: bytes(),
    sessionLifetimeMs: int64('1+'),
  }),
})

export default api(saslAuthenticate)
