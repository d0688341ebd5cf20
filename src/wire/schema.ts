/**
 * The schema language: a message is an object of fields, in wire order, and each field says in which versions it is
 * there. One value type serves all versions; `compile.ts` makes one codec per version.
 * @module
 */
import { noBytes } from '../base/bytes.ts'
import { type Uuid, zeroUuid } from '../base/uuid.ts'

export type Scalar =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'records'
  | 'pieces'

/** What a field holds: a scalar, a struct, or an array of either. */
export type Shape = Scalar | { readonly struct: Fields } | { readonly array: Field<unknown, unknown, boolean> }

/** Versions as Kafka writes them: '3', '3-7', '4+'. */
export type Versions = string

interface Options {
  readonly nullable?: Versions
  readonly tag?: number
  readonly tagVersions?: Versions
  readonly notCompact?: Versions
  readonly fallback?: unknown
}

/**
 * One field. `R` is the type read, `W` the type accepted when writing, `O` whether a writer may leave it out.
 * Fields are values: each method returns a new one.
 */
export class Field<R, W, O extends boolean> {
  declare readonly types: { read: R; write: W; optional: O }

  constructor(
    readonly shape: Shape,
    readonly versions: Versions,
    readonly options: Options = {},
  ) {}

  /** May be null in `versions`. */
  nullable(versions: Versions = '0+'): Field<R | null, W | null, O> {
    return new Field(this.shape, this.versions, { ...this.options, nullable: versions })
  }
  /** The value of versions that do not have the field, and of a writer that leaves it out. */
  default(value: W): Field<R, W, true> {
    return new Field(this.shape, this.versions, { ...this.options, fallback: value })
  }
  /** A tagged field (KIP-482) in `versions`: on the wire only when it differs from its default. */
  tag(number: number, versions: Versions): Field<R, W, true> {
    return new Field(this.shape, this.versions, { ...this.options, tag: number, tagVersions: versions })
  }
  /** Not compact in `versions` although the message is flexible: the request header's client id alone. */
  notCompact(versions: Versions): Field<R, W, O> {
    return new Field(this.shape, this.versions, { ...this.options, notCompact: versions })
  }
}

/** The fields of a message or struct, in wire order. */
export type Fields = { readonly [name: string]: Field<unknown, unknown, boolean> }

/** The value that reading `F` gives: every field of every version, absent ones with their default. */
export type Infer<F extends Fields> = { [K in keyof F]: F[K]['types']['read'] }

/** The value that writing `F` takes: fields that have a default may be left out. */
export type Draft<F extends Fields> = {
  readonly [K in keyof F as F[K]['types']['optional'] extends true ? never : K]: F[K]['types']['write']
} & {
  readonly [K in keyof F as F[K]['types']['optional'] extends true ? K : never]?: F[K]['types']['write']
}

type Plain<T> = Field<T, T, false>
const scalar =
  <T>(shape: Scalar) =>
  (versions: Versions = '0+'): Plain<T> =>
    new Field(shape, versions)

export const bool = scalar<boolean>('bool')
export const int8 = scalar<number>('int8')
export const int16 = scalar<number>('int16')
export const uint16 = scalar<number>('uint16')
export const int32 = scalar<number>('int32')
export const uint32 = scalar<number>('uint32')
/** A number: exact between ±2^53, with Long.MAX_VALUE and Long.MIN_VALUE kept. */
export const int64 = scalar<number>('int64')
export const float64 = scalar<number>('float64')
export const uuid = scalar<Uuid>('uuid')
export const string = scalar<string>('string')
/** A view of the frame. */
export const bytes = scalar<Uint8Array>('bytes')
/** Record batches in a request: a view of the frame. */
export const records = scalar<Uint8Array>('records')
/** Record batches in a response: pieces of the log, sent one after the other without being joined. */
export const pieces = scalar<readonly Uint8Array[]>('pieces')

export function struct<F extends Fields>(fields: F, versions: Versions = '0+'): Field<Infer<F>, Draft<F>, false> {
  return new Field({ struct: fields }, versions)
}

