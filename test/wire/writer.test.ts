import { describe, expect, test } from 'bun:test'
import { zeroUuid } from '../../src/base/uuid.ts'
import { Reader } from '../../src/wire/reader.ts'
import { piecesSize, Writer } from '../../src/wire/writer.ts'

/** The hex of what `write` writes, to a buffer that has to grow and to one that has not. */
function written(write: (writer: Writer) => void): string {
  const [small, large] = [new Writer(1), new Writer()]
  write(small)
  write(large)
  expect(small.toBytes().toHex()).toBe(large.toBytes().toHex())
  return large.toBytes().toHex()
}

describe('integers', () => {
  test('are big-endian, signed as their names say', () => {
    const hex = written(writer => {
      writer.int8(-1)
      writer.int16(-32768)
      writer.uint16(65535)
      writer.int32(-(2 ** 31))
      writer.uint32(2 ** 32 - 2)
      writer.bool(true)
      writer.bool(false)
      writer.float64(1.5)
      writer.uuid(zeroUuid)
    })
    expect(hex).toBe(`ff8000ffff80000000fffffffe01003ff8000000000000${'00'.repeat(16)}`)
  })

  test.each([
    [0, '0000000000000000'],
    [-1, 'ffffffffffffffff'],
    [2 ** 32 - 1, '00000000ffffffff'],
    [-(2 ** 32), 'ffffffff00000000'],
    [Number.MAX_SAFE_INTEGER, '001fffffffffffff'],
    [Number.MIN_SAFE_INTEGER, 'ffe0000000000001'],
    [2 ** 53, '0020000000000000'],
    [-(2 ** 53), 'ffe0000000000000'],
    [2 ** 62 + 2 ** 20, '4000000000100000'],
    [2 ** 63, '7fffffffffffffff'],
    [2 ** 80, '7fffffffffffffff'],
    [-(2 ** 63), '8000000000000000'],
    [-(2 ** 80), '8000000000000000'],
    [-(2 ** 63) - 2 ** 11, '8000000000000000'],
  ])('int64 %d', (value, hex) => {
    expect(written(writer => writer.int64(value))).toBe(hex)
  })

  test.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [2 ** 21 - 1, 'ffff7f'],
    [2 ** 31 - 1, 'ffffffff07'],
    [2 ** 32 - 1, 'ffffffff0f'],
  ])('varint %d', (value, hex) => {
    expect(written(writer => writer.unsignedVarint(value))).toBe(hex)
  })
})

describe('strings', () => {
  test.each([
    '',
    'orders',
    'x'.repeat(64),
    'x'.repeat(126),
    'x'.repeat(127),
    'Grüße',
    'ends in ü',
    '😀',
    '\uFEFFbom',
    'x'.repeat(10_000),
    'x'.repeat(0x7fff),
  ])('%p in both forms', text => {
    const writer = new Writer(8)
    writer.string(text)
    writer.compactString(text)
    writer.int8(7)
    const reader = new Reader(writer.toBytes())
    expect(reader.text(reader.length16())).toBe(text)
    expect(reader.text(reader.compactLength())).toBe(text)
    expect(reader.int8()).toBe(7)
    expect(reader.remaining).toBe(0)
  })

  test('null', () => {
    expect(written(writer => writer.string(null))).toBe('ffff')
    expect(written(writer => writer.compactString(null))).toBe('00')
  })

  test('longer than Kafka allows is a broken invariant, not a broken frame', () => {
    expect(() => new Writer().string('ü'.repeat(0x4000))).toThrow()
    expect(() => new Writer().compactString('x'.repeat(0x8000))).toThrow()
  })
})

describe('spans', () => {
  const large = new Uint8Array(8 * 1024).fill(0xaa)

  test('large ones are passed on as they are, in order', () => {
    const writer = new Writer()
    writer.int16(1)
    writer.span(large)
    writer.span(large)
    writer.span(Uint8Array.of(9))
    const pieces = writer.finish()
    expect(pieces.map(piece => piece.length)).toEqual([2, large.length, large.length, 1])
    expect(pieces[1]).toBe(large)
    expect(pieces[2]).toBe(large)
    expect(writer.size).toBe(piecesSize(pieces))
  })

  test('small ones, and all that are to be copied, are copied', () => {
    const writer = new Writer()
    const small = Uint8Array.of(1, 2)
    writer.span(small)
    writer.copy(large)
    small.fill(0)
    expect(writer.finish().length).toBe(1)
    expect(writer.toBytes().subarray(0, 3).toHex()).toBe('0102aa')
  })
})

describe('frames', () => {
  test('are as long as what is in them', () => {
    const writer = new Writer()
    for (const value of [1, 2]) {
      writer.beginFrame()
      writer.int16(value)
      writer.endFrame()
    }
    expect(writer.toBytes().toHex()).toBe('000000020001' + '000000020002')
  })

  test('get their length though the buffer grows while they are open', () => {
    const writer = new Writer(6)
    writer.int8(9)
    writer.beginFrame()
    for (let count = 0; count < 1000; count++) writer.int8(count)
    writer.endFrame()
    expect(writer.toBytes().subarray(0, 6).toHex()).toBe('09000003e800')
    expect(writer.size).toBe(1005)
  })

  test.each([6, 1024])('get their length over pieces, with a buffer of %d bytes', bytes => {
    const writer = new Writer(bytes)
    const large = new Uint8Array(10_000)
    for (let frame = 0; frame < 3; frame++) {
      writer.beginFrame()
      writer.int8(1)
      writer.span(large)
      writer.copy(new Uint8Array(1000))
      writer.copy(new Uint8Array(1000))
      writer.span(large)
      writer.int8(2)
      writer.endFrame()
    }
    const whole = writer.toBytes()
    expect(whole.length).toBe(3 * (4 + 22_002))
    for (let frame = 0; frame < 3; frame++) expect(new Reader(whole, frame * 22_006).int32()).toBe(22_002)
  })
})

describe('what is finished', () => {
  test('is still there when more is written', () => {
    const writer = new Writer(4)
    writer.int32(0x01020304)
    const first = writer.finish()[0]
    writer.int32(5)
    expect(first?.toHex()).toBe('01020304')
    expect(writer.toBytes().toHex()).toBe('0102030400000005')
  })

  test('is forgotten at reset, also a frame that was open', () => {
    const writer = new Writer()
    writer.span(new Uint8Array(10_000))
    writer.beginFrame()
    writer.reset()
    expect(writer.size).toBe(0)
    expect(writer.finish()).toEqual([])
    writer.int8(1)
    writer.endFrame()
    expect(writer.toBytes().toHex()).toBe('01')
  })

  test("toBytes is the caller's own", () => {
    const writer = new Writer()
    writer.int8(1)
    const bytes = writer.toBytes()
    writer.reset()
    writer.int8(2)
    expect(bytes.toHex()).toBe('01')
    expect(new Writer().toBytes().length).toBe(0)
  })

  test('a buffer that grew large is given back at reset', () => {
    const writer = new Writer()
    writer.copy(new Uint8Array(2 * 1024 * 1024))
    writer.reset()
    writer.int8(1)
    expect(writer.finish()[0]?.buffer.byteLength).toBeLessThan(1024 * 1024)
  })
})
