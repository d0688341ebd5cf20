/** GAPS.md tells of every config whether it is in force. @module */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brokerConfigTable } from '../../src/core/configs/broker-configs.ts'
import { topicConfigTable } from '../../src/core/configs/topic-configs.ts'

const gaps = readFileSync(join(import.meta.dir, '../../src/api/GAPS.md'), 'utf8')
const [inForce = '', table = ''] = (gaps.split('\n## Configs\n')[1] ?? '').split('\n`max.connections` and ')

/** What stands in code, in the first column of a table or anywhere in a text. */
function patternsIn(text: string): readonly string[] {
  const cells = text.split('\n').map(line => (line.startsWith('|') ? (line.split(' | ')[0] ?? '') : line))
  return [...cells.join('\n').matchAll(/`([^`]+)`/g)].map(([, pattern = '']) => pattern)
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

const held = patternsIn(inForce)
const answered = patternsIn(table.slice(table.indexOf('\n|')))

test('every config of a broker stands in one of its lists, and in no other', () => {
  expect(brokerConfigTable.names().length).toBeGreaterThan(300)
  const places = (name: string) => [...held, ...answered].filter(pattern => matches(pattern, name))
  const misplaced = brokerConfigTable.names().filter(name => places(name).length !== 1)
  expect(misplaced.map(name => [name, ...places(name)])).toEqual([])
})

test('every name that stands there is one of a config', () => {
  const names = [...brokerConfigTable.names(), ...topicConfigTable.names()]
  const strange = [...held, ...answered].filter(pattern => !names.some(name => matches(pattern, name)))
  expect(strange).toEqual([])
})
