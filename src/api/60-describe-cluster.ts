import { array, bool, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeCluster v0–2. */
export const describeCluster = contract({
  key: 60,
  name: 'DescribeCluster',
  versions: '0-2',
  flexible: 0,
  request: () => ({
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8('1+').default(1),
    includeFencedBrokers: bool('2+'),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable().default(null),
    endpointType: int8('1+').default(1),
    clusterId: string(),
    controllerId: int32().default(-1),
    brokers: array({
      brokerId: int32(),
      host: string(),
      port: int32(),
      rack: string().nullable().default(null),
      isFenced: bool('2+'),
    }),
    clusterAuthorizedOperations: int32().default(-2147483648),
  }),
})

export default api(describeCluster)
