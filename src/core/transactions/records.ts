/** What `__transaction_state` holds. @module */
import { array, int8, int16, int32, int64, recordSchema, string } from '../../wire/schema.ts'

/** Without a value the id is forgotten. */
export const transactionLogKey = recordSchema({
  name: 'TransactionLogKey',
  id: 0,
  versions: '0',
  flexible: null,
  fields: () => ({
    transactionalId: string(),
  }),
})

/** Version 1 is written since transaction.version 1 (KIP-890). */
export const transactionLogValue = recordSchema({
  name: 'TransactionLogValue',
  id: 0,
  versions: '0-1',
  flexible: 1,
  fields: () => ({
    producerId: int64(),
    producerEpoch: int16(),
    transactionTimeoutMs: int32(),
    transactionStatus: int8(),
    transactionPartitions: array({
      topic: string(),
      partitionIds: array(int32()),
    }).nullable(),
    transactionLastUpdateTimestampMs: int64(),
    transactionStartTimestampMs: int64(),
    previousProducerId: int64('1+').tag(0, '1+').default(-1),
    nextProducerId: int64('1+').tag(1, '1+').default(-1),
    clientTransactionVersion: int16('1+').tag(2, '1+'),
    nextProducerEpoch: int16('1+').tag(3, '1+').default(-1),
  }),
})
