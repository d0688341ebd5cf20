/** The contracts are Kafka's: every field of every version, down to the versions that 4.x dropped. @module */
import { describe, expect, test } from 'bun:test'
import { isFlexible, requestHeaderVersion, responseHeaderVersion } from '../../src/wire/frame.ts'
import { type Contract, isInVersions, versionRange } from '../../src/wire/schema.ts'
import { contracts } from '../schemas.ts'
import { kafkaFields, ourFields } from './fields.ts'
import { isLive, type KafkaApi, oldProtocol, protocol } from './protocol.ts'

const apis = protocol.apis.filter(isLive)
const oldApis = new Map(oldProtocol.apis.filter(isLive).map(api => [api.key, api]))

test("the list is Kafka's, in the order of its keys, without the four that 4.0 removed", () => {
  expect(contracts.map(({ key, name }) => ({ key, name }))).toEqual(apis.map(({ key, name }) => ({ key, name })))
  expect(protocol.apis.filter(api => !isLive(api)).map(api => api.key)).toEqual([4, 5, 6, 7])
})

describe('versions and fields', () => {
  for (const api of apis) {
    test(api.name, () => {
      const contract = contracts.find(({ key }) => key === api.key)
      if (!contract) throw new Error(`no contract of ${api.name}`)
      const old = oldApis.get(api.key)
      const oldest = Math.min(api.minVersion, old?.minVersion ?? api.minVersion)
      expect(versionRange(contract.versions)).toEqual([oldest, api.maxVersion])
      expect(contract.stable ?? api.maxVersion).toBe(api.maxStableVersion)
      for (let version = oldest; version <= api.maxVersion; version++) {
        compare(contract, version >= api.minVersion || !old ? api : old, version)
      }
    })
  }
})

function compare(contract: Contract, api: KafkaApi, version: number): void {
  const ours = {
    version,
    isFlexible: isFlexible(contract.flexible, version),
    requestHeader: requestHeaderVersion(contract, version),
    responseHeader: responseHeaderVersion(contract, version),
    request: ourFields(contract.request, version),
    response: ourFields(contract.response, version),
  }
  expect<object>(ours).toEqual({
    version,
    isFlexible: api.flexibleFrom >= 0 && version >= api.flexibleFrom,
    requestHeader: inVersion(api.requestHeaderVersion, version),
    responseHeader: inVersion(api.responseHeaderVersion, version),
    request: kafkaFields(api.request, version),
    response: kafkaFields(api.response, version),
  })
}

function inVersion(byVersions: Readonly<Record<string, number>>, version: number): number | undefined {
  return Object.entries(byVersions).find(([versions]) => isInVersions(versions, version))?.[1]
}
