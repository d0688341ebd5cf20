/** The keys and values of control records (KIP-98, KIP-595, KIP-630, KIP-853). @module */
import { array, int16, int32, int64, recordSchema, string, struct, uint16, uuid } from '../schema.ts'

export const controlRecordTypeSchema = recordSchema({
  name: 'ControlRecordTypeSchema',
  versions: '0',
  flexible: null,
  fields: () => ({
    type: int16(),
  }),
})

export const endTxnMarker = recordSchema({
  name: 'EndTxnMarker',
  versions: '0',
  flexible: null,
  fields: () => ({
    coordinatorEpoch: int32(),
  }),
})

export const leaderChangeMessage = recordSchema({
  name: 'LeaderChangeMessage',
  versions: '0-1',
  flexible: 0,
  fields: () => ({
    version: int16(),
    leaderId: int32(),
    voters: array({
      voterId: int32(),
      voterDirectoryId: uuid('1+'),
    }),
    grantingVoters: array({
      voterId: int32(),
      voterDirectoryId: uuid('1+'),
    }),
  }),
})

export const snapshotHeaderRecord = recordSchema({
  name: 'SnapshotHeaderRecord',
  versions: '0',
  flexible: 0,
  fields: () => ({
    version: int16(),
    lastContainedLogTimestamp: int64(),
  }),
})

export const snapshotFooterRecord = recordSchema({
  name: 'SnapshotFooterRecord',
  versions: '0',
  flexible: 0,
  fields: () => ({
    version: int16(),
  }),
})

export const kRaftVersionRecord = recordSchema({
  name: 'KRaftVersionRecord',
  versions: '0',
  flexible: 0,
  fields: () => ({
    version: int16(),
    kRaftVersion: int16(),
  }),
})

export const votersRecord = recordSchema({
  name: 'VotersRecord',
  versions: '0',
  flexible: 0,
  fields: () => ({
    version: int16(),
    voters: array({
      voterId: int32(),
      voterDirectoryId: uuid(),
      endpoints: array({
        name: string(),
        host: string(),
        port: uint16(),
      }),
      kRaftVersionFeature: struct({
        minSupportedVersion: int16(),
        maxSupportedVersion: int16(),
      }),
    }),
  }),
})
