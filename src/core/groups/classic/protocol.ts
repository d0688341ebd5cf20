/** What the members of a classic consumer group tell one another through the coordinator, which does not look inside. @module */
import { array, bytes, int32, recordSchema, string } from '../../../wire/schema.ts'

/** The metadata of a protocol in JoinGroup; its version comes before it, an int16. */
export const consumerProtocolSubscription = recordSchema({
  name: 'ConsumerProtocolSubscription',
  versions: '0-3',
  flexible: null,
  fields: () => ({
    topics: array(string()),
    userData: bytes().nullable().default(null),
    ownedPartitions: array(
      {
        topic: string(),
        partitions: array(int32()),
      },
      '1+',
    ),
    generationId: int32('2+').default(-1),
    rackId: string('3+').nullable().default(null),
  }),
})

/** The assignment in SyncGroup; its version comes before it, an int16. */
export const consumerProtocolAssignment = recordSchema({
  name: 'ConsumerProtocolAssignment',
  versions: '0-3',
  flexible: null,
  fields: () => ({
    assignedPartitions: array({
      topic: string(),
      partitions: array(int32()),
    }),
    userData: bytes().nullable().default(null),
  }),
})
