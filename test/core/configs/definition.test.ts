import { expect, test } from 'bun:test'
import {
  canonicalText,
  type Definition,
  refusal,
  textToLong,
  textToNumber,
} from '../../../src/core/configs/definition.ts'

function definition(type: Definition['type'], accepts = '*'): Definition {
  return { name: 'x', type, isReadOnly: false, isInternal: false, default: null, synonym: null, accepts }
}

test('numbers are shown as Java prints them', () => {
  const long = definition('long')
  expect(
    ['+5', ' 05 ', '-0', '\u0001-\uff15\u0661', '9223372036854775807'].map(text => canonicalText(long, text)),
  ).toEqual(['5', '5', '0', '-51', '9223372036854775807'])
  const double = definition('double')
  const shown = {
    '1': '1.0',
    '.5f': '0.5',
    '0.0001': '1.0E-4',
    '0.001': '0.001',
    '1e7': '1.0E7',
    '12345678.9': '1.23456789E7',
    '-0': '-0.0',
    '1e400': 'Infinity',
    '-1e400': '-Infinity',
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

test('numbers are read as Java reads them', () => {
  expect(textToNumber('\u0001 \u0661\u0660 ')).toBe(10)
  expect(textToLong(' +9007199254740993\u0000')).toBe(9007199254740993n)
  const long = definition('long')
  const taken = ['\u0661', ' +\uff15', `-${'0'.repeat(30)}5`, '\u0000 7\u001f']
  expect(taken.map(text => refusal(long, text))).toEqual(taken.map(() => null))
  for (const text of ['\u00a05', '5\u2003', '\u{1d7d9}', '\u0661'.repeat(20)]) {
    expect(refusal(long, text)).toBe(`Invalid value ${text} for configuration x: Not a number of type LONG`)
  }
  for (const text of ['\u00a00.5', '\u0660']) {
    expect(refusal(definition('double'), text)).toBe(
      `Invalid value ${text} for configuration x: Not a number of type DOUBLE`,
    )
  }
})

test('what is no number is found to be none in linear time', () => {
  const startedMs = performance.now()
  for (const type of ['long', 'double'] as const) {
    expect(refusal(definition(type), `${'1'.repeat(100_000)}x`)).not.toBeNull()
  }
  expect(performance.now() - startedMs).toBeLessThan(1000)
})

test('what is out of its range is named as Java prints it', () => {
  expect(refusal(definition('long', '1..'), '-\u0661')).toBe(
    'Invalid value -1 for configuration x: Value must be at least 1',
  )
  const share = definition('double', '0..1')
  expect(refusal(share, '1e400')).toBe('Invalid value Infinity for configuration x: Value must be no more than 1')
  expect(refusal(share, '-1e400')).toBe('Invalid value -Infinity for configuration x: Value must be at least 0')
})

test('of a list the first word that is wrong is named', () => {
  const empty = "Configuration 'x' values must not be empty."
  const stranger = (word: string) => `Invalid value ${word} for configuration x: String must be one of: a, b`
  const list = definition('list', 'a|b')
  const said = {
    '0:1,': stranger('0:1'),
    'c,a': stranger('c'),
    'a,,c': empty,
    ',c': empty,
    'a,a,': empty,
    ',': empty,
    'a\u0000,\u0001b': stranger('a\u0000'),
    'a\u00a0,b': stranger('a\u00a0'),
    'a\t,\nb': null,
    '\u0000': null,
  }
  for (const [text, complaint] of Object.entries(said)) expect(refusal(list, text)).toBe(complaint)
  expect(refusal(definition('list'), 'c,,')).toBe(empty)
})

test('a list of replicas may have controls around its words, and empty ones beside the star', () => {
  const list = definition('list', 'replicas')
  for (const text of ['\u00000:1\u0001,\u00020:2', '*,', ',0:1', '0:1, ,1:2']) expect(refusal(list, text)).toBeNull()
  for (const text of ['\u00a00:1', '\u0661:1', '*,*', '*,0:1']) expect(refusal(list, text)).not.toBeNull()
})
