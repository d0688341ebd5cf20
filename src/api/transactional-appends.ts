/**
 * What a Produce with a transactional id brings (ReplicaManager.handleProduceAppend): where a producer's transaction has not
 * begun in a log yet, the coordinator is asked whether the partition is in it, or adds it (KIP-890).
 *
 * Kafka asks another broker, and guards the log against what happens meanwhile (VerificationGuard). Here nothing happens
 * between the answer and the append.
 * @module
 */
import type { TransactionalProducer } from '../core/transactions/commands.ts'
import type { PartitionLog } from '../log/partition.ts'
import { ErrorCode, errorName } from '../wire/errors.ts'
import { type BatchHeader, readBatchHeader, startsTransactional } from '../wire/records/batch.ts'
import { producedBatchBytes } from '../wire/records/produced.ts'
import { RecordError } from '../wire/records/record-error.ts'
import type { Call } from './api.ts'
import type { Admission, ProduceOutcome } from './rooms.ts'

/** Records for one log, which need not be transactional. */
export interface TransactionalAppend {
  readonly log: PartitionLog
  readonly records: Uint8Array
  readonly outcome: ProduceOutcome
}

/** One that begins its producer's transaction in the log. */
interface Newcomer extends TransactionalAppend {
  readonly batch: BatchHeader
}

/** The first version that adds partitions to transactions, each of which has an epoch of its own (KIP-890). */
const ADDING = 12
/** The first that knows TRANSACTION_ABORTABLE. */
const ABORTABLE = 11

/** Stages those of `appends` that may be; the others are told why not. False where they are of several producers: then none is. */
export function appendTransactional(
  call: Call,
  transactionalId: string,
  appends: readonly TransactionalAppend[],
): boolean {
  const sound = appends.filter(append => isSound(append, call.version))
  const batches = sound.map(({ records }) => transactionalBatch(records))
  const first = batches.find(batch => batch !== null)
  if (first && !batches.every(batch => batch === null || isOfSameProducer(batch, first))) return false
  const newcomers: Newcomer[] = []
  sound.forEach((append, index) => {
    const batch = batches[index]
    if (!batch || append.log.hasOngoingTransaction(batch.producerId, batch.producerEpoch)) stage(call, append)
    else if (batch.producerEpoch < append.log.producerEpochOf(batch.producerId))
      append.outcome.errorCode = ErrorCode.INVALID_PRODUCER_EPOCH
    else newcomers.push({ ...append, batch })
  })
  if (first && newcomers.length > 0) {
    const { producerId, producerEpoch } = first
    admit(call, { transactionalId, producerId, producerEpoch }, newcomers)
  }
  return true
}

/**
 * Whether the request may bring these records; the outcome says why not. Kafka asks this before the transaction gets the
 * partition, and all else when it appends (KafkaApis.handleProduceRequest).
 */
function isSound({ records, outcome }: TransactionalAppend, version: number): boolean {
  try {
    producedBatchBytes(records, version)
    return true
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    outcome.errorCode = error.code
    return false
  }
}

/** The head of `records` where it is a producer's transactional batch. */
function transactionalBatch(records: Uint8Array): BatchHeader | null {
  const batch = startsTransactional(records) ? readBatchHeader(records, 0) : null
  return batch && batch.producerId >= 0 ? batch : null
}

function isOfSameProducer(batch: BatchHeader, other: BatchHeader): boolean {
  return batch.producerId === other.producerId && batch.producerEpoch === other.producerEpoch
}

function stage({ logs, version }: Call, { log, records, outcome }: TransactionalAppend): void {
  logs.produce(log, records, version, outcome, version >= ADDING)
}

function admit(call: Call, producer: TransactionalProducer, newcomers: readonly Newcomer[]): void {
  const admission = admissionOf(call.version)
  const partitions = newcomers.map(({ log }) => log)
  const codes = call.transactions.admit(producer, partitions, admission)
  newcomers.forEach((newcomer, index) => {
    const errorCode = codes[index] ?? ErrorCode.UNKNOWN_SERVER_ERROR
    if (errorCode === ErrorCode.NONE) stage(call, newcomer)
    else {
      newcomer.log.refuse([newcomer.batch])
      Object.assign(newcomer.outcome, refusalOf(errorCode, admission))
    }
  })
}

/** AddPartitionsToTxnManager.produceRequestVersionToTransactionSupportedOperation */
function admissionOf(version: number): Admission {
  if (version >= ADDING) return 'add'
  return version >= ABORTABLE ? 'verify' : 'verifyForOldClient'
}

/** What stands for errors after which a producer would not come again: it does not ask for metadata first. */
const tryAgain: ReadonlySet<ErrorCode> = new Set([ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.NOT_COORDINATOR])

function refusalOf(errorCode: ErrorCode, admission: Admission): Pick<ProduceOutcome, 'errorCode' | 'errorMessage'> {
  const isTooEarly = errorCode === ErrorCode.CONCURRENT_TRANSACTIONS && admission !== 'add'
  if (isTooEarly || tryAgain.has(errorCode)) {
    const errorMessage = `The transaction cannot be asked now: ${errorName(errorCode)}`
    return { errorCode: ErrorCode.NOT_ENOUGH_REPLICAS, errorMessage }
  }
  const isOutside = errorCode === ErrorCode.INVALID_TXN_STATE
  return { errorCode, errorMessage: isOutside ? 'The partition is not in the transaction' : null }
}
