import type { Uuid } from '../base/uuid.ts'
import type { Topic } from '../core/catalog/catalog.ts'
import { ErrorCode, errorName } from '../wire/errors.ts'
import { startsTransactional } from '../wire/records/batch.ts'
import { RecordError } from '../wire/records/record-error.ts'
import { array, contract, type Infer, int16, int32, int64, records, string, struct, uuid } from '../wire/schema.ts'
import { api, type Call, type Unanswered } from './api.ts'
import type { ProduceOutcome } from './rooms.ts'
import { appendTransactional, type TransactionalAppend } from './transactional-appends.ts'

/**
 * Produce v0–13. v0 and v1 carry magic 0, v2 magic 1, v3 magic 2 and transactional ids (KIP-98); v2 answers with the log
 * append time, v5 with the log start offset, v8 with errors by record (KIP-467), v10 with the leader (KIP-951); v11
 * may answer TRANSACTION_ABORTABLE, v12 adds partitions to transactions (KIP-890); v13 names topics by id.
 */
export const produce = contract({
  key: 0,
  name: 'Produce',
  versions: '0-13',
  flexible: 9,
  request: () => ({
    transactionalId: string('3+').nullable().default(null),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array({
      topicId: uuid('13+'),
      name: string('0-12'),
      partitionData: array({
        index: int32(),
        records: records().nullable().default(null),
      }),
    }),
  }),
  response: () => ({
    responses: array({
      topicId: uuid('13+'),
      name: string('0-12'),
      partitionResponses: array({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64('2+').default(-1),
        logStartOffset: int64('5+').default(-1),
        recordErrors: array(
          {
            batchIndex: int32(),
            batchIndexErrorMessage: string().nullable().default(null),
          },
          '8+',
        ),
        errorMessage: string('8+').nullable().default(null),
        currentLeader: struct(
          {
            leaderId: int32().default(-1),
            leaderEpoch: int32().default(-1),
          },
          '10+',
        ).tag(0, '10+'),
      }),
    }),
    throttleTimeMs: int32('1+'),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string().nullable().default(null),
      },
      '10+',
    ).tag(0, '10+'),
  }),
})

/** The first version that names topics by id. */
const TOPIC_IDS = 13

export default api(produce, (request, call) => {
  const refusal = refuseAll(request)
  const transactional: TransactionalAppend[] | null = request.transactionalId === null ? null : []
  const unknown = call.version < TOPIC_IDS ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.UNKNOWN_TOPIC_ID
  // No closures on this path: what each request leaves behind is what the collector stops everybody for.
  const responses: TopicOutcomes[] = []
  for (const { topicId, name, partitionData } of request.topicData) {
    const topic = call.version < TOPIC_IDS ? call.catalog.topicByName(name) : call.catalog.topicById(topicId)
    const partitionResponses: ProduceOutcome[] = []
    for (const { index, records } of partitionData) {
      const outcome = newOutcome(index)
      if (refusal) Object.assign(outcome, refusal)
      else if (!topic) outcome.errorCode = unknown
      else if (topic.isInternal) outcome.errorCode = ErrorCode.INVALID_TOPIC_EXCEPTION
      else append(call, topic, records, outcome, transactional)
      partitionResponses.push(outcome)
    }
    responses.push({ topicId, name, partitionResponses })
  }
  if (transactional && !appendTransactional(call, request.transactionalId ?? '', transactional)) {
    for (const outcome of outcomesOf(responses)) Object.assign(outcome, severalProducers)
  }
  return request.acks === 0 ? unanswered(responses) : { responses, throttleTimeMs: 0 }
})

interface TopicOutcomes {
  readonly topicId: Uuid
  readonly name: string
  readonly partitionResponses: readonly ProduceOutcome[]
}

function outcomesOf(topics: readonly TopicOutcomes[]): ProduceOutcome[] {
  return topics.flatMap(topic => topic.partitionResponses)
}

/** Nobody reads an answer: Kafka closes the connection instead, so that the producer asks for metadata again. */
function unanswered(topics: readonly TopicOutcomes[]): Unanswered {
  return {
    fault() {
      for (const { partitionResponses } of topics) {
        for (const { errorCode } of partitionResponses) {
          if (errorCode !== ErrorCode.NONE) return `produce with acks=0 failed: ${errorName(errorCode)}`
        }
      }
      return null
    },
  }
}

/** Appends `records`, or puts them to those about which the coordinator of transactions is asked first. */
function append(
  call: Call,
  topic: Topic,
  records: Uint8Array | null,
  outcome: ProduceOutcome,
  transactional: TransactionalAppend[] | null,
): void {
  const log = call.logs.find(topic, outcome.index)
  if (typeof log === 'number') outcome.errorCode = log
  // Kafka never answers records that are null; an error serves the client better.
  else if (records === null) outcome.errorCode = ErrorCode.INVALID_RECORD
  else if (transactional) transactional.push({ log, records, outcome })
  else call.logs.produce(log, records, call.version, outcome)
  if (log === ErrorCode.KAFKA_STORAGE_ERROR && records !== null) call.logs.refuse(topic, outcome.index, records)
}

const none: readonly never[] = []

function newOutcome(index: number): ProduceOutcome {
  return {
    index,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
    recordErrors: none,
  }
}

/** What is wrong with the request as a whole: every partition gets it. */
interface Refusal {
  readonly errorCode: number
  readonly errorMessage: string | null
}

/** ReplicaManager.handleProduceAppend */
const severalProducers: Refusal = {
  errorCode: ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  errorMessage: 'Transactional records of more than one producer',
}

/** KafkaApis.handleProduceRequest, before any partition is looked at. */
function refuseAll({ acks, transactionalId, topicData }: Infer<typeof produce.request>): Refusal | null {
  if (acks < -1 || acks > 1) return { errorCode: ErrorCode.INVALID_REQUIRED_ACKS, errorMessage: null }
  try {
    if (!hasTransactional(topicData) || transactionalId !== null) return null
  } catch (error) {
    if (error instanceof RecordError) return { errorCode: error.code, errorMessage: error.message }
    throw error
  }
  return { errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, errorMessage: null }
}

function hasTransactional(topicData: Infer<typeof produce.request>['topicData']): boolean {
  for (const { partitionData } of topicData) {
    for (const { records } of partitionData) if (records !== null && startsTransactional(records)) return true
  }
  return false
}
