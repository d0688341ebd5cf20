/**
 * Compiles a schema and a version to one straight-line reader and one straight-line writer. Source text through
 * `new Function` runs about twice as fast as closures over the same schema; `test/wire/interpreter.ts` is its oracle.
 * @module
 */
import type { Reader } from './reader.ts'
import { type Draft, type Field, type Fields, fallbackOf, type Infer, isInVersions, type Scalar } from './schema.ts'
import { piecesSize, Writer } from './writer.ts'

type AnyField = Field<unknown, unknown, boolean>

/** Reads and writes one version of a message. `read` throws MalformedError. */
export interface Codec<F extends Fields> {
  read(reader: Reader): Infer<F>
  write(writer: Writer, value: Draft<F>): void
}

const compiled = new WeakMap<Fields, Codec<Fields>[]>()

/** The codec of `fields` in `version`, made on first use. */
export function codecOf<F extends Fields>(fields: F, version: number, isFlexible: boolean): Codec<F> {
  const versions = compiled.get(fields) ?? []
  if (versions.length === 0) compiled.set(fields, versions)
  const codec = versions[version] ?? compile(fields, version, isFlexible)
  versions[version] = codec
  // The map is keyed by the very schema that the codec was made of.
  return codec as unknown as Codec<F>
}

function compile(fields: Fields, version: number, isFlexible: boolean): Codec<Fields> {
  const build = new Build(version, isFlexible)
  const read = `${build.readStruct(fields, 'o')}\nreturn o`
  const write = build.writeStruct(fields, 'v', 'w')
  return {
    read: build.make<Codec<Fields>['read']>('r', read),
    write: build.make<Codec<Fields>['write']>('w, v', write),
  }
}

/** What generated code calls beside the reader and the writer. */
const runtime = { Writer, piecesSize, isSame }

/** The bytes that a scalar takes at least: an array's count is checked against them. */
const leastBytes: Record<Scalar, number> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
  string: 2,
  bytes: 4,
  records: 4,
  pieces: 4,
}

class Build {
  private names = 0
  private readonly constants: unknown[] = []

  constructor(
    private readonly version: number,
    private readonly isFlexible: boolean,
  ) {}

  make<T>(parameters: string, body: string): T {
    return new Function('$', 'c', `'use strict'\nreturn (${parameters}) => {\n${body}\n}`)(runtime, this.constants)
  }

  private name(): string {
    return `x${this.names++}`
  }
  private constant(value: unknown): string {
    return `c[${this.constants.push(value) - 1}]`
  }
  /** Source of a fresh default: structs and arrays are made anew, for a reader may change what it got. */
  private fallback(field: AnyField): string {
    return literal(fallbackOf(field), value => this.constant(value))
  }
  private isHere(field: AnyField): boolean {
    return isInVersions(field.versions, this.version)
  }
  private isTagged(field: AnyField): boolean {
    return this.isFlexible && isInVersions(field.options.tagVersions, this.version)
  }
  private isCompact(field: AnyField): boolean {
    return this.isFlexible && !isInVersions(field.options.notCompact, this.version)
  }
  private isNullable(field: AnyField): boolean {
    return isInVersions(field.options.nullable, this.version)
  }

  // Reading

  /** Statements that declare `into` and fill it. */
  readStruct(fields: Fields, into: string): string {
    const locals: string[] = []
    const lines: string[] = []
    const tagged: string[] = []
    for (const [key, field] of Object.entries(fields)) {
      const local = this.name()
      locals.push(`${key}: ${local}`)
      if (!this.isHere(field)) lines.push(`const ${local} = ${this.fallback(field)}`)
      else if (this.isTagged(field)) {
        lines.push(`let ${local} = ${this.fallback(field)}`)
        const value = this.name()
        tagged.push(`case ${field.options.tag}: {\n${this.readField(field, value)}\n${local} = ${value}; break }`)
      } else lines.push(this.readField(field, local))
    }
    if (this.isFlexible) lines.push(this.readTags(tagged))
    lines.push(`const ${into} = { ${locals.join(', ')} }`)
    return lines.join('\n')
  }

