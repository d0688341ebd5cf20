import { expect, test } from 'bun:test'
import { PropertiesError, parseProperties } from '../../src/host/config-file.ts'

const cases: readonly [
  title: string,
  text: string,
  properties: readonly [key: string, value: string, line: number][],
][] = [
  ['nothing', '', []],
  ['the mark of an editor on Windows', '\uFEFF# a\r\nb=1', [['b', '1', 2]]],
  ['blank lines and comments', '\n  \t\n# a=1\n  ! b=2\nc=3\n', [['c', '3', 5]]],
  [
    'the three separators',
    'a=1\nb:2\nc 3\nd\t4\ne\f5',
    [
      ['a', '1', 1],
      ['b', '2', 2],
      ['c', '3', 3],
      ['d', '4', 4],
      ['e', '5', 5],
    ],
  ],
  [
    'blanks around them',
    '  a  =  1  \nb : 2\nc   3',
    [
      ['a', '1  ', 1],
      ['b', '2', 2],
      ['c', '3', 3],
    ],
  ],
  [
    'only the first separator parts',
    'a==1\nb=:2\nc = =3\nd e=4',
    [
      ['a', '=1', 1],
      ['b', ':2', 2],
      ['c', '=3', 3],
      ['d', 'e=4', 4],
    ],
  ],
  [
    'no value, no key',
    'a\nb=\n=c',
    [
      ['a', '', 1],
      ['b', '', 2],
      ['', 'c', 3],
    ],
  ],
  [
    'a comment only begins a line',
    'a=1 # one\nb#=2',
    [
      ['a', '1 # one', 1],
      ['b#', '2', 2],
    ],
  ],
  [
    'line ends of all systems',
    'a=1\r\nb=2\rc=3',
    [
      ['a', '1', 1],
      ['b', '2', 2],
      ['c', '3', 3],
    ],
  ],
  [
    'lines go on after a backslash',
    'a=1,\\\n    2,\\\r\n\t3\nb=4',
    [
      ['a', '1,2,3', 1],
      ['b', '4', 4],
    ],
  ],
  ['even with what looks like a comment', 'a=1\\\n#2', [['a', '1#2', 1]]],
  ['the key may go on too', 'long.\\\n  key = 1', [['long.key', '1', 1]]],
  [
    'two backslashes are one, and an end',
    'a=1\\\\\nb=2',
    [
      ['a', '1\\', 1],
      ['b', '2', 2],
    ],
  ],
  ['three go on', 'a=1\\\\\\\n2', [['a', '1\\2', 1]]],
  ['a backslash at the very end', 'a=1\\', [['a', '1', 1]]],
  ['a comment does not go on', '# a\\\nb=1', [['b', '1', 2]]],
  ['escapes', 'a=\\t\\n\\r\\f\\x\\"\\u00e9\\U0041', [['a', '\t\n\r\fx"éU0041', 1]]],
  ['escaped separators belong to the key', 'a\\=b\\:c\\ d=1', [['a=b:c d', '1', 1]]],
  ['a blank that stays', 'a=\\ 1', [['a', ' 1', 1]]],
  [
    'the same key again',
    'a=1\na=2',
    [
      ['a', '1', 1],
      ['a', '2', 2],
    ],
  ],
  ['a Windows path loses its backslashes, as in Java', 'a=C:\\data', [['a', 'C:data', 1]]],
]

for (const [title, text, properties] of cases) {
  test(title, () =>
    expect(parseProperties(text).map(({ key, value, line }) => [key, value, line])).toEqual(
      properties.map(row => [...row]),
    ),
  )
}

test.each(['a=\\u12', 'a=1\nb=\\u12g4', 'a=1\n\\u=2'])('%j is broken', text => {
  expect(() => parseProperties(text)).toThrow(PropertiesError)
})

test('hostile text ends in time', () => {
  const startedAt = performance.now()
  parseProperties(`a=${'\\'.repeat(200_001)}`)
  parseProperties('a\\\n'.repeat(20_000))
  expect(performance.now() - startedAt).toBeLessThan(2000)
})
