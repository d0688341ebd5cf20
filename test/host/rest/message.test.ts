import { describe, expect, test } from 'bun:test'
import { messageOf, recordOf } from '../../../src/host/rest/message.ts'
import { readBatchHeader } from '../../../src/wire/records/batch.ts'
import { encodeBatch } from '../../../src/wire/records/batch-encoder.ts'
import { crc32c } from '../../../src/wire/records/crc32c.ts'
import { type RecordEntry, readRecords } from '../../../src/wire/records/record.ts'

const NOW_MS = 1_700_000_000_000

function recordWith(parts: Partial<RecordEntry>): RecordEntry {
  return { offset: 7, timestamp: NOW_MS, key: null, value: null, headers: [], ...parts }
}

describe('a record as a message', () => {
  const plain = { partition: 3, offset: 7, timestamp: NOW_MS, key: null, headers: [] }

  test.each([
    ['text', Buffer.from('ключ 🔑'), { value: 'ключ 🔑' }],
    ['nothing', null, { value: null }],
    ['emptiness', Buffer.alloc(0), { value: '' }],
    ['a byte order mark', Buffer.from('\uFEFFx'), { value: '\uFEFFx' }],
    ['control characters', Buffer.from('a\0b\u2028'), { value: 'a\0b\u2028' }],
    ['a replacement character', Buffer.from('\uFFFD'), { value: '\uFFFD' }],
    ['no UTF-8', Buffer.from([0x61, 0xff]), { value: 'Yf8=', value_encoding: 'base64' as const }],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80]), { value: '7aCA', value_encoding: 'base64' as const }],
    ['an overlong form', Buffer.from([0xc0, 0x80]), { value: 'wIA=', value_encoding: 'base64' as const }],
  ])('with %s', (_, value, shown) => {
    expect(messageOf(recordWith({ value }), 3)).toEqual({ ...plain, ...shown })
  })

  test('with a key and headers of all kinds, in their order', () => {
    const headers = [
      { key: 'a', value: Buffer.from('1') },
      { key: 'a', value: null },
      { key: 'b', value: Buffer.from([0xff]) },
      { key: '\uFFFD', keyBytes: Buffer.from([0xfe]), value: Buffer.alloc(0) },
    ]
    expect(messageOf(recordWith({ key: Buffer.from([0x80]), headers }), 0)).toMatchObject({
      key: 'gA==',
      key_encoding: 'base64',
      headers: [
        { key: 'a', value: '1' },
        { key: 'a', value: null },
        { key: 'b', value: '/w==', value_encoding: 'base64' },
        { key: '/g==', key_encoding: 'base64', value: '' },
      ],
    })
  })

  test('with a header key that is no UTF-8, read from the bytes of a batch', () => {
    const batch = encodeBatch({}, [recordWith({ offset: 0, headers: [{ key: '??', value: null }] })])
    const at = batch.lastIndexOf(0x3f)
    batch.set([0xc3, 0x28], at - 1)
    new DataView(batch.buffer).setUint32(17, crc32c(batch, 21))
    const [record] = readRecords(batch, readBatchHeader(batch, 0), 1000)
    expect(record && messageOf(record, 0).headers).toEqual([{ key: 'wyg=', key_encoding: 'base64', value: null }])
  })
})

describe('a message as a record', () => {
  test('gets its place and the time, and no headers', () => {
    const record = recordOf({ value: 'hello' }, 2, NOW_MS)
    expect(record).toEqual({ offset: 2, timestamp: NOW_MS, key: null, value: Buffer.from('hello'), headers: [] })
  })

  test('is the record that is shown as this message', () => {
    for (const bytes of [null, Buffer.alloc(0), Buffer.from('ü'), Buffer.from([0, 255, 10])]) {
      const headers = [
        { key: 'h', value: bytes },
        { key: 'h', value: null },
      ]
      const record = recordWith({ key: bytes, value: bytes, headers })
      const { partition, offset, ...shown } = messageOf(record, 0)
      const message = { ...shown, headers: [...shown.headers] }
      expect(
        messageOf({ ...recordWith({}), ...recordOf(message, 7, 0), headers: recordOf(message, 7, 0).headers ?? [] }, 0),
      ).toEqual({ partition, offset, ...shown })
    }
  })
})
