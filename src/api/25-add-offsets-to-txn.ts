import { CONSUMER_OFFSETS } from '../core/catalog/topic.ts'
import { beforeProducerFenced } from '../core/transactions/refusal.ts'
import { ErrorCode } from '../wire/errors.ts'
import { contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * AddOffsetsToTxn v0–4. v2 may answer PRODUCER_FENCED (KIP-588), v4 TRANSACTION_ABORTABLE (KIP-890). What it adds is the
 * partition that has the group; clients of transaction version 2 leave that to TxnOffsetCommit.
 */
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

/** The first version that knows PRODUCER_FENCED. */
const FENCED = 2

export default api(addOffsetsToTxn, ({ groupId, ...producer }, { groups, transactions, version }) => {
  const partition = groups.partitionFor(groupId)
  if (partition === null) return { throttleTimeMs: 0, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE }
  const topics = [{ name: CONSUMER_OFFSETS, partitions: [partition] }]
  const errorCode = transactions.addPartitions({ ...producer, topics }, 0)
  return { throttleTimeMs: 0, errorCode: version < FENCED ? beforeProducerFenced(errorCode) : errorCode }
})
