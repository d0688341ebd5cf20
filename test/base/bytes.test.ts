import { expect, test } from 'bun:test'
import { assert } from '../../src/base/assert.ts'
import { concatBytes, noBytes, viewOf } from '../../src/base/bytes.ts'

test('pieces are joined in order; one alone is not copied', () => {
  const one = Uint8Array.of(1, 2)
  expect(concatBytes([one, noBytes, Uint8Array.of(3)])).toEqual(Uint8Array.of(1, 2, 3))
  expect(concatBytes([one])).toBe(one)
  expect(concatBytes([])).toEqual(noBytes)
})

test('a view shows the part that the array shows', () => {
  const part = Uint8Array.of(0, 0, 1, 2, 0).subarray(2, 4)
  const view = viewOf(part)
  expect([view.byteLength, view.getUint16(0)]).toEqual([2, 0x0102])
})

test('an assertion that is false throws what it claims', () => {
  expect(() => assert(false, 'the log end does not go back')).toThrow('the log end does not go back')
  assert(true, 'nothing happens')
})
