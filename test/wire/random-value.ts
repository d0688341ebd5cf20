/** Random values of any schema, with the edges of each type. @module */
import { parseUuid, readUuid, zeroUuid } from '../../src/base/uuid.ts'
import { type Field, type Fields, isInVersions, type Scalar } from '../../src/wire/schema.ts'
import type { SeededRandom } from '../sim/random.ts'
import type { Value } from './interpreter.ts'

type AnyField = Field<unknown, unknown, boolean>

const texts = [
  '',
  'a',
  'orders',
  '\uFEFFbom',
  'Grüße',
  '日本語',
  '😀',
  'x'.repeat(126),
  'y'.repeat(127),
  'ü'.repeat(300),
]
const uuids = [zeroUuid, parseUuid('_____________________w') ?? zeroUuid]
const longs = [0, 1, -1, 2 ** 31, 2 ** 32 - 1, -(2 ** 32), 2 ** 53, -(2 ** 53), 2 ** 63, -(2 ** 63), 1_700_000_000_000]
const doubles = [0, -1.5, 1e300, 5e-324, Number.POSITIVE_INFINITY]
const spanSizes = [0, 1, 63, 64, 126, 127, 128, 9000]

/** A value of `fields` as a writer may give it in `version`; some fields that have a default are left out. */
export function randomValue(random: SeededRandom, fields: Fields, version: number): Value {
  const value: Value = {}
  for (const [name, field] of Object.entries(fields)) {
    const { fallback, tag } = field.options
    const mayBeMissing = fallback !== undefined || tag !== undefined
    if (!isInVersions(field.versions, version) || (mayBeMissing && random.below(4) === 0)) continue
    value[name] = randomField(random, field, version)
  }
  return value
}

function randomField(random: SeededRandom, field: AnyField, version: number): unknown {
  const { shape } = field
  if (isInVersions(field.options.nullable, version) && random.below(4) === 0) return null
  if (typeof shape === 'string') return randomScalar(random, shape)
  if ('struct' in shape) return randomValue(random, shape.struct, version)
  return Array.from({ length: random.below(4) }, () => randomField(random, shape.array, version))
}

function randomScalar(random: SeededRandom, type: Scalar): unknown {
  switch (type) {
    case 'bool':
      return random.below(2) === 1
    case 'int8':
    case 'int16':
    case 'int32':
      return randomInteger(random, -(2 ** (Number(type.slice(3)) - 1)), Number(type.slice(3)))
    case 'uint16':
    case 'uint32':
      return randomInteger(random, 0, Number(type.slice(4)))
    case 'int64':
      return oneOf(random, longs)
    case 'float64':
      return oneOf(random, doubles)
    case 'uuid':
      return random.below(2) === 0 ? oneOf(random, uuids) : readUuid(random.bytes(16), 0)
    case 'string':
      return oneOf(random, texts)
    case 'bytes':
    case 'records':
      return random.bytes(oneOf(random, spanSizes))
    case 'pieces':
      return [random.bytes(oneOf(random, spanSizes))]
  }
}

/** The least, zero, the greatest or any integer of `bits` bits that begin at `least`. */
function randomInteger(random: SeededRandom, least: number, bits: number): number {
  const size = 2 ** bits
  return oneOf(random, [least, 0, least + size - 1, least + random.below(size)])
}

function oneOf<T>(random: SeededRandom, values: readonly T[]): T {
  return values[random.below(values.length)]!
}
