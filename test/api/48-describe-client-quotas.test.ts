import { describe, expect, test } from 'bun:test'
import door, { describeClientQuotas } from '../../src/api/48-describe-client-quotas.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const entity = [{ entityType: 'user', entityName: 'u' }]

describe('DescribeClientQuotas', () => {
  test.each(versionsOf(describeClientQuotas))('v%i tells what is set', version => {
    const fixture = new CatalogFixture()
    const ops = [{ key: 'request_percentage', value: 0.1, remove: false }]
    fixture.catalog.alterClientQuotas({ entries: [{ entity, ops }], validateOnly: false }, 0)
    expect(ask(door, describeClientQuotas, fixture, version, { components: [], strict: false })).toEqual({
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      errorMessage: '',
      entries: [{ entity, values: [{ key: 'request_percentage', value: 0.1 }] }],
    })
  })

  test('a filter that is none gets no entries', () => {
    const components = [{ entityType: 'user', matchType: 9, match: null }]
    const answer = ask(door, describeClientQuotas, new CatalogFixture(), 1, { components, strict: false })
    expect(answer).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST, entries: null })
    expect(answer.errorMessage).toBeString()
  })
})
