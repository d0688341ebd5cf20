/**
 * One record of `__consumer_offsets` as a value, and as the bytes of a record's key and value: each begins with two bytes,
 * the key with its kind, the value with its version (Kafka's GroupCoordinatorRecordSerde).
 * @module
 */
import { zeroUuid } from '../../base/uuid.ts'
import { codecOf } from '../../wire/compile.ts'
import { Reader } from '../../wire/reader.ts'
import { type Draft, type Fields, type Infer, isInVersions, type RecordSchema } from '../../wire/schema.ts'
import { Writer } from '../../wire/writer.ts'
import {
  groupMetadataKey,
  groupMetadataValue,
  legacyOffsetCommitKey,
  legacyOffsetCommitValue,
  offsetCommitKey,
  offsetCommitValue,
} from './records.ts'

export type OffsetCommitKey = Infer<typeof offsetCommitKey.fields>
export type OffsetCommitValue = Infer<typeof offsetCommitValue.fields>
export type GroupMetadataKey = Infer<typeof groupMetadataKey.fields>
export type GroupMetadataValue = Infer<typeof groupMetadataValue.fields>

/** A record of a known kind; without a value it is a tombstone. */
export type GroupRecord =
  | { readonly type: 'offsetCommit'; readonly key: OffsetCommitKey; readonly value: OffsetCommitValue | null }
  | { readonly type: 'groupMetadata'; readonly key: GroupMetadataKey; readonly value: GroupMetadataValue | null }

/** What Kafka 4.3.1 writes (GroupCoordinatorRecordHelpers): not the newest, which says the same in a flexible form. */
const GROUP_METADATA_VERSION = 3
/** With the topic's id, since Kafka 4.1. */
const OFFSET_COMMIT_VERSION = 4
/** The one version that says when an offset expires; Kafka 4.3.1 still writes it where a client says so. */
const EXPIRING_OFFSET_COMMIT_VERSION = 1

/** Keys have one version: their prefix is the kind. */
const KEY_VERSION = 0

export interface RecordBytes {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

/** The bytes of `record`, in the versions that Kafka 4.3.1 writes. */
export function writeGroupRecord(record: GroupRecord): RecordBytes {
  if (record.type === 'groupMetadata') {
    const { key, value } = record
    return {
      key: writeKey(groupMetadataKey, key),
      value: value && writeValue(groupMetadataValue, GROUP_METADATA_VERSION, value),
    }
  }
  const { key, value } = record
  const version = value && value.expireTimestamp !== -1 ? EXPIRING_OFFSET_COMMIT_VERSION : OFFSET_COMMIT_VERSION
  return { key: writeKey(offsetCommitKey, key), value: value && writeValue(offsetCommitValue, version, value) }
}

/**
 * The record in `key` and `value`, or null for one of a kind or version that this broker does not know: it stays in the
 * log, for whoever does. Nothing of it is a view of them. Throws MalformedError where there is no record.
 */
export function readGroupRecord(key: Uint8Array, value: Uint8Array | null): GroupRecord | null {
  const reader = new Reader(key)
  switch (reader.int16()) {
    case legacyOffsetCommitKey.id:
      return readLegacyOffsetCommit(reader, value)
    case offsetCommitKey.id: {
      const read = readKey(offsetCommitKey, reader)
      if (!value) return { type: 'offsetCommit', key: read, value: null }
      const commit = readValue(offsetCommitValue, value)
      return commit && { type: 'offsetCommit', key: read, value: commit }
    }
    case groupMetadataKey.id: {
      const read = readKey(groupMetadataKey, reader)
      if (!value) return { type: 'groupMetadata', key: read, value: null }
      const metadata = readValue(groupMetadataValue, value)
      return metadata && { type: 'groupMetadata', key: read, value: withOwnBytes(metadata) }
    }
    default:
      return null
  }
}

/**
 * What reads records one after the other as `readGroupRecord` does, and keeps the names and ids that most of them have in
 * common once: each with its own, a hundred thousand offsets take four times the memory.
 */
export function groupRecordReader(): typeof readGroupRecord {
  const texts = new Map<string, string>()
  const shared = <T extends string>(text: T): T => {
    // What is found under a text is that text.
    const known = texts.get(text) as T | undefined
    if (known === undefined) texts.set(text, text)
    return known ?? text
  }
  return (keyBytes, valueBytes) => {
    const record = readGroupRecord(keyBytes, valueBytes)
    if (record?.type !== 'offsetCommit') return record
    const { key, value } = record
    return {
      type: 'offsetCommit',
      key: { group: shared(key.group), topic: shared(key.topic), partition: key.partition },
      value: value && { ...value, topicId: shared(value.topicId), metadata: shared(value.metadata) },
    }
  }
}

/** A commit as Kafka 0.8.2 wrote it: the same, with less in it. */
function readLegacyOffsetCommit(reader: Reader, value: Uint8Array | null): GroupRecord | null {
  const key = readKey(legacyOffsetCommitKey, reader)
  if (!value) return { type: 'offsetCommit', key, value: null }
  const commit = readValue(legacyOffsetCommitValue, value)
  return commit && { type: 'offsetCommit', key, value: { ...legacyDefaults, ...commit } }
}

const legacyDefaults = { leaderEpoch: -1, topicId: zeroUuid, expireTimestamp: -1 }

/** A group lives longer than the read of the log that brought it. */
function withOwnBytes(metadata: GroupMetadataValue): GroupMetadataValue {
  const members = metadata.members.map(member => ({
    ...member,
    subscription: member.subscription.slice(),
    assignment: member.assignment.slice(),
  }))
  return { ...metadata, members }
}

/** For one key or value after the other: making a writer costs more than what most of them are written with. */
const writer = new Writer(256)

function writeKey<F extends Fields>(schema: RecordSchema<F>, key: Draft<F>): Uint8Array {
  writer.reset()
  writer.int16(schema.id ?? 0)
  codecOf(schema.fields, KEY_VERSION, false).write(writer, key)
  return writer.toBytes()
}

function writeValue<F extends Fields>(schema: RecordSchema<F>, version: number, value: Draft<F>): Uint8Array {
  writer.reset()
  writer.int16(version)
  codecOf(schema.fields, version, isFlexible(schema, version)).write(writer, value)
  return writer.toBytes()
}

function readKey<F extends Fields>(schema: RecordSchema<F>, reader: Reader): Infer<F> {
  return codecOf(schema.fields, KEY_VERSION, false).read(reader)
}

function readValue<F extends Fields>(schema: RecordSchema<F>, bytes: Uint8Array): Infer<F> | null {
  const reader = new Reader(bytes)
  const version = reader.int16()
  if (!isInVersions(schema.versions, version)) return null
  return codecOf(schema.fields, version, isFlexible(schema, version)).read(reader)
}

function isFlexible({ flexible }: RecordSchema, version: number): boolean {
  return flexible !== null && version >= flexible
}
