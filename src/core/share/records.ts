/** What `__share_group_state` holds. @module */
import { array, int8, int16, int32, int64, recordSchema, string, uuid } from '../../wire/schema.ts'

export const shareSnapshotKey = recordSchema({
  name: 'ShareSnapshotKey',
  id: 0,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    topicId: uuid(),
    partition: int32(),
  }),
})

export const shareSnapshotValue = recordSchema({
  name: 'ShareSnapshotValue',
  id: 0,
  versions: '0',
  flexible: 0,
  fields: () => ({
    snapshotEpoch: int32(),
    stateEpoch: int32(),
    leaderEpoch: int32(),
    startOffset: int64(),
    createTimestamp: int64(),
    writeTimestamp: int64(),
    stateBatches: array({
      firstOffset: int64(),
      lastOffset: int64(),
      deliveryState: int8(),
      deliveryCount: int16(),
    }),
    deliveryCompleteCount: int32().tag(0, '0+').default(-1),
  }),
})

export const shareUpdateKey = recordSchema({
  name: 'ShareUpdateKey',
  id: 1,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    topicId: uuid(),
    partition: int32(),
  }),
})

export const shareUpdateValue = recordSchema({
  name: 'ShareUpdateValue',
  id: 1,
  versions: '0',
  flexible: 0,
  fields: () => ({
    snapshotEpoch: int32(),
    leaderEpoch: int32(),
    startOffset: int64(),
    stateBatches: array({
      firstOffset: int64(),
      lastOffset: int64(),
      deliveryState: int8(),
      deliveryCount: int16(),
    }),
    deliveryCompleteCount: int32().tag(0, '0+').default(-1),
  }),
})
