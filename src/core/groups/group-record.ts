/**
 * One record of `__consumer_offsets` as a value, and as the bytes of a record's key and value: each begins with two bytes,
 * the key with its kind, the value with its version (Kafka's GroupCoordinatorRecordSerde).
 * @module
 */
import { zeroUuid } from '../../base/uuid.ts'
import { Reader } from '../../wire/reader.ts'
import type { Infer } from '../../wire/schema.ts'
import { type KeyedRecord, readKey, readValue, writeKey, writeValue } from '../coordinator-record.ts'
import type { ProducerIdAndEpoch } from '../pending-records.ts'
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
export type GroupRecord = OffsetCommitRecord | PendingOffsetCommit | GroupMetadataRecord

/** What a group has committed for one partition. */
export interface OffsetCommitRecord {
  readonly type: 'offsetCommit'
  readonly key: OffsetCommitKey
  readonly value: OffsetCommitValue | null
}

/** A commit that counts when the transaction of its producer is committed: the same bytes, in a transactional batch. */
export interface PendingOffsetCommit {
  readonly type: 'pendingOffsetCommit'
  readonly producer: ProducerIdAndEpoch
  readonly key: OffsetCommitKey
  readonly value: OffsetCommitValue
}

/** A classic group as of its last generation. */
export interface GroupMetadataRecord {
  readonly type: 'groupMetadata'
  readonly key: GroupMetadataKey
  readonly value: GroupMetadataValue | null
}

/** What Kafka 4.3.1 writes (GroupCoordinatorRecordHelpers): not the newest, which says the same in a flexible form. */
const GROUP_METADATA_VERSION = 3
/** With the topic's id, since Kafka 4.1. */
const OFFSET_COMMIT_VERSION = 4
/** The one version that says when an offset expires; Kafka 4.3.1 still writes it where a client says so. */
const EXPIRING_OFFSET_COMMIT_VERSION = 1

/** The bytes of `record`, in the versions that Kafka 4.3.1 writes. */
export function writeGroupRecord(record: GroupRecord): KeyedRecord {
  if (record.type === 'groupMetadata') {
    const { key, value } = record
    return {
      key: writeKey(groupMetadataKey, key),
      value: value && writeValue(groupMetadataValue, GROUP_METADATA_VERSION, value),
    }
  }
  const { key, value } = record
  const version = value && value.expireTimestamp !== -1 ? EXPIRING_OFFSET_COMMIT_VERSION : OFFSET_COMMIT_VERSION
  const bytes = { key: writeKey(offsetCommitKey, key), value: value && writeValue(offsetCommitValue, version, value) }
  return record.type === 'offsetCommit' ? bytes : { ...bytes, producer: record.producer }
}

/**
 * The record in `key` and `value`, or null for one of a kind or version that this broker does not know: it stays in the
 * log, for whoever does. `producer` is whose open transaction it is part of: of commits alone that makes a difference, as in
 * GroupCoordinatorShard.replay. Nothing of the record is a view of the bytes. Throws MalformedError where there is none.
 */
export function readGroupRecord(
  key: Uint8Array,
  value: Uint8Array | null,
  producer: ProducerIdAndEpoch | null = null,
): GroupRecord | null {
  const reader = new Reader(key)
  switch (reader.int16()) {
    case legacyOffsetCommitKey.id:
      return commitOf(readKey(legacyOffsetCommitKey, reader), value && readLegacyOffsetCommit(value), value, producer)
    case offsetCommitKey.id:
      return commitOf(readKey(offsetCommitKey, reader), value && readValue(offsetCommitValue, value), value, producer)
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
  return (keyBytes, valueBytes, producer) => {
    const record = readGroupRecord(keyBytes, valueBytes, producer)
    if (!record || record.type === 'groupMetadata') return record
    const { group, topic, partition } = record.key
    const key = { group: shared(group), topic: shared(topic), partition }
    if (record.value === null) return { ...record, key }
    const { topicId, metadata } = record.value
    return { ...record, key, value: { ...record.value, topicId: shared(topicId), metadata: shared(metadata) } }
  }
}

/** A commit, or null where there are bytes of a value and none that could be read. */
function commitOf(
  key: OffsetCommitKey,
  value: OffsetCommitValue | null,
  bytes: Uint8Array | null,
  producer: ProducerIdAndEpoch | null,
): GroupRecord | null {
  if (bytes && !value) return null
  return value && producer
    ? { type: 'pendingOffsetCommit', producer, key, value }
    : { type: 'offsetCommit', key, value }
}

/** A commit as Kafka 0.8.2 wrote it: the same, with less in it. */
function readLegacyOffsetCommit(value: Uint8Array): OffsetCommitValue | null {
  const commit = readValue(legacyOffsetCommitValue, value)
  return commit && { ...legacyDefaults, ...commit }
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
