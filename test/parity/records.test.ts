/** The schemas of headers and of Kafka's own records are Kafka's: every field of every version. @module */
import { describe, expect, test } from 'bun:test'
import { type RecordSchema, versionRange } from '../../src/wire/schema.ts'
import { headerSchemas, recordSchemas } from '../schemas.ts'
import { kafkaFields, ourFields } from './fields.ts'
import { type KafkaRecord, protocol } from './protocol.ts'

const ours = [...headerSchemas, ...recordSchemas]
const kafkas = new Map([...Object.values(protocol.headers), ...protocol.records].map(kafka => [kafka.name, kafka]))

describe('versions and fields', () => {
  for (const schema of ours) {
    test(schema.name, () => {
      const kafka = kafkas.get(schema.name)
      if (!kafka) throw new Error(`Kafka has no ${schema.name}`)
      compare(schema, kafka)
    })
  }
})

test('no name is taken twice', () => {
  expect(new Set(ours.map(({ name }) => name)).size).toBe(ours.length)
})

test('the coordinators and the log lack none', () => {
  const names = new Set(ours.map(({ name }) => name))
  const whole = ['common', 'group-coordinator', 'transaction-coordinator', 'share-coordinator', 'storage']
  const needed = protocol.records.filter(({ group }) => whole.includes(group))
  expect(needed.filter(({ name }) => !names.has(name))).toEqual([])
})

function compare(schema: RecordSchema, kafka: KafkaRecord): void {
  expect<unknown>({ versions: schema.versions, flexible: schema.flexible ?? -1, id: schema.id }).toEqual({
    versions: kafka.versions,
    flexible: kafka.flexibleFrom,
    id: kafka.id,
  })
  const [first, last] = versionRange(kafka.versions)
  for (let version = first; version <= last; version++) {
    expect({ version, fields: ourFields(schema.fields, version) }).toEqual({
      version,
      fields: kafkaFields(kafka.fields, version),
    })
  }
}
