import { describe, expect, test } from 'bun:test'
import { supportedFeatures } from '../../../src/core/catalog/features.ts'
import type { MetadataRecord } from '../../../src/core/catalog/metadata-record.ts'
import { JournalError } from '../../../src/core/machine.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { CatalogFixture } from './fixture.ts'

const [UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE] = [1, 2, 3]
const ELR = 'eligible.leader.replicas.version'
const kafkas = { 'metadata.version': 30, 'group.version': 1, 'transaction.version': 2 }

function levelRecord(name: string, featureLevel: number): MetadataRecord {
  return { type: 'featureLevelRecord', value: { name, featureLevel } }
}

/** A catalog whose log finalizes those levels. */
function fixtureWith(levels: Readonly<Record<string, number>> = kafkas, settings = {}): CatalogFixture {
  const fixture = new CatalogFixture(settings)
  fixture.journal.records.push(...Object.entries(levels).map(([name, level]) => levelRecord(name, level)))
  for (const record of fixture.journal.records) fixture.catalog.recover(record)
  return fixture
}

type Update = readonly [feature: string, maxVersionLevel: number, upgradeType?: number | undefined]

function update(fixture: CatalogFixture, updates: readonly Update[], validateOnly = false) {
  const wanted = updates.map(([feature, maxVersionLevel, upgradeType = UPGRADE]) => {
    return { feature, maxVersionLevel, upgradeType }
  })
  return fixture.catalog.updateFeatures({ updates: wanted, validateOnly }, 0).errorCode
}

function finalized({ catalog }: CatalogFixture) {
  return Object.fromEntries(catalog.features.finalized.map(({ name, level }) => [name, level]))
}

describe('features in force', () => {
  test('are those of the log whose promise is kept', () => {
    const fixture = fixtureWith({ ...kafkas, 'metadata.version': 31, 'no.such.version': 1 })
    expect(finalized(fixture)).toEqual({ 'transaction.version': 2 })
    expect(finalized(fixtureWith())).toEqual({ 'metadata.version': 30, 'transaction.version': 2 })
    expect(fixtureWith().catalog.featureLevel('transaction.version')).toBe(2)
    expect(fixtureWith().catalog.featureLevel('group.version')).toBe(0)
    expect(fixtureWith().catalog.featureLevel('no.such.version')).toBe(0)
  })

  test('have an epoch that grows with each record', () => {
    const fixture = fixtureWith()
    const { epoch } = fixture.catalog.features
    update(fixture, [['transaction.version', 1, SAFE_DOWNGRADE]])
    expect(fixture.catalog.features.epoch).toBeGreaterThan(epoch)
  })

  test('each can be told in a row of ApiVersions', () => {
    for (const { minVersion, maxVersion } of supportedFeatures) expect(maxVersion).toBeGreaterThanOrEqual(minVersion)
  })
})

describe('a directory that is taken up', () => {
  const raised = { 'metadata.version': 21, 'transaction.version': 2 }

  test('comes to the transactions of today', () => {
    const fixture = fixtureWith({ 'metadata.version': 21 })
    fixture.catalog.resume(0)
    expect(finalized(fixture)).toEqual(raised)
    expect(finalized(fixture.restarted())).toEqual(raised)
    expect(fixture.restarted().journal.records).toEqual(fixture.journal.records)
  })

  test.each([0, 1])('keeps those of version %i where somebody has wanted them', level => {
    const fixture = fixtureWith()
    expect(update(fixture, [['transaction.version', level, SAFE_DOWNGRADE]])).toBe(0)
    expect(fixture.restarted().catalog.featureLevel('transaction.version')).toBe(level)
  })

  test('that is none of Kafka stays without', () => {
    const fixture = new CatalogFixture()
    fixture.catalog.resume(0)
    expect(fixture.journal.records).toEqual([])
  })
})

