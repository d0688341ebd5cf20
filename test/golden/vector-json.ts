/**
 * The JSON form of a message in the golden vectors: the fields of one version only, bytes as base64, everything else as
 * the codec has it.
 * @module
 */
import { type Field, type Fields, fallbackOf, isInVersions } from '../../src/wire/schema.ts'

type AnyField = Field<unknown, unknown, boolean>
export interface JsonObject {
  readonly [name: string]: Json
}
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

const UNKNOWN_TAGS = '_unknownTaggedFields'

/** The value to write for `json`. Throws where it has a field that the schema does not have in `version`. */
export function fromJson(fields: Fields, version: number, json: Json): { [name: string]: unknown } {
  if (!isObject(json)) throw new Error(`an object, not ${JSON.stringify(json)}`)
  for (const name of Object.keys(json)) {
    if (name !== UNKNOWN_TAGS && !isInVersions(fields[name]?.versions, version)) throw new Error(`no field ${name}`)
  }
  const value: { [name: string]: unknown } = {}
  for (const [name, field] of Object.entries(fields)) {
    if (!isInVersions(field.versions, version)) continue
    const of = json[name]
    if (of === undefined) throw new Error(`${name} is missing from the vector`)
    value[name] = fieldFromJson(field, version, of)
  }
  return value
}

function fieldFromJson({ shape }: AnyField, version: number, json: Json): unknown {
  if (json === null) return null
  if (typeof shape === 'object') {
    if ('struct' in shape) return fromJson(shape.struct, version, json)
    if (!Array.isArray(json)) throw new Error(`an array, not ${JSON.stringify(json)}`)
    return json.map((element: Json) => fieldFromJson(shape.array, version, element))
  }
  if (shape === 'bytes' || shape === 'records') return Uint8Array.fromBase64(String(json))
  return shape === 'pieces' ? [Uint8Array.fromBase64(String(json))] : json
}

/** The JSON of a decoded value. Throws where a field that `version` does not have has not got its default. */
export function toJson(fields: Fields, version: number, value: unknown): Json {
  const decoded = new Map(Object.entries(value ?? {}))
  const json: { [name: string]: Json } = {}
  for (const [name, field] of Object.entries(fields)) {
    const of: unknown = decoded.get(name)
    if (isInVersions(field.versions, version)) json[name] = fieldToJson(field, version, of)
    else if (!Bun.deepEquals(of, fallbackOf(field), true)) throw new Error(`${name} is absent but not its default`)
    decoded.delete(name)
  }
  if (decoded.size > 0) throw new Error(`decoded what is no field: ${[...decoded.keys()]}`)
  return json
}

function fieldToJson({ shape }: AnyField, version: number, value: unknown): Json {
  if (value === null) return null
  if (typeof shape === 'object') {
    if ('struct' in shape) return toJson(shape.struct, version, value)
    if (!Array.isArray(value)) throw new Error('an array was not decoded as one')
    return value.map(element => fieldToJson(shape.array, version, element))
  }
  if (value instanceof Uint8Array) return value.toBase64()
  if (Array.isArray(value)) return Buffer.concat(value).toString('base64')
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  throw new Error(`${shape} was decoded as ${typeof value}`)
}

/** `json` without the tagged fields that only its sender knew. */
export function withoutUnknownTags(json: Json): Json {
  if (Array.isArray(json)) return json.map(withoutUnknownTags)
  if (!isObject(json)) return json
  return Object.fromEntries(
    Object.entries(json)
      .filter(([name]) => name !== UNKNOWN_TAGS)
      .map(([name, of]) => [name, withoutUnknownTags(of)]),
  )
}

function isObject(json: Json): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