  /** Tags in any order, as Kafka's generated readers take them; those that this version does not know are skipped. */
  private readTags(cases: readonly string[]): string {
    if (cases.length === 0) return 'r.skipTags()'
    const [count, tag, end] = [this.name(), this.name(), this.name()]
    return `for (let ${count} = r.unsignedVarint(); ${count} > 0; ${count}--) {
const ${tag} = r.unsignedVarint()
const ${end} = r.unsignedVarint() + r.position
switch (${tag}) {
${cases.join('\n')}
default: r.skip(${end} - r.position)
}
if (r.position !== ${end}) r.fail('tagged field ' + ${tag} + ' has another length')
}`
  }

  /** Statements that declare `into` and read a field that is here. */
  private readField(field: AnyField, into: string): string {
    const { shape } = field
    if (typeof shape === 'string') return this.readScalar(shape, field, into)
    if ('array' in shape) return this.readArray(shape.array, this.isNullable(field), into)
    if (!this.isNullable(field)) return this.readStruct(shape.struct, into)
    const value = this.name()
    return `let ${into} = null\nif (r.int8() >= ${this.isTagged(field) ? 1 : 0}) {\n${this.readStruct(shape.struct, value)}\n${into} = ${value}\n}`
  }

  private readArray(of: AnyField, isNullable: boolean, into: string): string {
    const [count, index, element] = [this.name(), this.name(), this.name()]
    return `const ${count} = r.${this.isFlexible ? 'compactCount' : 'count32'}(${this.least(of)})
const ${into} = ${count} < 0 ? ${absent(isNullable)} : []
for (let ${index} = 0; ${index} < ${count}; ${index}++) {
${this.readField(of, element)}
${into}.push(${element})
}`
  }

  private readScalar(type: Scalar, field: AnyField, into: string): string {
    const sized = readSized[type]
    if (!sized) return `const ${into} = r.${type}()`
    const length = this.name()
    const read = this.isCompact(field) ? 'compactLength' : type === 'string' ? 'length16' : 'length32'
    return `const ${length} = r.${read}()
const ${into} = ${length} < 0 ? ${absent(this.isNullable(field))} : ${sized(length)}`
  }

  private least(field: AnyField): number {
    const { shape } = field
    if (this.isNullable(field) && typeof shape === 'object' && 'struct' in shape) return 1
    if (typeof shape === 'string') return this.isFlexible && readSized[shape] ? 1 : leastBytes[shape]
    if ('array' in shape) return this.isFlexible ? 1 : 4
    let sum = this.isFlexible ? 1 : 0
    for (const of of Object.values(shape.struct)) if (this.isHere(of) && !this.isTagged(of)) sum += this.least(of)
    return Math.max(sum, 1)
  }

  // Writing

  /** Statements that write the struct in variable `value` to the writer in variable `to`. */
  writeStruct(fields: Fields, value: string, to: string): string {
    const locals: string[] = []
    const lines: string[] = []
    const tagged: { tag: number; isThere: string; write: (to: string) => string }[] = []
    for (const [key, field] of Object.entries(fields)) {
      if (!this.isHere(field)) continue
      const local = this.name()
      if (!this.isTagged(field)) {
        locals.push(isOptional(field) ? `${key}: ${local} = ${this.fallback(field)}` : `${key}: ${local}`)
        lines.push(this.writeField(field, local, to))
      } else {
        const isThere = this.name()
        const fallback = this.constant(fallbackOf(field))
        locals.push(`${key}: ${local}`)
        lines.push(`const ${isThere} = ${local} !== undefined && !$.isSame(${local}, ${fallback})`)
        tagged.push({ tag: field.options.tag ?? 0, isThere, write: writer => this.writeField(field, local, writer) })
      }
    }
    lines.unshift(`const { ${locals.join(', ')} } = ${value}`)
    if (!this.isFlexible) return lines.join('\n')
    tagged.sort((a, b) => a.tag - b.tag)
    lines.push(`${to}.unsignedVarint(${tagged.map(field => `(${field.isThere} ? 1 : 0)`).join(' + ') || '0'})`)
    for (const { tag, isThere, write } of tagged) {
      const inner = this.name()
      // Made when it is first needed, and kept: a message is not inside itself. An error may have left something in it.
      const kept = this.constant(undefined)
      lines.push(`if (${isThere}) {
const ${inner} = ${kept} ??= new $.Writer(256)
${inner}.reset()
${write(inner)}
${to}.unsignedVarint(${tag})
${to}.unsignedVarint(${inner}.size)
${to}.copyOf(${inner})
${inner}.reset()
}`)
    }
    return lines.join('\n')
  }

