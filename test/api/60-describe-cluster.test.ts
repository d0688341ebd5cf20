import { describe, expect, test } from 'bun:test'
import door, { describeCluster } from '../../src/api/60-describe-cluster.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const fixture = new CatalogFixture({ 'broker.rack': 'r1' })

function question(version: number, endpointType: number, asksOperations = false) {
  return ask(door, describeCluster, fixture, version, {
    endpointType,
    includeClusterAuthorizedOperations: asksOperations,
    includeFencedBrokers: true,
  })
}

describe('DescribeCluster', () => {
  test.each(versionsOf(describeCluster))('v%i names the cluster and its broker', version => {
    expect(question(version, 1)).toEqual({
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      endpointType: 1,
      clusterId: fixture.catalog.clusterId,
      controllerId: 1,
      brokers: [{ brokerId: 1, host: 'here', port: 9092, rack: 'r1', isFenced: false }],
      clusterAuthorizedOperations: -2147483648,
    })
    expect(question(version, 1, true).clusterAuthorizedOperations).toBe(8096)
  })

  test.each([
    [2, 'MISMATCHED_ENDPOINT_TYPE'],
    [9, 'UNSUPPORTED_ENDPOINT_TYPE'],
  ] as const)('refuses endpoint type %i', (endpointType, error) => {
    const answer = question(2, endpointType)
    expect(answer).toMatchObject({ errorCode: ErrorCode[error], endpointType: 1, clusterId: '', controllerId: -1 })
    expect(answer.brokers).toEqual([])
    expect(answer.errorMessage).toBeString()
  })
})
