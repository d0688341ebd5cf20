import { expect, test } from 'bun:test'
import { brokerConfigTable } from '../../../src/core/configs/broker-configs.ts'
import { parseArguments } from '../../../src/host/cli/parse.ts'
import { resolveSettings } from '../../../src/host/cli/resolve.ts'
import { configText } from '../../../src/host/cli/show-config.ts'

interface Row {
  readonly name: string
  readonly value: string | null
  readonly source: string
}

function show(line: string, keptNodeId: number | null = null): string {
  const world = {
    environment: { HOME: '/home/ann', STRIKEMQ_HOST: '0.0.0.0' },
    platform: 'linux',
    readText: () => '# the file\nnum.partitions=7\ndelegation.token.secret.key=geheim\n',
  }
  return configText(resolveSettings(parseArguments(line.split(' ')).given, world), keptNodeId)
}

test('every value with its source', () => {
  const line = '--json --config s.properties -o broker.rack=r1 --data-dir /d --topic a:2:retention.ms=1 --ready-file r'
  const rows: Row[] = JSON.parse(show(line))
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining([...brokerConfigTable.names()]))
  const expected: readonly (readonly [name: string, value: string | null, source: string])[] = [
    ['config', 's.properties', 'flag --config'],
    ['port', '9092', 'default'],
    ['http-port', '8080', 'default'],
    ['host', '0.0.0.0', 'environment STRIKEMQ_HOST'],
    ['data-dir', '/d', 'flag --data-dir'],
    ['topic', 'a:2:retention.ms=1', 'flag --topic'],
    ['ready-file', 'r', 'flag --ready-file'],
    ['listeners', 'PLAINTEXT://0.0.0.0:9092', 'environment STRIKEMQ_HOST'],
    ['log.dirs', '/d', 'flag --data-dir'],
    ['node.id', '1', 'default'],
    ['advertised.listeners', null, 'default'],
    ['num.partitions', '7', 's.properties:2'],
    ['delegation.token.secret.key', '(hidden)', 's.properties:3'],
    ['broker.rack', 'r1', 'flag -o'],
    ['message.max.bytes', '1048588', 'default'],
  ]
  for (const [name, value, source] of expected) expect(rows).toContainEqual({ name, value, source })
})

test('as lines: name, value, source', () => {
  const lines = show('--advertise b:1 --ephemeral').split('\n')
  const cells = lines.map(line => line.split(/ {2,}/))
  expect(cells).toContainEqual(['advertised.listeners', 'PLAINTEXT://b:1', 'flag --advertise'])
  expect(cells).toContainEqual(['config', '-', 'default'])
  expect(cells).toContainEqual(['log.dirs', 'memory', 'default'])
  expect(cells).toContainEqual(['broker.rack', '-', 'default'])
})

test("the directory's own node id, unless another is asked for", () => {
  const nodeIdIn = (text: string) =>
    text
      .split('\n')
      .find(line => line.startsWith('node.id '))
      ?.split(/ {2,}/)
  expect(nodeIdIn(show('--data-dir /d', 5))).toEqual(['node.id', '5', 'data directory'])
  expect(nodeIdIn(show('--node-id 6', 5))).toEqual(['node.id', '6', 'flag --node-id'])
})
