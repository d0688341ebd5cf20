import { listing, unknownStates } from '../core/transactions/listing.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * ListTransactions v0–2 (KIP-664). v1 filters by how long a transaction has been going on (KIP-994), v2 by a pattern of
 * transactional ids (KIP-1152).
 */
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

export default api(listTransactions, (request, { transactions }) => {
  const command = listing(request)
  const none = { throttleTimeMs: 0, unknownStateFilters: [], transactionStates: [] }
  if (!command) return { ...none, errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION }
  return {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    unknownStateFilters: unknownStates(request.stateFilters),
    transactionStates: transactions.listTransactions(command),
  }
})
