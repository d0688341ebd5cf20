import { array, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** ElectLeaders v0–2. */
export const electLeaders = contract({
  key: 43,
  name: 'ElectLeaders',
  versions: '0-2',
  flexible: 2,
  request: () => ({
    electionType: int8('1+'),
    topicPartitions: array({
      topic: string(),
      partitions: array(int32()),
    }).nullable(),
    timeoutMs: int32().default(60000),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16('1+'),
    replicaElectionResults: array({
      topic: string(),
      partitionResult: array({
        partitionId: int32(),
        errorCode: int16(),
        errorMessage: string().nullable(),
      }),
    }),
  }),
})

export default api(electLeaders)
