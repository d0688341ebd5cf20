import { contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** UnregisterBroker v0. */
export const unregisterBroker = contract({
  key: 64,
  name: 'UnregisterBroker',
  versions: '0',
  flexible: 0,
  request: () => ({
    brokerId: int32(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable(),
  }),
})

export default api(unregisterBroker)
