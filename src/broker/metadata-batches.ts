/** The bytes of `__cluster_metadata`: batches of metadata records, and the control batches of KRaft. @module */
import type { BrokerIdentity } from '../core/catalog/catalog.ts'
import { DecisionTooLarge } from '../core/catalog/decision.ts'
import { type MetadataRecord, writeMetadataRecord } from '../core/catalog/metadata-record.ts'
import type { Millis } from '../core/machine.ts'
import { codecOf } from '../wire/compile.ts'
import { encodeBatch } from '../wire/records/batch-encoder.ts'
import {
  controlRecordTypeSchema,
  kRaftVersionRecord,
  leaderChangeMessage,
  snapshotFooterRecord,
  snapshotHeaderRecord,
  votersRecord,
} from '../wire/records/control.ts'
import type { Draft, Fields, RecordSchema } from '../wire/schema.ts'
import { Writer } from '../wire/writer.ts'

/** ControlRecordType */
const ControlType = {
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const

/** The version in which voters have directory ids and are records themselves (KIP-853). */
const KRAFT_VERSION = 1
/** Where Kafka's own configuration has controllers listen; one that listens elsewhere says so when it starts. */
const controllerEndpoint = { name: 'CONTROLLER', host: 'localhost', port: 9093 }

/** KafkaRaftClient.MAX_BATCH_SIZE_BYTES: what takes more is not written at all. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024

/** The version of every control record: Kafka writes no other, though LeaderChangeMessage has one. */
const CONTROL_VERSION = 0

interface ControlRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/**
 * One batch of `records`, one after the other; the log gives it its offsets and its epoch. Throws DecisionTooLarge before
 * there is much more of them in memory than a batch can hold.
 */
export function metadataBatch(records: readonly MetadataRecord[], timestamp: Millis): Uint8Array {
  let valueBytes = 0
  const entries = records.map((record, offset) => {
    const value = writeMetadataRecord(record)
    valueBytes += value.length
    requireRoom(valueBytes)
    return { offset, timestamp, key: null, value }
  })
  const batch = encodeBatch({}, entries)
  requireRoom(batch.length)
  return batch
}

function requireRoom(sizeBytes: number): void {
  if (sizeBytes > MAX_BATCH_BYTES) {
    throw new DecisionTooLarge(`a batch of metadata takes at most ${MAX_BATCH_BYTES} bytes`)
  }
}

/** What every epoch begins with: here is its leader, elected by itself. */
export function leaderChangeBatch({ nodeId, directoryId }: BrokerIdentity, timestamp: Millis): Uint8Array {
  const voters = [{ voterId: nodeId, voterDirectoryId: directoryId }]
  const message = { version: 0, leaderId: nodeId, voters, grantingVoters: voters }
  return controlBatch(0, timestamp, [control(ControlType.LEADER_CHANGE, leaderChangeMessage, message)])
}

/** The snapshot before the first record, which tells Kafka the voters where its configuration does not. */
export function votersSnapshot({ nodeId, directoryId }: BrokerIdentity, timestamp: Millis): Uint8Array {
  const voter = {
    voterId: nodeId,
    voterDirectoryId: directoryId,
    endpoints: [controllerEndpoint],
    kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: KRAFT_VERSION },
  }
  const header = { version: 0, lastContainedLogTimestamp: timestamp }
  const head = controlBatch(0, timestamp, [
    control(ControlType.SNAPSHOT_HEADER, snapshotHeaderRecord, header),
    control(ControlType.KRAFT_VERSION, kRaftVersionRecord, { version: 0, kRaftVersion: KRAFT_VERSION }),
    control(ControlType.KRAFT_VOTERS, votersRecord, { version: 0, voters: [voter] }),
  ])
  const foot = controlBatch(3, timestamp, [control(ControlType.SNAPSHOT_FOOTER, snapshotFooterRecord, { version: 0 })])
  const snapshot = new Uint8Array(head.length + foot.length)
  snapshot.set(head)
  snapshot.set(foot, head.length)
  return snapshot
}

function controlBatch(baseOffset: number, timestamp: Millis, records: readonly ControlRecord[]): Uint8Array {
  const entries = records.map((record, index) => ({ offset: baseOffset + index, timestamp, ...record }))
  return encodeBatch({ baseOffset, partitionLeaderEpoch: 0, isControl: true }, entries)
}

function control<F extends Fields>(type: number, schema: RecordSchema<F>, value: Draft<F>): ControlRecord {
  const key = new Writer(8)
  key.int16(CONTROL_VERSION)
  encode(controlRecordTypeSchema, { type }, key)
  const body = new Writer(128)
  encode(schema, value, body)
  return { key: key.toBytes(), value: body.toBytes() }
}

function encode<F extends Fields>(schema: RecordSchema<F>, value: Draft<F>, writer: Writer): void {
  codecOf(schema.fields, CONTROL_VERSION, schema.flexible === CONTROL_VERSION).write(writer, value)
}
