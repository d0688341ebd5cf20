import { clusterOperations, OPERATIONS_NOT_ASKED } from '../core/catalog/authorized-operations.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, bool, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * DescribeCluster v0–2. v1 brokers or controllers (KIP-919): a broker's listener knows brokers only; v2 fenced brokers
 * too (KIP-1073), of which there are none.
 */
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

const BROKERS = 1
const CONTROLLERS = 2

export default api(describeCluster, (request, { catalog, endpoint }) => {
  const { endpointType, includeClusterAuthorizedOperations: asksOperations } = request
  if (endpointType !== BROKERS) return refusal(endpointType)
  return {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    endpointType,
    clusterId: catalog.clusterId,
    controllerId: catalog.nodeId,
    brokers: catalog.brokers.map(({ id, rack }) => ({ brokerId: id, ...endpoint, rack, isFenced: false })),
    clusterAuthorizedOperations: asksOperations ? clusterOperations : OPERATIONS_NOT_ASKED,
  }
})

function refusal(endpointType: number) {
  const isKnown = endpointType === CONTROLLERS
  return {
    throttleTimeMs: 0,
    errorCode: isKnown ? ErrorCode.MISMATCHED_ENDPOINT_TYPE : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
    errorMessage: isKnown
      ? 'This listener knows brokers, not controllers'
      : `There is no endpoint type ${endpointType}`,
    clusterId: '',
    brokers: [],
  }
}
