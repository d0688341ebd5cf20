import type { TxnOffsetCommitRequest, TxnOffsetCommitResponse } from '../core/groups/commands.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'
import { joinTopics, splitPartitions, withError } from './partitions.ts'
import type { Admission } from './rooms.ts'

/**
 * TxnOffsetCommit v0–5. v2 leader epochs (KIP-320); v3 members and generations (KIP-447); v4 TRANSACTION_ABORTABLE; v5 adds
 * the group's partition to the transaction by itself (KIP-890).
 */
export const txnOffsetCommit = contract({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: '0-5',
  flexible: 3,
  request: () => ({
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationId: int32('3+').default(-1),
    memberId: string('3+'),
    groupInstanceId: string('3+').nullable().default(null),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32('2+').default(-1),
        committedMetadata: string().nullable(),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  }),
})

/** The first versions of KIP-890. */
const ABORTABLE = 4
const ADDS_BY_ITSELF = 5

export default api(txnOffsetCommit, (request, { version, catalog, groups, transactions }) => {
  const known: TxnOffsetCommitRequest['topics'][number][] = []
  const refused: TxnOffsetCommitResponse['topics'][number][] = []
  for (const { name, partitions } of request.topics) {
    const topic = catalog.topicByName(name)
    const [there, missing] = splitPartitions(topic, partitions)
    if (there.length > 0) known.push({ name, partitions: there })
    if (topic && missing.length === 0) continue
    refused.push({ name, partitions: withError(missing, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) })
  }
  if (known.length === 0) return { throttleTimeMs: 0, topics: joinTopics(refused, [], 'name') }
  const admission = admissionFor(version)
  const { topics } = groups.commitTransactionalOffsets(
    { ...request, topics: known },
    partition => transactions.admit(request, [partition], admission)[0] ?? ErrorCode.UNKNOWN_SERVER_ERROR,
  )
  return { throttleTimeMs: 0, topics: joinTopics(refused, topics, 'name') }
})

/** AddPartitionsToTxnManager.txnOffsetCommitRequestVersionToTransactionSupportedOperation. */
function admissionFor(version: number): Admission {
  if (version >= ADDS_BY_ITSELF) return 'add'
  return version >= ABORTABLE ? 'verify' : 'verifyForOldClient'
}
