import { describe, expect, test } from 'bun:test'
import { zeroUuid } from '../../src/base/uuid.ts'
import * as s from '../../src/wire/schema.ts'

describe('versions', () => {
  test.each<[string, readonly [number, number]]>([
    ['3', [3, 3]],
    ['3-7', [3, 7]],
    ['4+', [4, Number.POSITIVE_INFINITY]],
    ['0-13', [0, 13]],
  ])('%s', (versions, range) => {
    expect(s.versionRange(versions)).toEqual(range)
  })

  test('a version is in a range with its ends, and in none that is absent', () => {
    expect([2, 3, 7, 8].map(version => s.isInVersions('3-7', version))).toEqual([false, true, true, false])
    expect(s.isInVersions('4+', 32767)).toBe(true)
    expect(s.isInVersions(undefined, 0)).toBe(false)
  })
})

describe('fields', () => {
  test('are values: a modifier makes a new one', () => {
    const plain = s.int32('1+')
    const tagged = plain.tag(0, '2+').nullable('2+').default(5)
    expect(plain.options).toEqual({})
    expect(tagged.options).toEqual({ tag: 0, tagVersions: '2+', nullable: '2+', fallback: 5 })
    expect(tagged.versions).toBe('1+')
  })

  test('have the zero of their type where no default is given', () => {
    const fields = {
      bool: s.bool(),
      int: s.int64(),
      uuid: s.uuid(),
      string: s.string(),
      bytes: s.bytes(),
      pieces: s.pieces(),
      array: s.array(s.int32()),
      none: s.string().nullable().default(null),
      struct: s.struct({ inner: s.int8().default(-1) }),
    }
    expect(s.fallbackOf(s.struct(fields))).toEqual({
      bool: false,
      int: 0,
      uuid: zeroUuid,
      string: '',
      bytes: new Uint8Array(),
      pieces: [],
      array: [],
      none: null,
      struct: { inner: -1 },
    })
  })
})

test('a writer may leave out what has a default; a reader gets every field', () => {
  const fields = { id: s.int32(), note: s.string().nullable(), extra: s.int8().default(1), late: s.bool().tag(0, '1+') }
  const draft: s.Draft<typeof fields> = { id: 1, note: null }
  const value: s.Infer<typeof fields> = { ...draft, id: 1, note: null, extra: 1, late: false }
  expect(Object.keys(value).sort()).toEqual(Object.keys(fields).sort())
})
