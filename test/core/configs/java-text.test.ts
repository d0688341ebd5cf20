import { expect, test } from 'bun:test'
import { asciiDigits, javaDouble, javaTrim, wordsBetweenCommas } from '../../../src/core/configs/java-text.ts'

test('trimming takes controls away, and no blanks that only Unicode knows', () => {
  expect(javaTrim('\u0000\t a b\u001f\n')).toBe('a b')
  expect(javaTrim('\u00a0a\u2003')).toBe('\u00a0a\u2003')
  expect(javaTrim('\u0000 \u0001')).toBe('')
})

test('words between commas lose white space, and keep other controls', () => {
  expect(wordsBetweenCommas('a \t,\v b\u0000, ,c\u00a0')).toEqual(['a', 'b\u0000', '', 'c\u00a0'])
})

test('digits of every script are those of ASCII, unless they take two chars', () => {
  expect(asciiDigits('-12\u0660\u0661\u0669\uff15\u0ce6\u0cef')).toBe('-12019509')
  expect(asciiDigits('\u{1d7d9}½²')).toBe('\u{1d7d9}½²')
})

test.each([
  [1, '1.0'],
  [0, '0.0'],
  [-0, '-0.0'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [-12345678.9, '-1.23456789E7'],
  [1e22, '1.0E22'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
])('%p is printed as %s', (value, text) => expect(javaDouble(value)).toBe(text))
