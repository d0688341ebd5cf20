import { describe, expect, test } from 'bun:test'
import { ConfigTable } from '../../../src/core/configs/table.ts'

const table = new ConfigTable(`
max.bytes int    ro  10   1..9
secret    string rw* null *    old.one
words list rw ''
`)

describe('a table of configs', () => {
  test('reads a row, aligned or not', () => {
    expect(table.find('max.bytes')).toEqual({
      name: 'max.bytes',
      type: 'int',
      isReadOnly: true,
      isInternal: false,
      default: '10',
      accepts: '1..9',
      synonym: null,
    })
    expect(table.find('secret')).toMatchObject({
      isReadOnly: false,
      isInternal: true,
      default: null,
      synonym: 'old.one',
    })
    expect(table.find('words')).toMatchObject({ type: 'list', default: '', accepts: '*' })
  })

  test('knows its names and nothing else', () => {
    expect(table.names()).toEqual(['max.bytes', 'secret', 'words'])
    for (const stranger of ['', 'max', 'bytes', 'max.bytes int', 'secret\nwords', 'maxxbytes']) {
      expect(table.find(stranger)).toBeNull()
    }
  })

  test('a type that is none breaks an invariant', () => {
    expect(() => new ConfigTable('\nodd number ro 1\n').find('odd')).toThrow('no type of a config')
  })
})
