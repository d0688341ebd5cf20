/**
 * One record of `__cluster_metadata` as a value, and as the bytes of a record's value: frame version, type, version and
 * message (Kafka's MetadataRecordSerde).
 * @module
 */
import { codecOf } from '../../wire/compile.ts'
import { MalformedError } from '../../wire/errors.ts'
import { Reader } from '../../wire/reader.ts'
import { type Infer, isInVersions, type RecordSchema, versionRange } from '../../wire/schema.ts'
import { Writer } from '../../wire/writer.ts'
import * as records from './records.ts'

const schemas = { ...records }
type Schemas = typeof schemas

/** The name of a kind of record, as in 'topicRecord'. */
export type MetadataRecordType = keyof Schemas

/** A record of a known kind: all fields of all its versions. */
export type MetadataRecord = {
  [T in MetadataRecordType]: { readonly type: T; readonly value: Infer<Schemas[T]['fields']> }
}[MetadataRecordType]

const FRAME_VERSION = 1

const typeById = new Map<number, MetadataRecordType>()
for (const [type, schema] of Object.entries(schemas)) {
  // The entries of an object literal are its own, so the name is one of the type's.
  if (schema.id !== undefined) typeById.set(schema.id, type as MetadataRecordType)
}

/** The bytes of `record`, in the newest version of its kind: what Kafka 4.3 writes at its own metadata.version. */
export function writeMetadataRecord(record: MetadataRecord): Uint8Array {
  const schema: RecordSchema = schemas[record.type]
  const [, version] = versionRange(schema.versions)
  const writer = new Writer(256)
  writer.unsignedVarint(FRAME_VERSION)
  writer.unsignedVarint(schema.id ?? 0)
  writer.unsignedVarint(version)
  codecOf(schema.fields, version, true).write(writer, record.value)
  return writer.toBytes()
}

/**
 * The record in `bytes`, or null for one of a kind or version that this broker does not know: it stays in the log, for
 * whoever does. Throws MalformedError where there is no record.
 */
export function readMetadataRecord(bytes: Uint8Array): MetadataRecord | null {
  const reader = new Reader(bytes)
  const frameVersion = reader.unsignedVarint()
  if (frameVersion !== FRAME_VERSION) throw new MalformedError(`metadata record frame of version ${frameVersion}`)
  const type = typeById.get(reader.unsignedVarint())
  const version = reader.unsignedVarint()
  if (type === undefined) return null
  const schema: RecordSchema = schemas[type]
  if (!isInVersions(schema.versions, version)) return null
  // The schema found under this type has read the value, so the two belong together.
  return { type, value: codecOf(schema.fields, version, true).read(reader) } as MetadataRecord
}
