import { expect, test } from 'bun:test'
import { canonicalText, type Definition } from '../../../src/core/configs/definition.ts'

function definition(type: Definition['type'], accepts = '*'): Definition {
  return { name: 'x', type, isReadOnly: false, isInternal: false, default: null, synonym: null, accepts }
}

test('numbers are shown as Java prints them', () => {
  const long = definition('long')
  expect(['+5', ' 05 ', '-0', '9223372036854775807'].map(text => canonicalText(long, text))).toEqual([
    '5',
    '5',
    '0',
    '9223372036854775807',
  ])
  const double = definition('double')
  const shown = {
    '1': '1.0',
    '.5f': '0.5',
    '0.0001': '1.0E-4',
    '0.001': '0.001',
    '1e7': '1.0E7',
    '12345678.9': '1.23456789E7',
  }
  for (const [text, java] of Object.entries(shown)) expect(canonicalText(double, text)).toBe(java)
})

test('lists lose blanks and repetitions, lists of replicas only blanks', () => {
  expect(canonicalText(definition('list'), ' a , b,a')).toBe('a,b')
  expect(canonicalText(definition('list', 'replicas'), '0:1, 0:1,')).toBe('0:1,0:1,')
  expect(canonicalText(definition('list'), ' ')).toBe('')
})

test('booleans are small letters, strings are trimmed', () => {
  expect(canonicalText(definition('boolean'), ' TRUE')).toBe('true')
  expect(canonicalText(definition('string'), ' Gzip ')).toBe('Gzip')
})
