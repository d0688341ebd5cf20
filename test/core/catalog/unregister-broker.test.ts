import { describe, expect, test } from 'bun:test'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { CatalogFixture } from './fixture.ts'

/** Broker 2 was there when the directory was one of several. */
function fixtureOfTwo(): CatalogFixture {
  const fixture = new CatalogFixture()
  const known = { isMigratingZkBroker: false, incarnationId: zeroUuid, endPoints: [], features: [], rack: null }
  const state = { fenced: true, inControlledShutdown: false, logDirs: [], cordonedLogDirs: null }
  fixture.journal.records.push({
    type: 'registerBrokerRecord',
    value: { brokerId: 2, brokerEpoch: 77, ...known, ...state },
  })
  return fixture.restarted()
}

describe('unregistering a broker', () => {
  test('forgets one that Kafka has registered, once', () => {
    const fixture = fixtureOfTwo()
    expect(fixture.catalog.unregisterBroker(2, 0).errorCode).toBe(0)
    const record = { type: 'unregisterBrokerRecord', value: { brokerId: 2, brokerEpoch: 77 } } as const
    expect(fixture.journal.records.at(-1)).toEqual(record)
    expect(fixture.catalog.unregisterBroker(2, 0).errorCode).toBe(ErrorCode.BROKER_ID_NOT_REGISTERED)
    expect(fixture.restarted().catalog.unregisterBroker(2, 0).errorCode).toBe(ErrorCode.BROKER_ID_NOT_REGISTERED)
  })

  test.each([0, 3, -1])('%i was never there', id => {
    const fixture = fixtureOfTwo()
    expect(fixture.catalog.unregisterBroker(id, 0).errorCode).toBe(ErrorCode.BROKER_ID_NOT_REGISTERED)
    expect(fixture.journal.records).toHaveLength(1)
  })
})
