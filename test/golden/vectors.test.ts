/** The codec against the bytes that Apache Kafka's own serializers wrote, for every API, record and version. @module */
import { describe, expect, test } from 'bun:test'
import { codecOf } from '../../src/wire/compile.ts'
import { Reader } from '../../src/wire/reader.ts'
import type { Draft, Fields } from '../../src/wire/schema.ts'
import { Writer } from '../../src/wire/writer.ts'
import { catalogSchemas, type Message, messageOf, messages } from '../schemas.ts'
import { goldenTexts } from './golden-file.ts'
import { fromJson, type Json, toJson, withoutUnknownTags } from './vector-json.ts'

interface Vector {
  readonly api: string
  readonly kind: 'request' | 'response' | 'header' | `record:${string}`
  readonly version: number
  readonly case: string
  readonly hex: string
  readonly json: Json
}

const vectors = goldenTexts('vectors').map(parseVector)

describe('golden vectors', () => {
  for (const [name, group] of Map.groupBy(vectors, nameOf)) test(name, () => group.forEach(check))

  test('there is one for every version of every message', () => {
    const proven = new Set(vectors.map(vector => `${nameOf(vector)} ${vector.version}`))
    const unproven = messages.filter(({ name, version }) => !proven.has(`${name} ${version}`))
    // No vectors were made of the records of the metadata log; test/parity compares their fields.
    const catalog = new Set(catalogSchemas.map(schema => `${schema.name} record`))
    expect(unproven.filter(({ name }) => !catalog.has(name))).toEqual([])
  })
})

function check(vector: Vector): void {
  const { version, hex, json } = vector
  const at = `${nameOf(vector)} v${version} ${vector.case}`
  const message = messageOf(nameOf(vector), version)
  const known = withoutUnknownTags(json)

  expect({ at, json: decode(message, hex) }).toEqual({ at, json: known })
  const written = encode(message, fromJson(message.fields, version, json))
  if (vector.case === 'unknown-tags') expect({ at, json: decode(message, written) }).toEqual({ at, json: known })
  else expect({ at, hex: written }).toEqual({ at, hex })
}

function nameOf({ api, kind }: Vector): string {
  return `${api} ${kind.replace(/:.*/, '')}`
}

function decode({ fields, version, isFlexible }: Message, hex: string): Json {
  const reader = new Reader(Uint8Array.fromHex(hex))
  const value = codecOf(fields, version, isFlexible).read(reader)
  if (reader.remaining > 0) throw new Error(`${reader.remaining} bytes were not read`)
  return toJson(fields, version, value)
}

function encode({ fields, version, isFlexible }: Message, value: Draft<Fields>): string {
  const writer = new Writer()
  codecOf(fields, version, isFlexible).write(writer, value)
  return writer.toBytes().toHex()
}

/**
 * Reads a vector as the codec does, which is exact to ±2^53: a random int64 beyond that becomes the nearest double, in the
 * JSON and in the bytes alike. Everything else in the bytes stays what Kafka wrote.
 */
function parseVector(line: string): Vector {
  const longs: bigint[] = []
  const vector: Vector = JSON.parse(line, (_key, value: unknown, { source = '' }: { source?: string } = {}) => {
    if (typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)) longs.push(BigInt(source))
    return value
  })
  return { ...vector, hex: longs.reduce((hex, long) => hex.replaceAll(hexOf(long), hexOf(nearest(long))), vector.hex) }
}

/** The int64 nearest to `long` that a number can hold; Long.MAX_VALUE for 2^63. */
function nearest(long: bigint): bigint {
  const rounded = BigInt(Number(long))
  return rounded < 2n ** 63n ? rounded : 2n ** 63n - 1n
}

function hexOf(long: bigint): string {
  return BigInt.asUintN(64, long).toString(16).padStart(16, '0')
}
