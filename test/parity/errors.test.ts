import { expect, test } from 'bun:test'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import { protocol } from './protocol.ts'

test("the table of error codes is Kafka's", () => {
  expect<[string, number][]>(Object.entries(ErrorCode)).toEqual(protocol.errors.map(({ name, code }) => [name, code]))
})

test('a code has its name, an unknown one its number', () => {
  for (const { name, code } of protocol.errors) expect(errorName(code)).toBe(name)
  expect(errorName(9999)).toBe('9999')
})
