import { expect, test } from 'bun:test'
import { flags, UsageError } from '../../../src/host/cli/flags.ts'
import { helpText } from '../../../src/host/cli/help.ts'
import { parseArguments } from '../../../src/host/cli/parse.ts'
import type { Settings } from '../../../src/host/config.ts'

const environment = { HOME: '/home/ann' }

const defaults: Settings = {
  port: 9092,
  host: 'localhost',
  dataDirectory: '/home/ann/.local/share/strikemq',
  isStrictReplication: false,
  isVerbose: false,
  overrides: new Map(),
}

const good: readonly [line: string, settings: Partial<Settings>][] = [
  ['', {}],
  ['--port 9093', { port: 9093 }],
  ['--port=0', { port: 0 }],
  ['--port 1 --port 2', { port: 2 }],
  ['--host 0.0.0.0', { host: '0.0.0.0' }],
  ['--data-dir ./here', { dataDirectory: './here' }],
  ['--data-dir=a=b', { dataDirectory: 'a=b' }],
  ['--strict-replication', { isStrictReplication: true }],
  ['-v', { isVerbose: true }],
  ['--verbose', { isVerbose: true }],
  ['-o num.partitions=3', { overrides: new Map([['num.partitions', '3']]) }],
  [
    '-o a=b=c -o d= -o a=e',
    {
      overrides: new Map([
        ['a', 'e'],
        ['d', ''],
      ]),
    },
  ],
]

for (const [line, settings] of good) {
  test(`strikemq ${line}`, () => {
    expect(parsed(line)).toEqual({ kind: 'serve', settings: { ...defaults, ...settings } })
  })
}

const bad: readonly [line: string, message: string][] = [
  ['--prot 1', "unknown flag '--prot'; did you mean '--port'?"],
  ['--datadir=x', "unknown flag '--datadir'; did you mean '--data-dir'?"],
  ['--zzzzzzzz', "unknown flag '--zzzzzzzz'; see --help"],
  ['serv', "unexpected argument 'serv'; see --help"],
  ['--port', '--port wants a value: --port PORT'],
  ['--port 65536', "--port wants a number from 0 to 65535, not '65536'"],
  ['--port 1e3', "--port wants a number from 0 to 65535, not '1e3'"],
  ['--port=', "--port wants a number from 0 to 65535, not ''"],
  ['--host=', "--host wants an address, as in '0.0.0.0'"],
  ['--data-dir=', "--data-dir wants a directory, as in './strikemq'"],
  ['-o num.partitions', "-o wants KEY=VALUE, as in 'num.partitions=3', not 'num.partitions'"],
  ['-o =3', "-o wants KEY=VALUE, as in 'num.partitions=3', not '=3'"],
  ['--verbose=yes', '--verbose takes no value'],
]

for (const [line, message] of bad) {
  test(`strikemq ${line}: ${message}`, () => {
    expect(() => parsed(line)).toThrow(new UsageError(message))
  })
}

function parsed(line: string) {
  return parseArguments(line.split(' ').filter(Boolean), environment, 'linux')
}

test('help and version are asked for, whatever comes after', () => {
  for (const line of ['-h', '--help', '-v --help --nonsense']) expect(parsed(line)).toEqual({ kind: 'help' })
  expect(parsed('--version')).toEqual({ kind: 'version' })
})

test('the help shows examples first and every flag', () => {
  const text = helpText()
  expect(text.indexOf('Examples')).toBeLessThan(text.indexOf('Options'))
  for (const { names, help } of flags) {
    for (const name of names) expect(text).toContain(name)
    expect(text).toContain(help)
  }
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
})

test('without any home the directory has to be named', () => {
  expect(() => parseArguments([], {}, 'linux')).toThrow('--data-dir is missing, and HOME is not set')
  expect(parseArguments(['--data-dir', 'x'], {}, 'linux').kind).toBe('serve')
})
