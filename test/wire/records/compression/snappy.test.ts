import { describe, expect, test } from 'bun:test'
import { compressSnappy, decompressSnappy } from '../../../../src/wire/records/compression/snappy.ts'
import { RecordError } from '../../../../src/wire/records/record-error.ts'

const hello = new TextEncoder().encode('hello')

describe('raw blocks', () => {
  test('literal, then copies of every kind', () => {
    // 18 bytes: "abcd", copy of 4 from 4 back (1-byte offset), of 5 (2-byte offset), of 5 (4-byte offset).
    const block = [18, 3 << 2, 97, 98, 99, 100, 0b001, 4, (4 << 2) | 2, 4, 0, (4 << 2) | 3, 4, 0, 0, 0]
    expect(new TextDecoder().decode(decompressSnappy(Uint8Array.from(block), 100))).toBe('abcdabcdabcdabcdab')
  })

  test('a long literal with a two-byte length', () => {
    const block = [0xac, 0x02, 61 << 2, 0x2b, 0x01, ...new Array<number>(300).fill(5)]
    expect(decompressSnappy(Uint8Array.from(block), 300)).toEqual(new Uint8Array(300).fill(5))
  })

  test.each([
    ['nothing', []],
    ['a length alone', [5]],
    ['a literal that is cut', [5, 4 << 2, 104]],
    ['a literal longer than the block', [3, 4 << 2, ...hello]],
    ['a block that ends early', [6, 4 << 2, ...hello]],
    ['a copy from before the start', [9, 4 << 2, ...hello, 0b001, 6]],
    ['a copy from nowhere', [9, 4 << 2, ...hello, 0b001, 0]],
    ['a copy that is cut', [9, 4 << 2, ...hello, 2]],
    ['a length that the bytes cannot make', [0xff, 0xff, 0x7f, 4 << 2, ...hello]],
    ['a length without end', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]],
  ])('%s is refused', (_, block) => {
    expect(() => decompressSnappy(Uint8Array.from(block), 1 << 22)).toThrow(RecordError)
  })
})

describe('xerial framing', () => {
  test('is what we write: header, then blocks of 32 KiB', () => {
    const packed = compressSnappy(hello)
    expect(Buffer.from(packed).toString('hex')).toBe(
      `82534e41505059000000000100000001000000070510${Buffer.from(hello).toString('hex')}`,
    )
    expect(compressSnappy(new Uint8Array(0)).length).toBe(16)
  })

  test('streams may be joined', () => {
    const joined = new Uint8Array([...compressSnappy(hello), ...compressSnappy(hello)])
    expect(new TextDecoder().decode(decompressSnappy(joined, 10))).toBe('hellohello')
    expect(() => decompressSnappy(joined, 9)).toThrow(RecordError)
  })

  test.each([
    ['a block longer than the stream', 19, 0x08],
    ['a negative block length', 16, 0xff],
  ])('%s is refused', (_, position, byte) => {
    const packed = compressSnappy(hello)
    packed[position] = byte
    expect(() => decompressSnappy(packed, 100)).toThrow(RecordError)
  })
})
