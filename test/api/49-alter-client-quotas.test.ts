import { describe, expect, test } from 'bun:test'
import door, { alterClientQuotas } from '../../src/api/49-alter-client-quotas.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const entity = [{ entityType: 'user', entityName: 'u' }]
const everything = { components: [], strict: false }

function alter(fixture: CatalogFixture, version: number, key: string) {
  const ops = [{ key, value: 0.1, remove: false }]
  return ask(door, alterClientQuotas, fixture, version, { entries: [{ entity, ops }], validateOnly: false })
}

describe('AlterClientQuotas', () => {
  test.each(versionsOf(alterClientQuotas))('v%i sets a quota', version => {
    const fixture = new CatalogFixture()
    expect(alter(fixture, version, 'request_percentage')).toEqual({
      throttleTimeMs: 0,
      entries: [{ errorCode: ErrorCode.NONE, errorMessage: null, entity }],
    })
    const values = new Map([['request_percentage', 0.1]])
    expect(fixture.catalog.clientQuotas(everything)).toEqual([{ entity, values }])
  })

  test('refuses a quota that there is not', () => {
    const [entry] = alter(new CatalogFixture(), 1, 'no_such').entries
    expect(entry).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST, entity })
    expect(entry?.errorMessage).toBeString()
  })

  test('a log that cannot be written refuses every entity, and nothing has changed', () => {
    const fixture = new CatalogFixture()
    fixture.journal.isFull = true
    expect(alter(fixture, 1, 'request_percentage').entries).toMatchObject([
      { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, entity },
    ])
    expect(fixture.catalog.clientQuotas(everything)).toEqual([])
  })
})
