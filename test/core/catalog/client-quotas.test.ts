import { describe, expect, test } from 'bun:test'
import type { EntityPart, FilterComponent } from '../../../src/core/catalog/client-quotas.ts'
import type { QuotaChange } from '../../../src/core/catalog/commands.ts'
import { JournalError } from '../../../src/core/machine.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { CatalogFixture } from './fixture.ts'

const RATE = 'producer_byte_rate'

const user = (entityName: string | null): EntityPart => ({ entityType: 'user', entityName })
const client = (entityName: string | null): EntityPart => ({ entityType: 'client-id', entityName })
const ip = (entityName: string | null): EntityPart => ({ entityType: 'ip', entityName })
const set = (key: string, value: number): QuotaChange => ({ key, value, remove: false })
const unset = (key: string): QuotaChange => ({ key, value: 0, remove: true })

function alter(fixture: CatalogFixture, entity: readonly EntityPart[], ...ops: readonly QuotaChange[]) {
  return fixture.catalog.alterClientQuotas({ entries: [{ entity, ops }], validateOnly: false }, 0)
}

function codeOf(entity: readonly EntityPart[], ...ops: readonly QuotaChange[]) {
  const fixture = new CatalogFixture()
  const [answer] = alter(fixture, entity, ...ops)
  if (answer?.errorCode !== 0) expect(fixture.journal.records).toEqual([])
  return answer?.errorCode
}

function described(fixture: CatalogFixture, strict = false, ...components: readonly FilterComponent[]) {
  const quotas = fixture.catalog.clientQuotas({ components, strict })
  if ('errorCode' in quotas) return quotas.errorCode
  return quotas.map(({ entity, values }) => ({
    ...Object.fromEntries(entity.map(({ entityType, entityName }) => [entityType, entityName])),
    ...Object.fromEntries(values),
  }))
}

const exact = (entityType: string, match: string | null): FilterComponent => ({ entityType, matchType: 0, match })
const fallback = (entityType: string): FilterComponent => ({ entityType, matchType: 1, match: null })
const any = (entityType: string): FilterComponent => ({ entityType, matchType: 2, match: null })

