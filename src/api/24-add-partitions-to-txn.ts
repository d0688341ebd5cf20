import { isInternalTopic } from '../core/catalog/topic.ts'
import type { PartitionsRequest, VerifiedTopic } from '../core/transactions/commands.ts'
import { resultsByPartition } from '../core/transactions/partitions.ts'
import { beforeProducerFenced } from '../core/transactions/refusal.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, bool, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/**
 * AddPartitionsToTxn v0–5. v2 may answer PRODUCER_FENCED (KIP-588); from v4 on brokers ask, for several transactions, and may
 * want to know only whether the partitions are in them (KIP-890); v5 may answer TRANSACTION_ABORTABLE.
 */
export const addPartitionsToTxn = contract({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: '0-5',
  flexible: 3,
  request: () => ({
    transactions: array(
      {
        transactionalId: string(),
        producerId: int64(),
        producerEpoch: int16(),
        verifyOnly: bool(),
        topics: array({
          name: string(),
          partitions: array(int32()),
        }),
      },
      '4+',
    ),
    v3AndBelowTransactionalId: string('0-3'),
    v3AndBelowProducerId: int64('0-3'),
    v3AndBelowProducerEpoch: int16('0-3'),
    v3AndBelowTopics: array(
      {
        name: string(),
        partitions: array(int32()),
      },
      '0-3',
    ),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16('4+'),
    resultsByTransaction: array(
      {
        transactionalId: string(),
        topicResults: array({
          name: string(),
          resultsByPartition: array({
            partitionIndex: int32(),
            partitionErrorCode: int16(),
          }),
        }),
      },
      '4+',
    ),
    resultsByTopicV3AndBelow: array(
      {
        name: string(),
        resultsByPartition: array({
          partitionIndex: int32(),
          partitionErrorCode: int16(),
        }),
      },
      '0-3',
    ),
  }),
})

/** The first version that knows PRODUCER_FENCED. */
const FENCED = 2
/** The first that brokers ask, by transaction version 2. */
const BROKERS = 4

interface Asked extends PartitionsRequest {
  readonly verifyOnly: boolean
}

export default api(addPartitionsToTxn, (request, call) => {
  const answer = {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    resultsByTransaction: [],
    resultsByTopicV3AndBelow: [],
  }
  if (call.version >= BROKERS) {
    const resultsByTransaction = request.transactions.map(asked => ({
      transactionalId: asked.transactionalId,
      topicResults: resultsOf(asked, call),
    }))
    return { ...answer, resultsByTransaction }
  }
  const asked = {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    topics: request.v3AndBelowTopics,
    verifyOnly: false,
  }
  return { ...answer, resultsByTopicV3AndBelow: resultsOf(asked, call) }
})

function resultsOf({ verifyOnly, ...request }: Asked, call: Call): readonly VerifiedTopic[] {
  const { transactions, version } = call
  const faults = resultsByPartition(request.topics, (name, partition) => faultOf(name, partition, call))
  const isFaulty = faults.some(topic => topic.resultsByPartition.some(of => of.partitionErrorCode !== NOT_ATTEMPTED))
  if (isFaulty) return faults
  if (verifyOnly) return transactions.verifyPartitions(request)
  const errorCode = transactions.addPartitions(request, version < BROKERS ? 0 : 2)
  return resultsByPartition(request.topics, () => (version < FENCED ? beforeProducerFenced(errorCode) : errorCode))
}

/** What stands at a partition that is all right, where another is not. */
const NOT_ATTEMPTED = ErrorCode.OPERATION_NOT_ATTEMPTED

/** Why a partition cannot be added: those of coordinators are not for clients (KafkaApis.handleAddPartitionsToTxnRequest). */
function faultOf(name: string, partition: number, { catalog, version }: Call): ErrorCode {
  if (version < BROKERS && isInternalTopic(name)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED
  const isThere = catalog.topicByName(name)?.partitions[partition] !== undefined
  return isThere ? NOT_ATTEMPTED : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
}
