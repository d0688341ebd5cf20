/** What `__consumer_offsets` holds for every kind of group, and for classic ones (group-coordinator's message schemas). @module */
import { array, bytes, int32, int64, recordSchema, string, uuid } from '../../wire/schema.ts'

export const groupMetadataKey = recordSchema({
  name: 'GroupMetadataKey',
  id: 2,
  versions: '0',
  flexible: null,
  fields: () => ({
    group: string(),
  }),
})

export const groupMetadataValue = recordSchema({
  name: 'GroupMetadataValue',
  id: 2,
  versions: '0-4',
  flexible: 4,
  fields: () => ({
    protocolType: string(),
    generation: int32(),
    protocol: string().nullable(),
    leader: string().nullable(),
    currentStateTimestamp: int64('2+').default(-1),
    members: array({
      memberId: string(),
      groupInstanceId: string('3+').nullable().default(null),
      clientId: string(),
      clientHost: string(),
      rebalanceTimeout: int32('1+').default(-1),
      sessionTimeout: int32(),
      subscription: bytes(),
      assignment: bytes(),
    }),
  }),
})

export const legacyOffsetCommitKey = recordSchema({
  name: 'LegacyOffsetCommitKey',
  id: 0,
  versions: '0',
  flexible: null,
  fields: () => ({
    group: string(),
    topic: string(),
    partition: int32(),
  }),
})

export const legacyOffsetCommitValue = recordSchema({
  name: 'LegacyOffsetCommitValue',
  id: 0,
  versions: '0',
  flexible: null,
  fields: () => ({
    offset: int64(),
    metadata: string(),
    commitTimestamp: int64(),
  }),
})

export const offsetCommitKey = recordSchema({
  name: 'OffsetCommitKey',
  id: 1,
  versions: '0',
  flexible: null,
  fields: () => ({
    group: string(),
    topic: string(),
    partition: int32(),
  }),
})

export const offsetCommitValue = recordSchema({
  name: 'OffsetCommitValue',
  id: 1,
  versions: '0-4',
  flexible: 4,
  fields: () => ({
    offset: int64(),
    leaderEpoch: int32('3+').default(-1),
    metadata: string(),
    commitTimestamp: int64(),
    topicId: uuid('4+').tag(0, '4+'),
    expireTimestamp: int64('1').default(-1),
  }),
})
