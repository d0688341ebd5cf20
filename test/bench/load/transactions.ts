/** Producers that are idempotent or transactional, many at a time: what all of them ask comes in one piece. @module */
import { produce } from '../../../src/api/00-produce.ts'
import { initProducerId } from '../../../src/api/22-init-producer-id.ts'
import { addPartitionsToTxn } from '../../../src/api/24-add-partitions-to-txn.ts'
import { concatBytes } from '../../../src/base/bytes.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { encodeBatch } from '../../../src/wire/records/batch-encoder.ts'
import type { Jobs } from '../jobs.ts'
import { PRODUCE_VERSION } from '../versions.ts'
import { AnswerError, checkProduced } from './answers.ts'
import { readAt } from './ask.ts'
import { Buffered, Connection } from './connection.ts'
import { refuse, untilCoordinated } from './coordinator.ts'
import { requestFrame } from './requests.ts'
import { recordValue } from './words.ts'

const INPUT_BYTES = 64 * 1024
const ALL = -1
const TIMEOUT_MS = 30_000
/** The longest that brokers allow unless told (transaction.max.timeout.ms). */
const TRANSACTION_TIMEOUT_MS = 900_000
const RECORD_BYTES = 100

const INIT_PRODUCER_ID = { contract: initProducerId, version: 4 } as const
/** The last one that clients ask; they need it no more since KIP-890. */
const ADD_PARTITIONS = { contract: addPartitionsToTxn, version: 3 } as const

export interface Producer {
  readonly transactionalId: string | null
  readonly producerId: number
  readonly producerEpoch: number
}

type IdsJob = Jobs['transactionalIds']

export function makeTransactionalIds({ target, count }: IdsJob['job']): IdsJob['result'] {
  if (!target.isBroker) return { count }
  const connection = Connection.open(target.port, new Buffered(INPUT_BYTES))
  const ids = Array.from({ length: count }, (_, index) => `transaction-${index}`)
  untilCoordinated(() => beginAs(connection, ids))
  connection.close()
  return { count }
}

/** Begins with transactional ids. @throws AnswerError */
export function beginAs(connection: Connection, transactionalIds: readonly string[]): Producer[] {
  const { contract, version } = INIT_PRODUCER_ID
  const frames = transactionalIds.map(transactionalId =>
    requestFrame(contract, version, {
      transactionalId,
      transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
      enable2Pc: false,
      keepPreparedTxn: false,
    }),
  )
  const answers = exchange(connection, frames, answer => readAt(connection, answer, INIT_PRODUCER_ID))
  return answers.map((answer, index) => ({
    transactionalId: transactionalIds[index] ?? null,
    ...refuse('InitProducerId', answer),
  }))
}

/** Adds the first partition of `topic` to the transactions of all. */
export function addPartition(connection: Connection, producers: readonly Producer[], topic: string): void {
  const { contract, version } = ADD_PARTITIONS
  const frames = producers.map(({ transactionalId, producerId, producerEpoch }) =>
    requestFrame(contract, version, {
      transactions: [],
      v3AndBelowTransactionalId: transactionalId ?? '',
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions: [0] }],
    }),
  )
  exchange(connection, frames, answer => {
    const { resultsByTopicV3AndBelow } = readAt(connection, answer, ADD_PARTITIONS)
    const code =
      resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR
    if (code !== ErrorCode.NONE) throw new AnswerError('AddPartitionsToTxn', code)
  })
}

/** Writes the first record of each to the first partition of `topic`. */
export function appendFirst(connection: Connection, producers: readonly Producer[], topic: string): void {
  const record = { offset: 0, timestamp: Date.now(), key: null, value: recordValue(0, RECORD_BYTES) }
  const frames = producers.map(({ transactionalId, producerId, producerEpoch }) => {
    const isTransactional = transactionalId !== null
    const records = encodeBatch({ producerId, producerEpoch, baseSequence: 0, isTransactional }, [record])
    return requestFrame(produce, PRODUCE_VERSION, {
      transactionalId,
      acks: ALL,
      timeoutMs: TIMEOUT_MS,
      topicData: [{ topicId: zeroUuid, name: topic, partitionData: [{ index: 0, records }] }],
    })
  })
  exchange(connection, frames, answer => checkProduced(connection.view, answer, 0))
}

/** Sends `frames` in one piece and reads an answer to each. */
function exchange<A>(connection: Connection, frames: readonly Uint8Array[], read: (answer: number) => A): A[] {
  connection.send(Buffered.of(concatBytes(frames)))
  return frames.map(() => read(connection.receive()))
}
