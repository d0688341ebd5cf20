import { array, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** ListTransactions v0–2. */
export const listTransactions = contract({
  key: 66,
  name: 'ListTransactions',
  versions: '0-2',
  flexible: 0,
  request: () => ({
    stateFilters: array(string()),
    producerIdFilters: array(int64()),
    durationFilter: int64('1+').default(-1),
    transactionalIdPattern: string('2+').nullable().default(null),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    unknownStateFilters: array(string()),
    transactionStates: array({
      transactionalId: string(),
      producerId: int64(),
      transactionState: string(),
    }),
  }),
})

export default api(listTransactions)
