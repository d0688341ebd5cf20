import { array, contract, int16, int32, int64, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeTransactions v0 (KIP-664). */
export const describeTransactions = contract({
  key: 65,
  name: 'DescribeTransactions',
  versions: '0',
  flexible: 0,
  request: () => ({
    transactionalIds: array(string()),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    transactionStates: array({
      errorCode: int16(),
      transactionalId: string(),
      transactionState: string(),
      transactionTimeoutMs: int32(),
      transactionStartTimeMs: int64(),
      producerId: int64(),
      producerEpoch: int16(),
      topics: array({
        topic: string(),
        partitions: array(int32()),
      }),
    }),
  }),
})

export default api(describeTransactions, ({ transactionalIds }, { transactions }) => ({
  throttleTimeMs: 0,
  transactionStates: transactionalIds.map(transactionalId => transactions.describeTransaction(transactionalId)),
}))
