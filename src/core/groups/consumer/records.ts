/** What `__consumer_offsets` holds of consumer groups (KIP-848). @module */
import { array, bytes, int8, int32, int64, recordSchema, string, struct, uuid } from '../../../wire/schema.ts'

export const consumerGroupCurrentMemberAssignmentKey = recordSchema({
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  id: 8,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    memberId: string(),
  }),
})

export const consumerGroupCurrentMemberAssignmentValue = recordSchema({
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  id: 8,
  versions: '0',
  flexible: 0,
  fields: () => ({
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array({
      topicId: uuid(),
      partitions: array(int32()),
      assignmentEpochs: array(int32()).nullable().tag(0, '0+'),
    }),
    partitionsPendingRevocation: array({
      topicId: uuid(),
      partitions: array(int32()),
      assignmentEpochs: array(int32()).nullable().tag(0, '0+'),
    }),
  }),
})

export const consumerGroupMemberMetadataKey = recordSchema({
  name: 'ConsumerGroupMemberMetadataKey',
  id: 5,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    memberId: string(),
  }),
})

export const consumerGroupMemberMetadataValue = recordSchema({
  name: 'ConsumerGroupMemberMetadataValue',
  id: 5,
  versions: '0',
  flexible: 0,
  fields: () => ({
    instanceId: string().nullable(),
    rackId: string().nullable(),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
    subscribedTopicRegex: string().nullable(),
    rebalanceTimeoutMs: int32().default(-1),
    serverAssignor: string().nullable(),
    classicMemberMetadata: struct({
      sessionTimeoutMs: int32(),
      supportedProtocols: array({
        name: string(),
        metadata: bytes(),
      }),
    })
      .nullable()
      .tag(0, '0+'),
  }),
})

export const consumerGroupMetadataKey = recordSchema({
  name: 'ConsumerGroupMetadataKey',
  id: 3,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
  }),
})

export const consumerGroupMetadataValue = recordSchema({
  name: 'ConsumerGroupMetadataValue',
  id: 3,
  versions: '0',
  flexible: 0,
  fields: () => ({
    epoch: int32(),
    metadataHash: int64().tag(0, '0+'),
  }),
})

export const consumerGroupPartitionMetadataKey = recordSchema({
  name: 'ConsumerGroupPartitionMetadataKey',
  id: 4,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
  }),
})

export const consumerGroupPartitionMetadataValue = recordSchema({
  name: 'ConsumerGroupPartitionMetadataValue',
  id: 4,
  versions: '0',
  flexible: 0,
  fields: () => ({
    topics: array({
      topicId: uuid(),
      topicName: string(),
      numPartitions: int32(),
      partitionMetadata: array({
        partition: int32(),
        racks: array(string()),
      }),
    }),
  }),
})

export const consumerGroupRegularExpressionKey = recordSchema({
  name: 'ConsumerGroupRegularExpressionKey',
  id: 16,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    regularExpression: string(),
  }),
})

export const consumerGroupRegularExpressionValue = recordSchema({
  name: 'ConsumerGroupRegularExpressionValue',
  id: 16,
  versions: '0',
  flexible: 0,
  fields: () => ({
    topics: array(string()),
    version: int64(),
    timestamp: int64(),
  }),
})

export const consumerGroupTargetAssignmentMemberKey = recordSchema({
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  id: 7,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    memberId: string(),
  }),
})

export const consumerGroupTargetAssignmentMemberValue = recordSchema({
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  id: 7,
  versions: '0',
  flexible: 0,
  fields: () => ({
    topicPartitions: array({
      topicId: uuid(),
      partitions: array(int32()),
    }),
  }),
})

export const consumerGroupTargetAssignmentMetadataKey = recordSchema({
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  id: 6,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
  }),
})

export const consumerGroupTargetAssignmentMetadataValue = recordSchema({
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  id: 6,
  versions: '0',
  flexible: 0,
  fields: () => ({
    assignmentEpoch: int32(),
    assignmentTimestamp: int64().tag(0, '0+'),
  }),
})
