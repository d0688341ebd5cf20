import { expect, test } from 'bun:test'
import { crc32, crc32c } from '../../../src/wire/records/crc32c.ts'

/** Bit by bit, as the polynomial is defined. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  return ~crc >>> 0
}

const ascending = Uint8Array.from({ length: 4000 }, (_, index) => (index * 31 + (index >> 8)) & 0xff)

test('the vectors of RFC 3720, B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e)
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283)
})

test('every length and every alignment gives what the definition gives', () => {
  for (let start = 0; start < 9; start++) {
    for (const length of [0, 1, 7, 8, 15, 16, 17, 511, 512, 513, 527, 528, 3000]) {
      const part = ascending.subarray(start, start + length)
      expect(crc32c(ascending, start, start + length)).toBe(slowCrc32c(part))
      expect(crc32c(part)).toBe(slowCrc32c(part))
    }
  }
})

test('crc32 is the other polynomial, over a range', () => {
  const text = new TextEncoder().encode('-123456789-')
  expect(crc32(text, 1, 10)).toBe(0xcbf43926)
})
