import { array, contract, int16, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** SaslHandshake v0–1. */
export const saslHandshake = contract({
  key: 17,
  name: 'SaslHandshake',
  versions: '0-1',
  flexible: null,
  request: () => ({
    mechanism: string(),
  }),
  response: () => ({
    errorCode: int16(),
    mechanisms: array(string()),
  }),
})

export default api(saslHandshake)
