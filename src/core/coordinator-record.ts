/**
 * The records of coordinators as bytes: key and value each begin with two bytes, the key with its kind, the value with its
 * version (Kafka's CoordinatorRecordSerde, and TransactionLog).
 * @module
 */
import { codecOf } from '../wire/compile.ts'
import { isFlexible } from '../wire/frame.ts'
import { Reader } from '../wire/reader.ts'
import { type Draft, type Fields, type Infer, isInVersions, type RecordSchema } from '../wire/schema.ts'
import { Writer } from '../wire/writer.ts'
import type { ProducerIdAndEpoch } from './pending-records.ts'

/** What becomes of a record in a log. A value of null is a tombstone. */
export interface KeyedRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  /** Whose open transaction it is part of, if of any. What is decided together is of one transaction, or of none. */
  readonly producer?: ProducerIdAndEpoch
}

/** Keys have one version: their prefix is the kind. */
const KEY_VERSION = 0

/** For one key or value after the other: making a writer costs more than what most of them are written with. */
const writer = new Writer(256)

/** The key's kind and fields: bytes of their own. */
export function writeKey<F extends Fields>(schema: RecordSchema<F>, key: Draft<F>): Uint8Array {
  writer.reset()
  writer.int16(schema.id ?? 0)
  codecOf(schema.fields, KEY_VERSION, false).write(writer, key)
  return writer.toBytes()
}

/** The value's version and fields: bytes of their own. A tombstone has none to write. */
export function writeValue<F extends Fields>(schema: RecordSchema<F>, version: number, value: Draft<F>): Uint8Array {
  writer.reset()
  writer.int16(version)
  codecOf(schema.fields, version, isFlexible(schema.flexible, version)).write(writer, value)
  return writer.toBytes()
}

/** What follows the kind that `reader` has read already. Throws MalformedError. */
export function readKey<F extends Fields>(schema: RecordSchema<F>, reader: Reader): Infer<F> {
  return codecOf(schema.fields, KEY_VERSION, false).read(reader)
}

/** Null for a version that is not known. Throws MalformedError. */
export function readValue<F extends Fields>(schema: RecordSchema<F>, bytes: Uint8Array): Infer<F> | null {
  const reader = new Reader(bytes)
  const version = reader.int16()
  if (!isInVersions(schema.versions, version)) return null
  return codecOf(schema.fields, version, isFlexible(schema.flexible, version)).read(reader)
}