/** An array of structs, given by their fields, or of scalars, given by a field. */
export function array<F extends Fields>(of: F, versions?: Versions): Field<Infer<F>[], readonly Draft<F>[], false>
export function array<R, W>(of: Field<R, W, boolean>, versions?: Versions): Field<R[], readonly W[], false>
export function array(of: Fields | Field<unknown, unknown, boolean>, versions: Versions = '0+'): unknown {
  return new Field({ array: of instanceof Field ? of : struct(of) }, versions)
}

/** One API: what it is called, and what it says in which version. */
export interface Contract<Q extends Fields = Fields, S extends Fields = Fields> {
  readonly key: number
  readonly name: string
  /** All versions that can be read and written. */
  readonly versions: Versions
  /** The newest version that Kafka calls stable and advertises, where it is not the last of `versions`. */
  readonly stable?: number | undefined
  /** The first flexible version (KIP-482), or null. */
  readonly flexible: number | null
  readonly request: Q
  readonly response: S
}

/** A contract as it is written down: its fields are made when they are first needed, so that a start pays for none. */
type Definition<Q extends Fields, S extends Fields> = Omit<Contract<Q, S>, 'request' | 'response'> & {
  readonly request: () => Q
  readonly response: () => S
}

class LazyContract<Q extends Fields, S extends Fields> implements Contract<Q, S> {
  readonly key: number
  readonly name: string
  readonly versions: Versions
  readonly stable: number | undefined
  readonly flexible: number | null
  private requestFields: Q | null = null
  private responseFields: S | null = null

  constructor(private readonly definition: Definition<Q, S>) {
    this.key = definition.key
    this.name = definition.name
    this.versions = definition.versions
    this.stable = definition.stable
    this.flexible = definition.flexible
  }

  get request(): Q {
    this.requestFields ??= this.definition.request()
    return this.requestFields
  }
  get response(): S {
    this.responseFields ??= this.definition.response()
    return this.responseFields
  }
}

export function contract<Q extends Fields, S extends Fields>(definition: Definition<Q, S>): Contract<Q, S> {
  return new LazyContract(definition)
}

/** The key or the value of one of Kafka's own records. */
export interface RecordSchema<F extends Fields = Fields> {
  readonly name: string
  /** The record type that stands before it, where the log has records of several types. */
  readonly id?: number
  readonly versions: Versions
  readonly flexible: number | null
  readonly fields: F
}

export function recordSchema<F extends Fields>(
  definition: Omit<RecordSchema<F>, 'fields'> & { readonly fields: () => F },
): RecordSchema<F> {
  let fields: F | undefined
  return {
    ...definition,
    get fields() {
      fields ??= definition.fields()
      return fields
    },
  }
}

/** First and last version of a range; the last of '4+' is Infinity. */
export function versionRange(versions: Versions): readonly [first: number, last: number] {
  const [first = '', last] = versions.split('-')
  if (last !== undefined) return [Number(first), Number(last)]
  return first.endsWith('+') ? [Number(first.slice(0, -1)), Number.POSITIVE_INFINITY] : [Number(first), Number(first)]
}

export function isInVersions(versions: Versions | undefined, version: number): boolean {
  if (versions === undefined) return false
  const [first, last] = versionRange(versions)
  return version >= first && version <= last
}

/** The value that a field has where it is not on the wire: its default, or the zero of its type. */
export function fallbackOf(field: Field<unknown, unknown, boolean>): unknown {
  if (field.options.fallback !== undefined) return field.options.fallback
  const { shape } = field
  if (typeof shape === 'object') {
    if ('array' in shape) return []
    return Object.fromEntries(Object.entries(shape.struct).map(([name, of]) => [name, fallbackOf(of)]))
  }
  return zeroes[shape]
}

const zeroes: Record<Scalar, unknown> = {
  bool: false,
  int8: 0,
  int16: 0,
  uint16: 0,
  int32: 0,
  uint32: 0,
  int64: 0,
  float64: 0,
  uuid: zeroUuid,
  string: '',
  bytes: noBytes,
  records: noBytes,
  pieces: [],
}
