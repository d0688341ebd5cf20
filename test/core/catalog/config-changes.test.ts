import { describe, expect, test } from 'bun:test'
import { changedConfigs, Operation } from '../../../src/core/catalog/config-changes.ts'
import { topicConfigTable } from '../../../src/core/configs/topic-configs.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'

const { SET, DELETE, APPEND, SUBTRACT } = Operation
const POLICY = 'cleanup.policy'
const REPLICAS = 'leader.replication.throttled.replicas'

function after(
  before: Readonly<Record<string, string>>,
  changes: readonly (readonly [name: string, configOperation: number, value: string | null])[],
  { isReplacing = false, resourceType = 2 } = {},
) {
  const configs = changes.map(([name, configOperation, value]) => ({ name, configOperation, value }))
  const resource = { resourceType, resourceName: 'r', configs }
  const changed = changedConfigs(resource, new Map(Object.entries(before)), isReplacing, topicConfigTable)
  if ('errorCode' in changed) return changed
  const written = changed.records.flatMap(({ type, value }) =>
    type === 'configRecord' ? [[value.name, value.value] as const] : [],
  )
  return { configs: Object.fromEntries(changed.configs), written }
}

describe('one value', () => {
  test('is set and deleted; what is as it was is not written', () => {
    expect(
      after({ a: '1', b: '2', c: '3' }, [
        ['a', SET, '1'],
        ['b', SET, '5'],
        ['c', DELETE, 'x'],
        ['d', DELETE, null],
      ]),
    ).toEqual({
      configs: { a: '1', b: '5' },
      written: [
        ['b', '5'],
        ['c', null],
      ],
    })
  })

  test('of a broker is written in any case', () => {
    const { written } = after(
      { a: '1' },
      [
        ['a', SET, '1'],
        ['b', DELETE, null],
      ],
      { resourceType: 4 },
    ) as { written: unknown }
    expect(written).toEqual([
      ['a', '1'],
      ['b', null],
    ])
  })

  test('is the only one left where the others are replaced', () => {
    expect(
      after(
        { a: '1', b: '2' },
        [
          ['b', SET, '2'],
          ['c', SET, '3'],
        ],
        { isReplacing: true },
      ),
    ).toEqual({
      configs: { b: '2', c: '3' },
      written: [
        ['c', '3'],
        ['a', null],
      ],
    })
  })

  test('is not changed by an operation that nobody knows', () => {
    expect(after({}, [['a', 9, '1']])).toEqual({ errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, errorMessage: null })
  })
})

describe('a list', () => {
  const cases: readonly (readonly [before: string | null, operation: number, value: string, after: string])[] = [
    [null, APPEND, 'compact', 'delete,compact'],
    ['compact', APPEND, 'compact', 'compact'],
    ['compact', APPEND, 'delete,compact,delete', 'compact,delete'],
    ['', APPEND, 'compact', 'compact'],
    ['compact', APPEND, ',', 'compact'],
    ['compact', APPEND, 'delete,', 'compact,delete'],
    ['compact', APPEND, '', 'compact,'],
    ['compact,delete', SUBTRACT, 'compact', 'delete'],
    ['compact,delete', SUBTRACT, 'no,delete,compact', ''],
    [' compact , delete', SUBTRACT, 'compact', ' compact , delete'],
    [null, SUBTRACT, 'delete', ''],
  ]
  test.each(cases)('%p, operation %p with %p, is %p', (before, operation, value, expected) => {
    const changed = after(before === null ? {} : { [POLICY]: before }, [[POLICY, operation, value]])
    expect(changed).toMatchObject({ configs: { [POLICY]: expected } })
  })

  test('loses as many words as are taken away', () => {
    const before = { [REPLICAS]: '0:1,0:1,1:1' }
    expect(after(before, [[REPLICAS, SUBTRACT, '0:1']])).toMatchObject({ configs: { [REPLICAS]: '0:1,1:1' } })
  })

  test.each([APPEND, SUBTRACT])('is what operation %p wants', operation => {
    for (const name of ['retention.ms', 'no.such']) {
      const errorMessage = `Can't ${operation === APPEND ? 'APPEND' : 'SUBTRACT'} to key ${name} because its type is not LIST.`
      expect(after({}, [[name, operation, '1']])).toEqual({ errorCode: ErrorCode.INVALID_CONFIG, errorMessage })
    }
  })

  test('grows to what a record can hold', () => {
    const words = (from: number) => Array.from({ length: 4000 }, (_, index) => `${from + index}:1`).join(',')
    expect(after({ [REPLICAS]: words(0) }, [[REPLICAS, APPEND, words(4000)]])).toEqual({
      errorCode: ErrorCode.INVALID_CONFIG,
      errorMessage: 'The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes.',
    })
  })

  test('of thirty thousand words takes no longer than its length', () => {
    const many = Array.from({ length: 15_000 }, (_, index) => String.fromCodePoint(0x61 + (index % 26))).join(',')
    const startedMs = performance.now()
    after({ [REPLICAS]: many }, [
      [REPLICAS, SUBTRACT, many],
      ['x', SET, ','],
    ])
    after({ [REPLICAS]: ','.repeat(32_000) }, [[REPLICAS, APPEND, `${','.repeat(32_000)}x`]])
    expect(performance.now() - startedMs).toBeLessThan(1000)
  })
})
