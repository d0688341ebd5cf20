import { JournalError } from '../core/machine.ts'
import type { InitProducerIdResponse } from '../core/transactions/commands.ts'
import { beforeProducerFenced, noProducer } from '../core/transactions/refusal.ts'
import { ErrorCode } from '../wire/errors.ts'
import { bool, contract, type Infer, int16, int32, int64, string } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/**
 * InitProducerId v0–5. v3 resumes a producer (KIP-360); v4 may answer PRODUCER_FENCED (KIP-588); v5 TRANSACTION_ABORTABLE
 * (KIP-890). v6 is KIP-939's, which 4.3.1 calls unstable.
 */
export const initProducerId = contract({
  key: 22,
  name: 'InitProducerId',
  versions: '0-6',
  stable: 5,
  flexible: 2,
  request: () => ({
    transactionalId: string().nullable(),
    transactionTimeoutMs: int32(),
    producerId: int64('3+').default(-1),
    producerEpoch: int16('3+').default(-1),
    enable2Pc: bool('6+'),
    keepPreparedTxn: bool('6+'),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerId: int64().default(-1),
    producerEpoch: int16(),
    ongoingTxnProducerId: int64('6+').default(-1),
    ongoingTxnProducerEpoch: int16('6+').default(-1),
  }),
})

/** The first version that knows PRODUCER_FENCED. */
const FENCED = 4

export default api(initProducerId, (request, call) => {
  const { errorCode, ...producer } = decide(request, call)
  return {
    throttleTimeMs: 0,
    errorCode: call.version < FENCED ? beforeProducerFenced(errorCode) : errorCode,
    ...producer,
  }
})

function decide(request: Infer<typeof initProducerId.request>, call: Call): InitProducerIdResponse {
  const { transactionalId, producerId, producerEpoch } = request
  if ((producerId === -1) !== (producerEpoch === -1)) return { ...noProducer, errorCode: ErrorCode.INVALID_REQUEST }
  return transactionalId === null ? allocate(call) : call.transactions.initProducerId({ ...request, transactionalId })
}

/** Who has no transactional id gets a new producer id, whatever it had. */
function allocate({ catalog, now }: Call): InitProducerIdResponse {
  try {
    return { errorCode: ErrorCode.NONE, producerId: catalog.allocateProducerId(now), producerEpoch: 0 }
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    return { ...noProducer, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE }
  }
}
