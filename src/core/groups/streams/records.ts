/** What `__consumer_offsets` holds of streams groups (KIP-1071). @module */
import { array, int8, int16, int32, int64, recordSchema, string, struct, uint16 } from '../../../wire/schema.ts'

export const streamsGroupCurrentMemberAssignmentKey = recordSchema({
  name: 'StreamsGroupCurrentMemberAssignmentKey',
  id: 22,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    memberId: string(),
  }),
})

export const streamsGroupCurrentMemberAssignmentValue = recordSchema({
  name: 'StreamsGroupCurrentMemberAssignmentValue',
  id: 22,
  versions: '0',
  flexible: 0,
  fields: () => ({
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    activeTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
      assignmentEpochs: array(int32()).nullable().tag(0, '0+'),
    }),
    standbyTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
      assignmentEpochs: array(int32()).nullable().tag(0, '0+'),
    }),
    warmupTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
      assignmentEpochs: array(int32()).nullable().tag(0, '0+'),
    }),
    activeTasksPendingRevocation: array({
      subtopologyId: string(),
      partitions: array(int32()),
      assignmentEpochs: array(int32()).nullable().tag(0, '0+'),
    }),
    standbyTasksPendingRevocation: array({
      subtopologyId: string(),
      partitions: array(int32()),
      assignmentEpochs: array(int32()).nullable().tag(0, '0+'),
    }),
    warmupTasksPendingRevocation: array({
      subtopologyId: string(),
      partitions: array(int32()),
      assignmentEpochs: array(int32()).nullable().tag(0, '0+'),
    }),
  }),
})

export const streamsGroupMemberMetadataKey = recordSchema({
  name: 'StreamsGroupMemberMetadataKey',
  id: 19,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    memberId: string(),
  }),
})

export const streamsGroupMemberMetadataValue = recordSchema({
  name: 'StreamsGroupMemberMetadataValue',
  id: 19,
  versions: '0',
  flexible: 0,
  fields: () => ({
    instanceId: string().nullable(),
    rackId: string().nullable(),
    clientId: string(),
    clientHost: string(),
    rebalanceTimeoutMs: int32().default(-1),
    topologyEpoch: int32(),
    processId: string(),
    userEndpoint: struct({
      host: string(),
      port: uint16(),
    })
      .nullable()
      .default(null),
    clientTags: array({
      key: string(),
      value: string(),
    }),
  }),
})

export const streamsGroupMetadataKey = recordSchema({
  name: 'StreamsGroupMetadataKey',
  id: 17,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
  }),
})

export const streamsGroupMetadataValue = recordSchema({
  name: 'StreamsGroupMetadataValue',
  id: 17,
  versions: '0',
  flexible: 0,
  fields: () => ({
    epoch: int32(),
    metadataHash: int64(),
    validatedTopologyEpoch: int32().tag(0, '0+').default(-1),
    lastAssignmentConfigs: array({
      key: string(),
      value: string(),
    })
      .nullable()
      .tag(1, '0+'),
  }),
})

export const streamsGroupTargetAssignmentMemberKey = recordSchema({
  name: 'StreamsGroupTargetAssignmentMemberKey',
  id: 21,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
    memberId: string(),
  }),
})

export const streamsGroupTargetAssignmentMemberValue = recordSchema({
  name: 'StreamsGroupTargetAssignmentMemberValue',
  id: 21,
  versions: '0',
  flexible: 0,
  fields: () => ({
    activeTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
    }),
    standbyTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
    }),
    warmupTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
    }),
  }),
})

export const streamsGroupTargetAssignmentMetadataKey = recordSchema({
  name: 'StreamsGroupTargetAssignmentMetadataKey',
  id: 20,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
  }),
})

export const streamsGroupTargetAssignmentMetadataValue = recordSchema({
  name: 'StreamsGroupTargetAssignmentMetadataValue',
  id: 20,
  versions: '0',
  flexible: 0,
  fields: () => ({
    assignmentEpoch: int32(),
    assignmentTimestamp: int64().tag(0, '0+'),
  }),
})

export const streamsGroupTopologyKey = recordSchema({
  name: 'StreamsGroupTopologyKey',
  id: 23,
  versions: '0',
  flexible: null,
  fields: () => ({
    groupId: string(),
  }),
})

export const streamsGroupTopologyValue = recordSchema({
  name: 'StreamsGroupTopologyValue',
  id: 23,
  versions: '0',
  flexible: 0,
  fields: () => ({
    epoch: int32(),
    subtopologies: array({
      subtopologyId: string(),
      sourceTopics: array(string()),
      sourceTopicRegex: array(string()),
      stateChangelogTopics: array({
        name: string(),
        partitions: int32(),
        replicationFactor: int16(),
        topicConfigs: array({
          key: string(),
          value: string(),
        }),
      }),
      repartitionSinkTopics: array(string()),
      repartitionSourceTopics: array({
        name: string(),
        partitions: int32(),
        replicationFactor: int16(),
        topicConfigs: array({
          key: string(),
          value: string(),
        }),
      }),
      copartitionGroups: array({
        sourceTopics: array(int16()),
        sourceTopicRegex: array(int16()),
        repartitionSourceTopics: array(int16()),
      }),
    }),
  }),
})
