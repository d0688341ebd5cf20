import { describe, expect, test } from 'bun:test'
import { MalformedError } from '../../src/wire/errors.ts'
import { Reader } from '../../src/wire/reader.ts'

function reader(hex: string): Reader {
  return new Reader(Uint8Array.fromHex(hex))
}

describe('integers', () => {
  test('are big-endian, signed as their names say', () => {
    const all = reader('ff' + '8000' + 'ffff' + '80000000' + 'fffffffe' + '00' + '02')
    expect([all.int8(), all.int16(), all.uint16(), all.int32(), all.uint32()]).toEqual([
      -1,
      -32768,
      65535,
      -(2 ** 31),
      2 ** 32 - 2,
    ])
    expect([all.bool(), all.bool()]).toEqual([false, true])
    expect(all.remaining).toBe(0)
  })

  test.each([
    ['0000000000000000', 0],
    ['ffffffffffffffff', -1],
    ['00000000ffffffff', 2 ** 32 - 1],
    ['ffffffff00000000', -(2 ** 32)],
    ['001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['ffe0000000000001', Number.MIN_SAFE_INTEGER],
    ['0020000000000000', 2 ** 53],
    ['ffe0000000000000', -(2 ** 53)],
    ['7fffffffffffffff', 2 ** 63],
    ['8000000000000000', -(2 ** 63)],
  ])('int64 %s', (hex, value) => {
    expect(reader(hex).int64()).toBe(value)
  })

  test('float64', () => {
    expect(reader('3ff8000000000000').float64()).toBe(1.5)
  })

  test.each([
    ['00', 0],
    ['7f', 127],
    ['8001', 128],
    ['ffff7f', 2 ** 21 - 1],
    ['ffffff7f', 2 ** 28 - 1],
    ['ffffffff07', 2 ** 31 - 1],
    ['ffffffff0f', 2 ** 32 - 1],
  ])('varint %s', (hex, value) => {
    expect(reader(hex).unsignedVarint()).toBe(value)
  })

  test('a varint ends after five bytes', () => {
    expect(() => reader('808080808000').unsignedVarint()).toThrow(MalformedError)
    expect(() => reader('8080').unsignedVarint()).toThrow(MalformedError)
  })
})

describe('text', () => {
  const utf8 = new TextEncoder()

  test.each([
    '',
    'orders',
    'Grüße',
    '日本語 😀',
    '\uFEFFafter a byte order mark',
    'null\0byte',
    'ä'.repeat(16_383),
    'x'.repeat(0x7fff),
  ])('%p', text => {
    const bytes = utf8.encode(text)
    expect(new Reader(bytes).text(bytes.length)).toBe(text)
  })

  test('is read within a frame that is a view', () => {
    const frame = utf8.encode('xxordersxx').subarray(1)
    expect(new Reader(frame, 1).text(6)).toBe('orders')
  })

  test('what is not UTF-8 is replaced', () => {
    expect(reader('61ff62').text(3)).toBe('a\uFFFDb')
  })

  test('longer than Kafka allows is refused', () => {
    expect(() => new Reader(new Uint8Array(0x8000)).text(0x8000)).toThrow(MalformedError)
  })
})

describe('lengths and counts', () => {
  test('null is -1, in every form', () => {
    expect([reader('ffff').length16(), reader('ffffffff').length32(), reader('00').compactLength()]).toEqual([
      -1, -1, -1,
    ])
    expect([reader('ffffffff').count32(8), reader('00').compactCount(8)]).toEqual([-1, -1])
  })

  test('are refused where they are negative or more than what remains', () => {
    expect(() => reader('fffe').length16()).toThrow(MalformedError)
    expect(() => reader('80000000').length32()).toThrow(MalformedError)
    expect(() => reader('00000002ff').length32()).toThrow(MalformedError)
    expect(() => reader('03ff').compactLength()).toThrow(MalformedError)
    expect(() => reader('ffffffff0f').compactLength()).toThrow(MalformedError)
    expect(() => reader('7fffffff').count32(1)).toThrow(MalformedError)
    expect(() => reader('00000002000000').count32(2)).toThrow(MalformedError)
    expect(() => reader('ffffffff07').compactCount(1)).toThrow(MalformedError)
  })

  test('are taken where they fit exactly', () => {
    expect(reader('0000000200000000').count32(2)).toBe(2)
    expect(reader('03ffff').compactLength()).toBe(2)
  })
})

describe('spans', () => {
  test('are views of the frame', () => {
    const frame = Uint8Array.fromHex('0102030405')
    const span = new Reader(frame, 1).span(3)
    expect(span.toHex()).toBe('020304')
    expect(span.buffer).toBe(frame.buffer)
  })

  test('an empty one does not keep the frame', () => {
    const frame = Uint8Array.fromHex('01')
    expect(new Reader(frame).span(0).buffer).not.toBe(frame.buffer)
  })
})

test('nothing is read past the end, though the array goes on', () => {
  const part = new Reader(new Uint8Array(100), 0, 7)
  expect(part.remaining).toBe(7)
  part.skip(4)
  expect(() => part.int32()).toThrow(MalformedError)
  expect(() => part.skip(4)).toThrow(MalformedError)
  part.skip(3)
  for (const type of ['int8', 'bool', 'int64', 'float64', 'uuid', 'unsignedVarint'] as const) {
    expect(() => part[type]()).toThrow(MalformedError)
  }
})

test('tagged fields are skipped', () => {
  const tags = reader('02' + '0501ff' + '0900' + '7f')
  tags.skipTags()
  expect(tags.int8()).toBe(127)
  expect(() => reader('010510').skipTags()).toThrow(MalformedError)
})

test('all arrays of a message together have a bound', () => {
  const bytes = new Uint8Array(4 + 999_999 + 4 + 2)
  const counts = new DataView(bytes.buffer)
  counts.setInt32(0, 999_999)
  counts.setInt32(4 + 999_999, 2)
  const reader = new Reader(bytes)
  expect(reader.count32(1)).toBe(999_999)
  reader.skip(999_999)
  expect(() => reader.count32(1)).toThrow(MalformedError)
})