  private writeField(field: AnyField, value: string, to: string): string {
    const { shape } = field
    if (typeof shape === 'string') return this.writeScalar(shape, field, value, to)
    if ('array' in shape) return this.writeArray(shape.array, value, to)
    if (!this.isNullable(field)) return this.writeStruct(shape.struct, value, to)
    const absent = this.isTagged(field) ? 0 : -1
    return `if (${value} === null) ${to}.int8(${absent})\nelse {\n${to}.int8(1)\n${this.writeStruct(shape.struct, value, to)}\n}`
  }

  private writeArray(of: AnyField, value: string, to: string): string {
    const element = this.name()
    const [none, count] = this.isFlexible
      ? [`${to}.int8(0)`, `${to}.unsignedVarint(${value}.length + 1)`]
      : [`${to}.int32(-1)`, `${to}.int32(${value}.length)`]
    return `if (${value} === null) ${none}
else {
${count}
for (const ${element} of ${value}) {
${this.writeField(of, element, to)}
}
}`
  }

  private writeScalar(type: Scalar, field: AnyField, value: string, to: string): string {
    switch (type) {
      case 'string':
        return `${to}.${this.isCompact(field) ? 'compactString' : 'string'}(${value})`
      case 'bytes':
      case 'records':
        return this.writeSized(value, `${value}.length`, `${to}.span(${value})`, to)
      case 'pieces': {
        const piece = this.name()
        return this.writeSized(
          value,
          `$.piecesSize(${value})`,
          `for (const ${piece} of ${value}) ${to}.span(${piece})`,
          to,
        )
      }
      default:
        return `${to}.${type}(${value})`
    }
  }
  private writeSized(value: string, length: string, write: string, to: string): string {
    const [none, size] = this.isFlexible
      ? [`${to}.int8(0)`, `${to}.unsignedVarint(${length} + 1)`]
      : [`${to}.int32(-1)`, `${to}.int32(${length})`]
    return `if (${value} === null) ${none}\nelse {\n${size}\n${write}\n}`
  }
}

/** What a length or count below zero reads as. */
function absent(isNullable: boolean): string {
  return isNullable ? 'null' : `r.fail('null where none may be')`
}

/** How a scalar that begins with its length is read once the length is known. */
const readSized: Partial<Record<Scalar, (length: string) => string>> = {
  string: length => `r.text(${length})`,
  bytes: length => `r.span(${length})`,
  records: length => `r.span(${length})`,
  pieces: length => `[r.span(${length})]`,
}

function isOptional(field: AnyField): boolean {
  return field.options.fallback !== undefined || field.options.tag !== undefined
}

/** Equality of plain values, for "differs from its default". */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (ArrayBuffer.isView(a) || Array.isArray(a)) {
    return 'length' in a && 'length' in b && a.length === 0 && b.length === 0
  }
  const fallback = new Map<string, unknown>(Object.entries(b))
  return Object.entries(a).every(([key, value]) => value === undefined || isSame(value, fallback.get(key)))
}

/** JavaScript source of a default value; what has no literal form becomes a constant. */
function literal(value: unknown, constant: (value: unknown) => string): string {
  if (Array.isArray(value)) return '[]'
  if (value === null || ArrayBuffer.isView(value) || typeof value !== 'object') {
    return ArrayBuffer.isView(value) || value === Number.POSITIVE_INFINITY ? constant(value) : JSON.stringify(value)
  }
  const entries = Object.entries(value).map(([key, of]) => `${key}: ${literal(of, constant)}`)
  return `{ ${entries.join(', ')} }`
}
