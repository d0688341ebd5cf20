import { describe, expect, test } from 'bun:test'
import { compressLz4, decompressLz4 } from '../../../../src/wire/records/compression/lz4.ts'
import { xxHash32 } from '../../../../src/wire/records/compression/xxhash32.ts'
import { RecordError } from '../../../../src/wire/records/record-error.ts'

const encoder = new TextEncoder()

function littleEndian(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24]
}

/** A frame of `blocks`, with the checksums that `flags` asks for. */
function frame(
  flags: number,
  blocks: readonly (readonly number[])[],
  content = '',
  contentSize?: number,
  blockDescriptor = 0x40,
): Uint8Array {
  const descriptor = [
    flags,
    blockDescriptor,
    ...(contentSize === undefined ? [] : [...littleEndian(contentSize), 0, 0, 0, 0]),
  ]
  const bytes = [0x04, 0x22, 0x4d, 0x18, ...descriptor, (xxHash32(Uint8Array.from(descriptor)) >>> 8) & 0xff]
  for (const block of blocks) {
    bytes.push(...littleEndian(block.length), ...block)
    if (flags & 0x10) bytes.push(...littleEndian(xxHash32(Uint8Array.from(block))))
  }
  bytes.push(0, 0, 0, 0)
  if (flags & 0x04) bytes.push(...littleEndian(xxHash32(encoder.encode(content))))
  return Uint8Array.from(bytes)
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(decompressLz4(bytes, 1000))
}

/** Literals "abcdefgh". */
const first = [0x80, ...encoder.encode('abcdefgh')]
/** A copy of 6 from 8 back, which lies before the block itself; then literals "12345". */
const second = [0x02, 8, 0, 0x50, ...encoder.encode('12345')]

test('xxHash32 is the runtime’s', () => {
  for (const length of [0, 1, 3, 4, 15, 16, 17, 31, 32, 100, 1001]) {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7)
    expect(xxHash32(bytes)).toBe(Bun.hash.xxHash32(bytes))
    expect(xxHash32(Uint8Array.of(9, ...bytes, 9), 1, length + 1)).toBe(Bun.hash.xxHash32(bytes))
  }
})

describe('frames', () => {
  test('of several blocks, with both checksums and a content size', () => {
    const content = 'abcdefghabcdefgh'
    expect(textOf(frame(0x60, [first, first]))).toBe(content)
    expect(textOf(frame(0x60 | 0x10 | 0x08 | 0x04, [first, first], content, content.length))).toBe(content)
  })

  test('of blocks that reach back to others are refused, and so is what may have such', () => {
    expect(() => textOf(frame(0x60, [first, second]))).toThrow(RecordError)
    expect(() => textOf(frame(0x40, [first]))).toThrow(RecordError)
  })

  test('with a wrong checksum are refused', () => {
    const good = frame(0x60 | 0x10 | 0x04, [first], 'abcdefgh')
    expect(textOf(good)).toBe('abcdefgh')
    for (const position of [6, 20, good.length - 1]) {
      const bad = good.slice()
      bad[position] = (bad[position] ?? 0) ^ 1
      expect(() => textOf(bad)).toThrow(RecordError)
    }
  })

  test.each([
    ['version 0', 0x20, 0x40],
    ['a dictionary', 0x61, 0x40],
    ['a reserved flag', 0x62, 0x40],
    ['blocks of an unknown size', 0x60, 0x30],
    ['a reserved bit before the block size', 0x60, 0xc0],
    ['a reserved bit behind it', 0x60, 0x48],
  ])('with %s are refused', (_, flags, blockDescriptor) => {
    expect(() => textOf(frame(flags, [first], '', undefined, blockDescriptor))).toThrow(RecordError)
  })

  test.each([
    ['a copy from nowhere', [0x10, 97, 0, 0, 0x50, 1, 2, 3, 4, 5]],
    ['a copy at the end', [0x10, 97, 1, 0]],
    ['literals that are cut', [0x50, 97]],
    ['a length without end', [0xf0, 0xff, 0xff, 0xff]],
  ])('with %s are refused', (_, block) => {
    expect(() => textOf(frame(0x60, [block]))).toThrow(RecordError)
  })

  test('may have garbage behind them', () => {
    expect(textOf(new Uint8Array([...frame(0x60, [first]), 1, 2, 3]))).toBe('abcdefgh')
  })
})

test('the header checksum of magic 0 goes over the frame’s magic too, and is not checked', () => {
  const content = encoder.encode('of old')
  const standard = compressLz4(content)
  const old = compressLz4(content, 'magic0')
  expect(Buffer.from(standard.subarray(0, 7)).toString('hex')).toBe('04224d18604082')
  expect(Buffer.from(old.subarray(0, 7)).toString('hex')).toBe('04224d1860401a')
  expect(() => decompressLz4(old, 100)).toThrow(RecordError)
  for (const packed of [standard, old]) expect(decompressLz4(packed, 100, 'magic0')).toEqual(content)
})
