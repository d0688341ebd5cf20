/** What `__consumer_offsets` holds of share groups (KIP-932). @module */
import { array, int8, int32, int64, recordSchema, string, uuid } from '../../../wire/schema.ts'

export const shareGroupCurrentMemberAssignmentKey = recordSchema({
  name: 'ShareGroupCurrentMemberAssignmentKey',
  id: 14,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    memberId: string(),
  }),
})

export const shareGroupCurrentMemberAssignmentValue = recordSchema({
  name: 'ShareGroupCurrentMemberAssignmentValue',
  id: 14,
  versions: '0',
  flexible: 0,
  fields: () => ({
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array({
      topicId: uuid(),
      partitions: array(int32()),
    }),
  }),
})

export const shareGroupMemberMetadataKey = recordSchema({
  name: 'ShareGroupMemberMetadataKey',
  id: 10,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    memberId: string(),
  }),
})

export const shareGroupMemberMetadataValue = recordSchema({
  name: 'ShareGroupMemberMetadataValue',
  id: 10,
  versions: '0',
  flexible: 0,
  fields: () => ({
    rackId: string().nullable(),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
  }),
})

export const shareGroupMetadataKey = recordSchema({
  name: 'ShareGroupMetadataKey',
  id: 11,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
  }),
})

export const shareGroupMetadataValue = recordSchema({
  name: 'ShareGroupMetadataValue',
  id: 11,
  versions: '0',
  flexible: 0,
  fields: () => ({
    epoch: int32(),
    metadataHash: int64(),
  }),
})

export const shareGroupStatePartitionMetadataKey = recordSchema({
  name: 'ShareGroupStatePartitionMetadataKey',
  id: 15,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
  }),
})

export const shareGroupStatePartitionMetadataValue = recordSchema({
  name: 'ShareGroupStatePartitionMetadataValue',
  id: 15,
  versions: '0',
  flexible: 0,
  fields: () => ({
    initializingTopics: array({
      topicId: uuid(),
      topicName: string(),
      partitions: array(int32()),
    }),
    initializedTopics: array({
      topicId: uuid(),
      topicName: string(),
      partitions: array(int32()),
    }),
    deletingTopics: array({
      topicId: uuid(),
      topicName: string(),
    }),
  }),
})

export const shareGroupTargetAssignmentMemberKey = recordSchema({
  name: 'ShareGroupTargetAssignmentMemberKey',
  id: 13,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    memberId: string(),
  }),
})

export const shareGroupTargetAssignmentMemberValue = recordSchema({
  name: 'ShareGroupTargetAssignmentMemberValue',
  id: 13,
  versions: '0',
  flexible: 0,
  fields: () => ({
    topicPartitions: array({
      topicId: uuid(),
      partitions: array(int32()),
    }),
  }),
})

export const shareGroupTargetAssignmentMetadataKey = recordSchema({
  name: 'ShareGroupTargetAssignmentMetadataKey',
  id: 12,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
  }),
})

export const shareGroupTargetAssignmentMetadataValue = recordSchema({
  name: 'ShareGroupTargetAssignmentMetadataValue',
  id: 12,
  versions: '0',
  flexible: 0,
  fields: () => ({
    assignmentEpoch: int32(),
    assignmentTimestamp: int64().tag(0, '0+'),
  }),
})
