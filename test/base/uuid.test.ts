import { expect, test } from 'bun:test'
import { makeUuid, parseUuid, readUuid, writeUuid, zeroUuid } from '../../src/base/uuid.ts'
import { seed, withSeed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'

test('the text is URL-safe base64 without padding, both ways', () => {
  const random = new SeededRandom(seed)
  for (let round = 0; round < 200; round++) {
    withSeed(`round ${round}`, () => {
      const bytes = random.bytes(18)
      const uuid = readUuid(bytes, 1)
      expect<string>(uuid).toBe(bytes.subarray(1, 17).toBase64({ alphabet: 'base64url', omitPadding: true }))
      const copy = bytes.slice().fill(0, 1, 17)
      writeUuid(copy, 1, uuid)
      expect(copy.toHex()).toBe(bytes.toHex())
    })
  }
})

test('zero is sixteen zero bytes', () => {
  expect(readUuid(new Uint8Array(16), 0)).toBe(zeroUuid)
})

test("only Kafka's form is taken for a uuid", () => {
  expect<string | null>(parseUuid('lk8OlkGrTGaXhJ9dc3ncAg')).toBe('lk8OlkGrTGaXhJ9dc3ncAg')
  for (const text of ['', 'short', 'lk8OlkGrTGaXhJ9dc3ncAgA', 'lk8OlkGrTGaXhJ9dc3nc+g', 'lk8OlkGrTGaXhJ9dc3ncAB']) {
    expect(parseUuid(text)).toBeNull()
  }
})

test('a new one is of version 4 and does not begin with a dash', () => {
  const attempts = [new Uint8Array(16).fill(0xf8), new Uint8Array(16).fill(0x0f)]
  const uuid = makeUuid(() => attempts.shift() ?? new Uint8Array(16))
  expect(uuid.startsWith('-')).toBe(false)
  expect(attempts).toEqual([])
  const bytes = new Uint8Array(16)
  writeUuid(bytes, 0, uuid)
  expect(bytes.toHex()).toBe('0f0f0f0f0f0f4f0f8f0f0f0f0f0f0f0f')
})
