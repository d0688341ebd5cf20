import { JournalError } from '../core/machine.ts'
import { ErrorCode } from '../wire/errors.ts'
import { bool, contract, type Infer, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * InitProducerId v0–5. v3 resumes a producer (KIP-360); v4 may answer PRODUCER_FENCED; v5 TRANSACTION_ABORTABLE
 * (KIP-890). v6 is KIP-939's, which 4.3.1 calls unstable. Left out: transactional ids, which get
 * COORDINATOR_NOT_AVAILABLE once their request has been found sound.
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

const NONE = { throttleTimeMs: 0, producerId: -1, producerEpoch: -1 }

export default api(initProducerId, (request, call) => {
  const errorCode = check(request, call.configs.number('transaction.max.timeout.ms'))
  if (errorCode !== ErrorCode.NONE) return { ...NONE, errorCode }
  try {
    const producerId = call.catalog.allocateProducerId(call.now)
    return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, producerId, producerEpoch: 0 }
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    return { ...NONE, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE }
  }
})

/** What KafkaApis.handleInitProducerIdRequest and TransactionCoordinator.handleInitProducerId look at before they act. */
function check(request: Infer<typeof initProducerId.request>, maxTimeoutMs: number): number {
  const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request
  if (producerId === -1 ? producerEpoch !== -1 : producerEpoch === -1) return ErrorCode.INVALID_REQUEST
  if (transactionalId === null) return ErrorCode.NONE
  if (transactionalId === '') return ErrorCode.INVALID_REQUEST
  if (transactionTimeoutMs <= 0 || transactionTimeoutMs > maxTimeoutMs) return ErrorCode.INVALID_TRANSACTION_TIMEOUT
  return ErrorCode.COORDINATOR_NOT_AVAILABLE
}
