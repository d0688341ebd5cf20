import { describe, expect, test } from 'bun:test'
import { fullMatcher } from '../../src/base/re2.ts'

/** Pattern, what matches, what does not. */
const patterns: readonly (readonly [pattern: string, yes: readonly string[], no: readonly string[]])[] = [
  ['', [''], ['a']],
  ['abc', ['abc'], ['ab', 'abcd', 'xabc', 'ABC']],
  ['a.c', ['abc', 'a😀c'], ['ac', 'a\nc']],
  ['(?s)a.c', ['a\nc'], []],
  ['tx-.*', ['tx-', 'tx-1', 'tx-a.b'], ['tx', 'my-tx-1']],
  ['a|bc|', ['a', 'bc', ''], ['b', 'abc']],
  ['(a|b)*c', ['c', 'abbac'], ['abd']],
  ['a+b?', ['a', 'aab'], ['b', 'abb']],
  ['a*?b+?c??', ['aabb', 'bc'], ['a']],
  ['a{2}', ['aa'], ['a', 'aaa']],
  ['a{2,}', ['aa', 'aaaa'], ['a']],
  ['a{1,3}', ['a', 'aaa'], ['', 'aaaa']],
  ['a{0}b', ['b'], ['ab']],
  ['(?:ab){0,2}', ['', 'abab'], ['ababab']],
  ['(a*)*', ['', 'aaa'], ['b']],
  ['a{,2}', ['a{,2}'], ['a', 'aa']],
  ['x{y}', ['x{y}'], ['x']],
  ['[a-c0]+', ['abc0'], ['d', '']],
  ['[^a-c]', ['d', '\n'], ['a', 'dd']],
  ['[]a]+', [']a'], ['b']],
  ['[^]a]', ['b'], [']', 'a']],
  ['[a-]+', ['a-a'], ['b']],
  ['[-a]+', ['-a'], ['b']],
  ['[\\d_\\-]+', ['1_-'], ['a']],
  ['[[:alpha:]_]+', ['ab_'], ['1']],
  ['[[:^digit:]]', ['a'], ['1']],
  ['[\\x41-\\x{43}]', ['B'], ['D']],
  ['[[:]', ['[', ':'], ['a']],
  ['\\d\\D\\w\\W\\s\\S', ['1a_- x'], ['aa_- x']],
  ['\\pL\\p{Greek}\\P{Lu}\\p{^Nd}', ['aαbc'], ['aab1', 'aαBc']],
  ['\\.\\*\\_\\-', ['.*_-'], ['a*_-']],
  ['\\n\\t\\x20\\101\\0', ['\n\t A\0'], ['nt A0']],
  ['\\Qa.b*\\E+', ['a.b*', 'a.b***'], ['axb', 'a.ba.b*']],
  ['\\Q(', ['('], ['']],
  ['^a$', ['a'], ['a\n']],
  ['(?m)a$\\n^b', ['a\nb'], []],
  ['a$b', [], ['ab']],
  ['\\Aab\\z', ['ab'], []],
  ['\\bfoo\\b.*\\Bx', ['foo ax'], ['foo x', 'foox']],
  ['(?i)Kafka', ['KAFKA', 'kafka'], ['kafk']],
  ['(?i)[a-z]+-(?-i)x', ['AB-x'], ['AB-X']],
  ['a(?i:b)c', ['aBc'], ['aBC']],
  ['(?i)[^a]', ['b'], ['a', 'A']],
  ['(?P<name>a)(?<other>b)', ['ab'], ['a']],
  ['(?:)', [''], ['a']],
  ['^*a', ['a'], ['b']],
  ['(?U)a+', ['aa'], ['']],
  [']}', [']}'], ['']],
]

describe('a pattern matches the whole of a text', () => {
  for (const [pattern, yes, no] of patterns)
    test(JSON.stringify(pattern), () => {
      const matches = fullMatcher(pattern)
      for (const text of yes) expect([text, matches?.(text)]).toEqual([text, true])
      for (const text of no) expect([text, matches?.(text)]).toEqual([text, false])
    })
})

test.each([
  ['('],
  [')'],
  ['a)'],
  ['(a'],
  ['['],
  ['[a'],
  ['[]'],
  ['[z-a]'],
  ['[[:nothing:]]'],
  ['*'],
  ['a|*'],
  ['(+a)'],
  ['a**'],
  ['a*+'],
  ['a{2}{3}'],
  ['a{1001}'],
  ['a{3,2}'],
  ['\\'],
  ['\\1'],
  ['\\8'],
  ['\\q'],
  ['\\C'],
  ['\\x{110000}'],
  ['\\xg'],
  ['\\pX'],
  ['\\p{Nowhere}'],
  ['\\p'],
  ['(?=a)'],
  ['(?!a)'],
  ['(?<!a)'],
  ['(?)'],
  ['(?z)'],
  ['(?i-)'],
  ['(?P<>a)'],
  ['(?P<a-b>a)'],
  ['(((((a{1,100}){1,100}){1,100}){1,100}){1,100})'],
  ['('.repeat(100_000)],
])('%j is no pattern', pattern => {
  expect(fullMatcher(pattern)).toBeNull()
})

test('what is empty may come as often as it likes', () => {
  const matches = fullMatcher('((((){1000}){1000}){1000}){1000}a')
  expect(matches?.('a')).toBe(true)
  expect(matches?.('')).toBe(false)
})

test('takes time in proportion to the text, where JavaScript would never end', () => {
  const matches = fullMatcher('(a+)+(a|aa)*(.*)*b')
  expect(matches?.('a'.repeat(5000))).toBe(false)
  expect(matches?.(`${'a'.repeat(5000)}b`)).toBe(true)
})

test("says what JavaScript's own say where both know the pattern", () => {
  const texts = ['', 'a', 'b', 'ab', 'ba', 'aab', 'abc', 'a-b', 'a1', 'A']
  for (const pattern of [
    'a*b?',
    '(a|b)+',
    '[ab]{2}',
    'a.?',
    '(?:a|ab)(?:c|bcd)?',
    '[^a]*',
    'a\\d|\\w',
    '(|a)b',
    '^a|b$',
  ]) {
    const own = new RegExp(`^(?:${pattern})$`)
    const matches = fullMatcher(pattern)
    for (const text of texts) expect([pattern, text, matches?.(text)]).toEqual([pattern, text, own.test(text)])
  }
})
