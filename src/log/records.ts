/** What storage writes beside the log: producer snapshots, and the records of tiered storage. @module */
import {
  array,
  bool,
  bytes,
  int8,
  int16,
  int32,
  int64,
  recordSchema,
  string,
  struct,
  uint32,
  uuid,
} from '../wire/schema.ts'

export const producerSnapshot = recordSchema({
  name: 'ProducerSnapshot',
  versions: '1',
  flexible: null,
  fields: () => ({
    crc: uint32(),
    producerEntries: array({
      producerId: int64(),
      epoch: int16(),
      lastSequence: int32(),
      lastOffset: int64(),
      offsetDelta: int32(),
      timestamp: int64(),
      coordinatorEpoch: int32(),
      currentTxnFirstOffset: int64(),
    }),
  }),
})

export const remoteLogSegmentMetadataRecord = recordSchema({
  name: 'RemoteLogSegmentMetadataRecord',
  id: 0,
  versions: '0',
  flexible: 0,
  fields: () => ({
    remoteLogSegmentId: struct({
      topicIdPartition: struct({
        name: string(),
        id: uuid(),
        partition: int32(),
      }),
      id: uuid(),
    }),
    startOffset: int64(),
    endOffset: int64(),
    brokerId: int32(),
    maxTimestampMs: int64(),
    eventTimestampMs: int64(),
    segmentLeaderEpochs: array({
      leaderEpoch: int32(),
      offset: int64(),
    }),
    segmentSizeInBytes: int32(),
    customMetadata: bytes().nullable().default(null),
    remoteLogSegmentState: int8(),
    txnIndexEmpty: bool().tag(0, '0+'),
  }),
})

export const remoteLogSegmentMetadataUpdateRecord = recordSchema({
  name: 'RemoteLogSegmentMetadataUpdateRecord',
  id: 1,
  versions: '0',
  flexible: 0,
  fields: () => ({
    remoteLogSegmentId: struct({
      topicIdPartition: struct({
        name: string(),
        id: uuid(),
        partition: int32(),
      }),
      id: uuid(),
    }),
    brokerId: int32(),
    eventTimestampMs: int64(),
    customMetadata: bytes().nullable().default(null),
    remoteLogSegmentState: int8(),
  }),
})

export const remotePartitionDeleteMetadataRecord = recordSchema({
  name: 'RemotePartitionDeleteMetadataRecord',
  id: 2,
  versions: '0',
  flexible: 0,
  fields: () => ({
    topicIdPartition: struct({
      name: string(),
      id: uuid(),
      partition: int32(),
    }),
    brokerId: int32(),
    eventTimestampMs: int64(),
    remotePartitionDeleteState: int8(),
  }),
})

export const remoteLogSegmentMetadataSnapshotRecord = recordSchema({
  name: 'RemoteLogSegmentMetadataSnapshotRecord',
  id: 3,
  versions: '0',
  flexible: 0,
  fields: () => ({
    segmentId: uuid(),
    startOffset: int64(),
    endOffset: int64(),
    brokerId: int32(),
    maxTimestampMs: int64(),
    eventTimestampMs: int64(),
    segmentLeaderEpochs: array({
      leaderEpoch: int32(),
      offset: int64(),
    }),
    segmentSizeInBytes: int32(),
    customMetadata: bytes().nullable().default(null),
    remoteLogSegmentState: int8(),
    txnIndexEmpty: bool().tag(0, '0+'),
  }),
})