describe('updating features', () => {
  test('leads down and up again', () => {
    const fixture = fixtureWith()
    expect(update(fixture, [['transaction.version', 1, SAFE_DOWNGRADE]])).toBe(0)
    expect(fixture.catalog.featureLevel('transaction.version')).toBe(1)
    expect(update(fixture, [['transaction.version', 2]])).toBe(0)
    expect(finalized(fixture.restarted())).toEqual(finalized(fixtureWith()))
  })

  test('switches off, for Kafka too, what is there for its sake', () => {
    const fixture = fixtureWith()
    expect(update(fixture, [['group.version', 0, SAFE_DOWNGRADE]])).toBe(0)
    expect(fixture.journal.records.at(-1)).toEqual(levelRecord('group.version', 0))
  })

  test('is all or nothing', () => {
    const fixture = fixtureWith()
    const { length } = fixture.journal.records
    const updates: Update[] = [
      ['transaction.version', 1, SAFE_DOWNGRADE],
      ['no.such', 1],
    ]
    expect(update(fixture, updates)).toBe(ErrorCode.INVALID_UPDATE_VERSION)
    expect(fixture.journal.records).toHaveLength(length)
    expect(fixture.catalog.featureLevel('transaction.version')).toBe(2)
  })

  test('only says what it would give', () => {
    const fixture = fixtureWith()
    expect(update(fixture, [['transaction.version', 1, SAFE_DOWNGRADE]], true)).toBe(0)
    expect(fixture.catalog.featureLevel('transaction.version')).toBe(2)
  })

  test('of nothing is nothing', () => expect(update(fixtureWith(), [])).toBe(0))

  test('takes the last word on a feature', () => {
    const updates: Update[] = [
      ['transaction.version', 9],
      ['transaction.version', 2],
    ]
    expect(update(fixtureWith(), updates)).toBe(0)
    expect(update(fixtureWith(), updates.toReversed())).toBe(ErrorCode.INVALID_UPDATE_VERSION)
  })

  test('has not happened where it cannot be written', () => {
    const fixture = fixtureWith()
    fixture.journal.isFull = true
    expect(() => update(fixture, [['transaction.version', 1, SAFE_DOWNGRADE]])).toThrow(JournalError)
    expect(fixture.catalog.featureLevel('transaction.version')).toBe(2)
  })

  test.each([
    [30, 30, UPGRADE],
    [21, 30, UPGRADE],
    [22, 17, SAFE_DOWNGRADE],
    [29, 23, UNSAFE_DOWNGRADE],
  ])('leads metadata.version from %i to %i as type %i', (from, to, type) => {
    const fixture = fixtureWith({ 'metadata.version': from })
    expect(update(fixture, [['metadata.version', to, type]])).toBe(0)
    expect(finalized(fixture)).toMatchObject({ 'metadata.version': to })
  })

  test.each<Update>([
    ['metadata.version', 31, UPGRADE],
    ['metadata.version', 29, UPGRADE],
    ['metadata.version', 29, SAFE_DOWNGRADE],
    ['metadata.version', 29, UNSAFE_DOWNGRADE],
    ['metadata.version', 6, SAFE_DOWNGRADE],
    ['metadata.version', 0, SAFE_DOWNGRADE],
    ['transaction.version', 1, UPGRADE],
    ['transaction.version', 3, UPGRADE],
    ['transaction.version', -1, SAFE_DOWNGRADE],
    ['transaction.version', 2, 0],
    ['transaction.version', 2, 4],
    ['group.version', 1, UPGRADE],
    ['kraft.version', 1, UPGRADE],
    ['kraft.version', 2, UPGRADE],
    [ELR, 1, SAFE_DOWNGRADE],
    ['no.such', 0, SAFE_DOWNGRADE],
    ['', 1, UPGRADE],
  ])('does not lead %s to %i as type %i', (feature, level, type) => {
    const fixture = fixtureWith()
    expect(update(fixture, [[feature, level, type]])).toBe(ErrorCode.INVALID_UPDATE_VERSION)
    expect(finalized(fixture)).toEqual(finalized(fixtureWith()))
  })

  test('needs the metadata.version that a feature needs', () => {
    expect(update(fixtureWith({ 'metadata.version': 22 }), [[ELR, 1]])).toBe(ErrorCode.INVALID_UPDATE_VERSION)
    const both: Update[] = [
      [ELR, 1],
      ['metadata.version', 23],
    ]
    expect(update(fixtureWith({ 'metadata.version': 22 }), both)).toBe(0)
  })

  test('eligible leader replicas make the least ISR one for all brokers', () => {
    const fixture = fixtureWith(kafkas, { 'min.insync.replicas': '2' })
    const resource = { resourceType: 4, resourceName: '1', configs: [{ name: 'min.insync.replicas', value: '3' }] }
    fixture.catalog.alterConfigs({ resources: [resource], isReplacing: false, validateOnly: false }, 0)
    expect(fixture.configs.minInsyncReplicas).toBe(3)
    expect(update(fixture, [[ELR, 1]])).toBe(0)
    expect(fixture.configs.minInsyncReplicas).toBe(2)
    expect(fixture.catalog.configsOf(4, '')).toEqual(new Map([['min.insync.replicas', '2']]))
    expect(fixture.catalog.configsOf(4, '1')).toEqual(new Map())
    expect(fixture.restarted().journal.records).toEqual(fixture.journal.records)
  })
})
