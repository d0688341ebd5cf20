import { contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** AddOffsetsToTxn v0–4. */
export const addOffsetsToTxn = contract({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: '0-4',
  flexible: 3,
  request: () => ({
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    groupId: string(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
  }),
})

export default api(addOffsetsToTxn)
