import { contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'
import { journaled } from './journaled.ts'

/** UnregisterBroker v0 (KIP-631). This broker, which is there, is registered again as soon as it is forgotten. */
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

export default api(unregisterBroker, ({ brokerId }, { catalog, now }) => ({
  throttleTimeMs: 0,
  ...journaled(
    () => catalog.unregisterBroker(brokerId, now),
    fault => fault,
  ),
}))
