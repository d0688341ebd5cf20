import { describe, expect, test } from 'bun:test'
import { flags, variableOf } from '../../../src/host/cli/flags.ts'
import { helpText } from '../../../src/host/cli/help.ts'
import { parseArguments, parseEnvironment } from '../../../src/host/cli/parse.ts'
import { UsageError } from '../../../src/host/config.ts'

function parsed(line: string) {
  const { command, given } = parseArguments(line.split(' ').filter(Boolean))
  return [command, ...given.map(({ as, text }) => `${as} ${text}`)]
}

describe('arguments', () => {
  const good: readonly [line: string, ...parsed: string[]][] = [
    ['', 'serve'],
    ['serve', 'serve'],
    ['config', 'config'],
    ['version', 'version'],
    ['help', 'help'],
    ['--port 0', 'serve', '--port 0'],
    ['serve --port=0 -v', 'serve', '--port 0', '-v true'],
    ['config --data-dir=a=b --ephemeral=false', 'config', '--data-dir a=b', '--ephemeral false'],
    ['-o a=1 -o b=2', 'serve', '-o a=1', '-o b=2'],
    ['--help --nonsense', 'help'],
    ['config -h', 'help'],
    ['-v --version', 'version'],
    ['--host=', 'serve', '--host '],
  ]
  test.each(good)('strikemq %s', (line, ...expected) => expect(parsed(line)).toEqual(expected))

  const bad: readonly [line: string, message: string][] = [
    ['--prot 1', "unknown flag '--prot'; did you mean '--port'?"],
    ['--datadir=x', "unknown flag '--datadir'; did you mean '--data-dir'?"],
    ['--zzzzzzzz', "unknown flag '--zzzzzzzz'; see --help"],
    ['serv', "unexpected argument 'serv'; did you mean 'serve'?"],
    ['topic', "unexpected argument 'topic'; see --help"],
    ['serve config', "unexpected argument 'config'; see --help"],
    ['--port', '--port wants a value: --port PORT'],
    ['config -o', '-o wants a value: -o KEY=VALUE'],
  ]
  test.each(bad)('strikemq %s: %s', (line, message) => expect(() => parsed(line)).toThrow(new UsageError(message)))
})

describe('environment', () => {
  const seen = (environment: Record<string, string>) => parseEnvironment(environment).map(({ as, text }) => [as, text])

  test('every long flag that sets something has a variable', () => {
    const variables = flags.flatMap(flag => variableOf(flag) ?? [])
    expect(variables).toContain('STRIKEMQ_DATA_DIR')
    expect(variables).toContain('STRIKEMQ_CONFIG')
    expect(variables).toHaveLength(flags.length - ['-o', '--help', '--version'].length)
    for (const name of variables) expect(seen({ [name]: 'x' })).toEqual([[name, 'x']])
  })

  test('what is empty, and what belongs to others, is passed over', () => {
    expect(
      seen({
        PORT: '1',
        STRIKEMQ_PORT: '',
        STRIKEMQ_BINARY: '/usr/bin/strikemq',
        STRIKEMQ_SERVICE_HOST: '10.0.0.1',
        STRIKEMQ_SERVICE_PORT_KAFKA: '9092',
        STRIKEMQ_PORT_9092_TCP_ADDR: '10.0.0.1',
      }),
    ).toEqual([])
    expect(seen({ STRIKEMQ_PORT: 'tcp://10.0.0.1:9092' })).toEqual([])
  })

  const bad: readonly [name: string, message: string][] = [
    ['STRIKEMQ_PROT', "unknown variable 'STRIKEMQ_PROT'; did you mean 'STRIKEMQ_PORT'?"],
    ['STRIKEMQ_DATADIR', "unknown variable 'STRIKEMQ_DATADIR'; did you mean 'STRIKEMQ_DATA_DIR'?"],
    ['STRIKEMQ_HELP_ME_WITH_ALL_OF_THIS', "unknown variable 'STRIKEMQ_HELP_ME_WITH_ALL_OF_THIS'; see --help"],
  ]
  test.each(bad)('%s', (name, message) => expect(() => seen({ [name]: '1' })).toThrow(new UsageError(message)))
})

test('the help shows examples first and every flag', () => {
  const text = helpText()
  expect(text.indexOf('Examples')).toBeLessThan(text.indexOf('Options'))
  for (const { names, help } of flags) {
    for (const name of names) expect(text).toContain(name)
    expect(text).toContain(help)
  }
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(112)
})