describe('altering client quotas', () => {
  test('sets, changes and removes, and is kept over a restart', () => {
    const before = new CatalogFixture()
    alter(before, [user('u')], set(RATE, 1000), set('request_percentage', 12.5))
    alter(before, [user('u')], set(RATE, 2000), unset('request_percentage'))
    alter(before, [client(null), user('u')], set('controller_mutation_rate', 0.5))
    const expected = [
      { user: 'u', [RATE]: 2000 },
      { 'client-id': null, user: 'u', controller_mutation_rate: 0.5 },
    ]
    expect(described(before)).toEqual(expected)
    const after = before.restarted()
    expect(described(after)).toEqual(expected)
    alter(after, [user('u')], unset(RATE))
    alter(after, [user('u'), client(null)], unset('controller_mutation_rate'))
    expect(described(after.restarted())).toEqual([])
  })

  test('writes what changes, a record for each quota', () => {
    const fixture = new CatalogFixture()
    alter(fixture, [user('u')], set(RATE, 1000), unset('consumer_byte_rate'))
    alter(fixture, [user('u')], set(RATE, 1000))
    alter(fixture, [user('u')], unset(RATE))
    const value = { entity: [user('u')], key: RATE }
    expect(fixture.journal.records).toEqual([
      { type: 'clientQuotaRecord', value: { ...value, value: 1000, remove: false } },
      { type: 'clientQuotaRecord', value: { ...value, value: 0, remove: true } },
    ])
  })

  test('is all of an entity or nothing', () => {
    const fixture = new CatalogFixture()
    expect(alter(fixture, [user('u')], set(RATE, 1), set('no_such', 2))[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST)
    expect(described(fixture)).toEqual([])
  })

  test('takes each entity by itself', () => {
    const fixture = new CatalogFixture()
    const entries = [
      { entity: [user('a')], ops: [set(RATE, 1)] },
      { entity: [{ entityType: 'dog', entityName: 'b' }], ops: [set(RATE, 1)] },
    ]
    const codes = fixture.catalog.alterClientQuotas({ entries, validateOnly: false }, 0).map(one => one.errorCode)
    expect(codes).toEqual([0, ErrorCode.INVALID_REQUEST])
    expect(described(fixture)).toEqual([{ user: 'a', [RATE]: 1 }])
  })

  test('of an entity that comes twice the first changes are made, and the second ones refused', () => {
    const fixture = new CatalogFixture()
    const entries = [
      { entity: [user('a'), client('c')], ops: [set(RATE, 1)] },
      { entity: [client('c'), user('a')], ops: [set(RATE, 2)] },
    ]
    const answers = fixture.catalog.alterClientQuotas({ entries, validateOnly: false }, 0)
    expect(answers).toMatchObject([{ entity: [client('c'), user('a')], errorCode: ErrorCode.INVALID_REQUEST }])
    expect(described(fixture)).toEqual([{ user: 'a', 'client-id': 'c', [RATE]: 1 }])
  })

  test('only says what it would give', () => {
    const fixture = new CatalogFixture()
    const entries = [{ entity: [user('a')], ops: [set(RATE, 1)] }]
    expect(fixture.catalog.alterClientQuotas({ entries, validateOnly: true }, 0)[0]?.errorCode).toBe(0)
    expect(described(fixture)).toEqual([])
  })

  test('is more than a request may do, and then nothing', () => {
    const fixture = new CatalogFixture()
    const entries = Array.from({ length: 10_001 }, (_, index) => ({ entity: [user(`u${index}`)], ops: [set(RATE, 1)] }))
    const answers = fixture.catalog.alterClientQuotas({ entries, validateOnly: false }, 0)
    expect(new Set(answers.map(({ errorCode }) => errorCode))).toEqual(new Set([ErrorCode.POLICY_VIOLATION]))
    expect(fixture.journal.records).toEqual([])
  })

  test('has not happened where it cannot be written', () => {
    const fixture = new CatalogFixture()
    fixture.journal.isFull = true
    expect(() => alter(fixture, [user('u')], set(RATE, 1))).toThrow(JournalError)
    expect(described(fixture)).toEqual([])
  })

  test.each([
    [[user('u')], 'consumer_byte_rate', 1],
    [[client('c')], RATE, 1e15],
    [[user(null), client(null)], 'request_percentage', 0.01],
    [[user('u')], RATE, 10.000_000_1],
    [[ip('127.0.0.1')], 'connection_creation_rate', 2_147_483_647],
    [[ip('::1')], 'connection_creation_rate', 1],
    [[ip('localhost')], 'connection_creation_rate', 1],
    [[ip(null)], 'connection_creation_rate', 1],
  ] as const)('%j can have %s of %p', (entity, key, value) => expect(codeOf(entity, set(key, value))).toBe(0))

  test.each([
    [[user('u')], 'no_such', 1],
    [[user('u')], 'connection_creation_rate', 1],
    [[ip('127.0.0.1')], RATE, 1],
    [[user('u')], RATE, 0],
    [[user('u')], RATE, -1],
    [[user('u')], RATE, 1.5],
    [[user('u')], RATE, 1e19],
    [[ip('127.0.0.1')], 'connection_creation_rate', 2_147_483_648],
    [[ip('999.1.1.1')], 'connection_creation_rate', 1],
    [[ip('no.such.host')], 'connection_creation_rate', 1],
    [[ip('127.0.0.1'), user('u')], 'connection_creation_rate', 1],
    [[user('')], RATE, 1],
    [[{ entityType: 'dog', entityName: 'd' }], RATE, 1],
    [[], RATE, 1],
  ] as const)('%j cannot have %s of %p', (entity, key, value) => {
    expect(codeOf(entity, set(key, value))).toBe(ErrorCode.INVALID_REQUEST)
  })

  test('the most that a rate can be is named to the last digit', () => {
    const fixture = new CatalogFixture()
    const most = 2 ** 63
    expect(alter(fixture, [user('u')], set(RATE, most))[0]?.errorCode).toBe(0)
    expect(alter(fixture, [user('u')], set(RATE, 1e19))[0]?.errorMessage).toBe(
      `${RATE} is 9223372036854775807 at most, and not 10000000000000000000`,
    )
  })
  test('a quota that comes twice is refused', () => {
    expect(codeOf([user('u')], set(RATE, 1), unset(RATE))).toBe(ErrorCode.INVALID_REQUEST)
  })
  test('what cannot be set can be unset', () => expect(codeOf([user('u')], unset('no_such'))).toBe(0))
  test('of a type that comes twice the last name counts', () => {
    const fixture = new CatalogFixture()
    alter(fixture, [user('u'), user('v')], set(RATE, 1))
    expect(described(fixture)).toEqual([{ user: 'v', [RATE]: 1 }])
  })
})

describe('describing client quotas', () => {
  const fixture = new CatalogFixture()
  alter(fixture, [user('u')], set(RATE, 1))
  alter(fixture, [user(null)], set(RATE, 2))
  alter(fixture, [user('u'), client('c')], set(RATE, 3))
  alter(fixture, [client('c')], set(RATE, 4))
  alter(fixture, [ip('1.2.3.4')], set('connection_creation_rate', 5))

  test.each([
    [[], false, [1, 2, 3, 4, 5]],
    [[], true, []],
    [[exact('user', 'u')], false, [1, 3]],
    [[exact('user', 'u')], true, [1]],
    [[fallback('user')], false, [2]],
    [[any('user')], false, [1, 2, 3]],
    [[any('user')], true, [1, 2]],
    [[any('user'), any('client-id')], false, [3]],
    [[exact('user', 'u'), exact('client-id', 'c')], true, [3]],
    [[exact('user', 'u'), exact('client-id', 'x')], false, []],
    [[exact('ip', '1.2.3.4')], false, [5]],
    [[exact('user', 'nobody')], false, []],
  ] as const)('by %j, strictly %p', (components, strict, values) => {
    const found = described(fixture, strict, ...components)
    if (typeof found === 'number') throw new Error(`refused with ${found}`)
    expect(found.map(one => Object.values(one).at(-1)).sort()).toEqual([...values])
  })

  test.each([
    [[any('dog')], 'UNSUPPORTED_VERSION'],
    [[any('')], 'INVALID_REQUEST'],
    [[any('user'), exact('user', 'u')], 'INVALID_REQUEST'],
    [[exact('user', null)], 'INVALID_REQUEST'],
    [[{ ...fallback('user'), match: 'u' }], 'INVALID_REQUEST'],
    [[{ ...any('user'), match: 'u' }], 'INVALID_REQUEST'],
    [[{ ...any('user'), matchType: 9 }], 'INVALID_REQUEST'],
    [[any('ip'), any('user')], 'INVALID_REQUEST'],
  ] as const)('%j is no filter: %s', (components, error) => {
    expect(described(fixture, false, ...components)).toBe(ErrorCode[error])
  })
})
