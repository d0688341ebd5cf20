/** What answers say that give no producer, or have a code that depends on who asks. @module */
import { ErrorCode } from '../../wire/errors.ts'

/** Stands in answers for a producer that is not given. */
export const noProducer = { producerId: -1, producerEpoch: -1 }

/**
 * What a client is told that has never heard of PRODUCER_FENCED (KIP-588): InitProducerId before 4; AddPartitionsToTxn,
 * AddOffsetsToTxn and EndTxn before 2; and whoever produces, which is fenced by its epoch alone (AddPartitionsToTxnManager).
 */
export function beforeProducerFenced(errorCode: ErrorCode): ErrorCode {
  return errorCode === ErrorCode.PRODUCER_FENCED ? ErrorCode.INVALID_PRODUCER_EPOCH : errorCode
}
