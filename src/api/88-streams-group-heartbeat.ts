import { array, bool, contract, int8, int16, int32, int64, string, struct, uint16 } from '../wire/schema.ts'
import { api } from './api.ts'

/** StreamsGroupHeartbeat v0. */
export const streamsGroupHeartbeat = contract({
  key: 88,
  name: 'StreamsGroupHeartbeat',
  versions: '0',
  flexible: 0,
  request: () => ({
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    endpointInformationEpoch: int32(),
    instanceId: string().nullable().default(null),
    rackId: string().nullable().default(null),
    rebalanceTimeoutMs: int32().default(-1),
    topology: struct({
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
    })
      .nullable()
      .default(null),
    activeTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
    })
      .nullable()
      .default(null),
    standbyTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
    })
      .nullable()
      .default(null),
    warmupTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
    })
      .nullable()
      .default(null),
    processId: string().nullable().default(null),
    userEndpoint: struct({
      host: string(),
      port: uint16(),
    })
      .nullable()
      .default(null),
    clientTags: array({
      key: string(),
      value: string(),
    })
      .nullable()
      .default(null),
    taskOffsets: array({
      subtopologyId: string(),
      partition: int32(),
      offset: int64(),
    })
      .nullable()
      .default(null),
    taskEndOffsets: array({
      subtopologyId: string(),
      partition: int32(),
      offset: int64(),
    })
      .nullable()
      .default(null),
    shutdownApplication: bool(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable().default(null),
    memberId: string(),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    acceptableRecoveryLag: int32(),
    taskOffsetIntervalMs: int32(),
    status: array({
      statusCode: int8(),
      statusDetail: string(),
    }).nullable(),
    activeTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
    })
      .nullable()
      .default(null),
    standbyTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
    })
      .nullable()
      .default(null),
    warmupTasks: array({
      subtopologyId: string(),
      partitions: array(int32()),
    })
      .nullable()
      .default(null),
    endpointInformationEpoch: int32(),
    partitionsByUserEndpoint: array({
      userEndpoint: struct({
        host: string(),
        port: uint16(),
      }),
      activePartitions: array({
        topic: string(),
        partitions: array(int32()),
      }),
      standbyPartitions: array({
        topic: string(),
        partitions: array(int32()),
      }),
    })
      .nullable()
      .default(null),
  }),
})

export default api(streamsGroupHeartbeat)
