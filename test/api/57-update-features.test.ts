import { describe, expect, test } from 'bun:test'
import door, { updateFeatures } from '../../src/api/57-update-features.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask, versionsOf } from './ask.ts'

const feature = 'transaction.version'

function newFixture(): CatalogFixture {
  const fixture = new CatalogFixture()
  for (const [name, featureLevel] of [
    ['metadata.version', 30],
    [feature, 2],
  ] as const) {
    fixture.catalog.recover({ type: 'featureLevelRecord', value: { name, featureLevel } })
  }
  return fixture
}

function update(
  fixture: CatalogFixture,
  version: number,
  maxVersionLevel: number,
  upgradeType = 1,
  validateOnly = false,
) {
  const featureUpdates = [{ feature, maxVersionLevel, upgradeType, allowDowngrade: true }]
  return ask(door, updateFeatures, fixture, version, { featureUpdates, validateOnly })
}

describe('UpdateFeatures', () => {
  test.each(versionsOf(updateFeatures))('v%i says that it is done', version => {
    const results = version < 2 ? [{ feature, errorCode: ErrorCode.NONE, errorMessage: 'NONE' }] : []
    const done = { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null, results }
    expect(update(newFixture(), version, 2)).toEqual(done)
  })

  test.each(versionsOf(updateFeatures))('v%i says of no single feature that it is not done', version => {
    const answer = update(newFixture(), version, 9)
    expect(answer).toMatchObject({ errorCode: ErrorCode.INVALID_UPDATE_VERSION, results: [] })
    expect(answer.errorMessage).toContain(feature)
  })

  test('a downgrade is one by its type, and not by the flag of v0', () => {
    const fixture = newFixture()
    expect(update(fixture, 0, 1, 2).errorCode).toBe(ErrorCode.INVALID_UPDATE_VERSION)
    expect(update(fixture, 1, 1, 2, true).errorCode).toBe(ErrorCode.NONE)
    expect(fixture.catalog.featureLevel(feature)).toBe(2)
    expect(update(fixture, 1, 1, 2).errorCode).toBe(ErrorCode.NONE)
    expect(fixture.catalog.featureLevel(feature)).toBe(1)
  })

  test('a log that cannot be written refuses', () => {
    const fixture = newFixture()
    fixture.journal.isFull = true
    expect(update(fixture, 2, 1, 2).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect(fixture.catalog.featureLevel(feature)).toBe(2)
  })
})
