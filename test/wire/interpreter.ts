/**
 * The oracle of `src/wire/compile.ts`: reads and writes any schema field by field, slowly and plainly.
 * @module
 */
import type { Reader } from '../../src/wire/reader.ts'
import { type Field, type Fields, fallbackOf, isInVersions } from '../../src/wire/schema.ts'
import { Writer } from '../../src/wire/writer.ts'

type AnyField = Field<unknown, unknown, boolean>
export type Value = { [name: string]: unknown }

export interface Version {
  readonly version: number
  readonly isFlexible: boolean
}

export function readValue(reader: Reader, fields: Fields, at: Version): Value {
  const value: Value = {}
  const tagged = new Map<number, [string, AnyField]>()
  for (const [name, field] of Object.entries(fields)) {
    value[name] = fallbackOf(field)
    if (!isInVersions(field.versions, at.version)) continue
    if (isTagged(field, at)) tagged.set(field.options.tag ?? -1, [name, field])
    else value[name] = readField(reader, field, at)
  }
  if (!at.isFlexible) return value
  for (let count = reader.unsignedVarint(); count > 0; count--) {
    const tag = reader.unsignedVarint()
    const end = reader.unsignedVarint() + reader.position
    const known = tagged.get(tag)
    if (known) value[known[0]] = readField(reader, known[1], at)
    else reader.skip(end - reader.position)
    if (reader.position !== end) reader.fail('a tagged field has another length')
  }
  return value
}

function readField(reader: Reader, field: AnyField, at: Version): unknown {
  const { shape } = field
  const isNullable = isInVersions(field.options.nullable, at.version)
  const isCompact = at.isFlexible && !isInVersions(field.options.notCompact, at.version)
  const nothing = () => (isNullable ? null : reader.fail('null where none may be'))
  if (typeof shape === 'object') {
    if ('struct' in shape) {
      if (isNullable && reader.int8() < (isTagged(field, at) ? 1 : 0)) return null
      return readValue(reader, shape.struct, at)
    }
    const count = at.isFlexible ? reader.compactCount(1) : reader.count32(1)
    if (count < 0) return nothing()
    return Array.from({ length: count }, () => readField(reader, shape.array, at))
  }
  switch (shape) {
    case 'string': {
      const length = isCompact ? reader.compactLength() : reader.length16()
      return length < 0 ? nothing() : reader.text(length)
    }
    case 'bytes':
    case 'records':
    case 'pieces': {
      const length = isCompact ? reader.compactLength() : reader.length32()
      if (length < 0) return nothing()
      return shape === 'pieces' ? [reader.span(length)] : reader.span(length)
    }
    default:
      return reader[shape]()
  }
}

/** Writes `value`, in which fields that have a default may be missing. */
export function writeValue(writer: Writer, fields: Fields, at: Version, value: Value): void {
  const whole = withDefaults(fields, value)
  const tagged: [number, Uint8Array][] = []
  for (const [name, field] of Object.entries(fields)) {
    if (!isInVersions(field.versions, at.version)) continue
    if (!isTagged(field, at)) {
      writeField(writer, field, at, whole[name])
    } else if (!Bun.deepEquals(whole[name], fallbackOf(field))) {
      const inner = new Writer()
      writeField(inner, field, at, whole[name])
      tagged.push([field.options.tag ?? -1, inner.toBytes()])
    }
  }
  if (!at.isFlexible) return
  writer.unsignedVarint(tagged.length)
  for (const [tag, bytes] of tagged.sort(([a], [b]) => a - b)) {
    writer.unsignedVarint(tag)
    writer.unsignedVarint(bytes.length)
    writer.copy(bytes)
  }
}

/** `value` with every field that it leaves out, at any depth. */
export function withDefaults(fields: Fields, value: Value): Value {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      value[name] === undefined ? fallbackOf(field) : completed(field, value[name]),
    ]),
  )
}

function completed({ shape }: AnyField, value: unknown): unknown {
  if (value === null || typeof shape === 'string') return value
  if ('struct' in shape) return withDefaults(shape.struct, value as Value)
  return (value as unknown[]).map(element => completed(shape.array, element))
}

function writeField(writer: Writer, field: AnyField, at: Version, value: unknown): void {
  const { shape } = field
  const isCompact = at.isFlexible && !isInVersions(field.options.notCompact, at.version)
  const length = (size: number) => (isCompact ? writer.unsignedVarint(size + 1) : writer.int32(size))
  if (typeof shape === 'object') {
    if ('struct' in shape) {
      if (isInVersions(field.options.nullable, at.version)) {
        writer.int8(value === null ? (isTagged(field, at) ? 0 : -1) : 1)
        if (value === null) return
      }
      writeValue(writer, shape.struct, at, value as Value)
      return
    }
    const elements = value as unknown[] | null
    length(elements === null ? -1 : elements.length)
    for (const element of elements ?? []) writeField(writer, shape.array, at, element)
    return
  }
  switch (shape) {
    case 'string': {
      const encoded = value === null ? null : new TextEncoder().encode(value as string)
      if (isCompact) writer.unsignedVarint((encoded?.length ?? -1) + 1)
      else writer.int16(encoded?.length ?? -1)
      if (encoded) writer.copy(encoded)
      return
    }
    case 'bytes':
    case 'records':
    case 'pieces': {
      const joined = shape === 'pieces' && value !== null ? Buffer.concat(value as Uint8Array[]) : value
      const span = joined as Uint8Array | null
      length(span === null ? -1 : span.length)
      if (span) writer.copy(span)
      return
    }
    default:
      ;(writer[shape] as (value: unknown) => void).call(writer, value)
  }
}

function isTagged(field: AnyField, at: Version): boolean {
  return at.isFlexible && isInVersions(field.options.tagVersions, at.version)
}
