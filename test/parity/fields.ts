/** Field lists of one version, ours and Kafka's in the same form, so that they can be compared as values. @module */
import { type Field, type Fields, fallbackOf, isInVersions } from '../../src/wire/schema.ts'
import type { KafkaField } from './protocol.ts'

/** One field as it is in one version. */
export interface FieldInVersion {
  readonly name: string
  readonly type: string
  readonly isNullable: boolean
  readonly tag: number | null
  readonly isCompact: boolean
  readonly fallback: unknown
  readonly fields: readonly FieldInVersion[]
}

export function ourFields(fields: Fields, version: number): FieldInVersion[] {
  return Object.entries(fields)
    .filter(([, field]) => isInVersions(field.versions, version))
    .map(([name, field]) => ({
      name,
      type: typeName(field),
      isNullable: isInVersions(field.options.nullable, version),
      tag: isInVersions(field.options.tagVersions, version) ? (field.options.tag ?? null) : null,
      isCompact: !isInVersions(field.options.notCompact, version),
      fallback: plain(fallbackOf(field)),
      fields: ourFields(structOf(field), version),
    }))
}

export function kafkaFields(fields: readonly KafkaField[], version: number): FieldInVersion[] {
  return fields
    .filter(field => isInVersions(field.versions ?? '0+', version))
    .map(field => ({
      name: field.name,
      type: field.type,
      isNullable: field.nullable === true || isInVersions(field.nullable, version),
      tag: field.tag ?? null,
      isCompact: !isInVersions(field.notCompact, version),
      fallback: hasDefault(field) ? field.default : zeroOf(field.type),
      fields: kafkaFields(field.fields ?? [], version),
    }))
}

/** Kafka's generator gives every records field the default null, also where null cannot be written. */
function hasDefault(field: KafkaField): boolean {
  return field.default !== undefined && (field.type !== 'records' || field.nullable !== undefined)
}

function zeroOf(type: string): unknown {
  if (type.startsWith('[]')) return []
  switch (type) {
    case 'bool':
      return false
    case 'string':
      return ''
    case 'uuid':
      return 'AAAAAAAAAAAAAAAAAAAAAA'
    case 'bytes':
    case 'records':
      return []
    case 'struct':
      return {}
    default:
      return 0
  }
}

function typeName({ shape }: Field<unknown, unknown, boolean>): string {
  if (typeof shape === 'string') return shape === 'pieces' ? 'records' : shape
  return 'array' in shape ? `[]${typeName(shape.array)}` : 'struct'
}

/** A struct's default is that of its fields, which are compared themselves; empty bytes are like an empty list of pieces. */
function plain(fallback: unknown): unknown {
  if (fallback instanceof Uint8Array) return [...fallback]
  return typeof fallback === 'object' && fallback !== null && !Array.isArray(fallback) ? {} : fallback
}

function structOf({ shape }: Field<unknown, unknown, boolean>): Fields {
  if (typeof shape === 'string') return {}
  return 'array' in shape ? structOf(shape.array) : shape.struct
}
