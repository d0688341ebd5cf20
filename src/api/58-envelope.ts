import { bytes, contract, int16 } from '../wire/schema.ts'
import { api } from './api.ts'

/** Envelope v0. */
export const envelope = contract({
  key: 58,
  name: 'Envelope',
  versions: '0',
  flexible: 0,
  request: () => ({
    requestData: bytes(),
    requestPrincipal: bytes().nullable(),
    clientHostAddress: bytes(),
  }),
  response: () => ({
    responseData: bytes().nullable().default(null),
    errorCode: int16(),
  }),
})

export default api(envelope)
