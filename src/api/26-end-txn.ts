import { beforeProducerFenced } from '../core/transactions/refusal.ts'
import { bool, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * EndTxn v0–5. v2 may answer PRODUCER_FENCED (KIP-588), v4 TRANSACTION_ABORTABLE; v5 is of transaction version 2: the
 * producer gets another epoch for its next transaction (KIP-890).
 */
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

/** The first version that knows PRODUCER_FENCED. */
const FENCED = 2
/** The first of transaction version 2. */
const EPOCH_BUMP = 5

export default api(endTxn, (request, { transactions, version }) => {
  const { errorCode, ...producer } = transactions.endTxn(request, version < EPOCH_BUMP ? 0 : 2)
  return { throttleTimeMs: 0, errorCode: version < FENCED ? beforeProducerFenced(errorCode) : errorCode, ...producer }
})
