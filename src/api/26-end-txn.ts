import { bool, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** EndTxn v0–5. */
export const endTxn = contract({
  key: 26,
  name: 'EndTxn',
  versions: '0-5',
  flexible: 3,
  request: () => ({
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    committed: bool(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerId: int64('5+').default(-1),
    producerEpoch: int16('5+').default(-1),
  }),
})

export default api(endTxn)
