/** What `__cluster_metadata` holds (Kafka's metadata message schemas). @module */
import {
  array,
  bool,
  float64,
  int8,
  int16,
  int32,
  int64,
  recordSchema,
  string,
  uint16,
  uuid,
} from '../../wire/schema.ts'

export const registerBrokerRecord = recordSchema({
  name: 'RegisterBrokerRecord',
  id: 0,
  versions: '0-4',
  flexible: 0,
  fields: () => ({
    brokerId: int32(),
    isMigratingZkBroker: bool('2+'),
    incarnationId: uuid(),
    brokerEpoch: int64(),
    endPoints: array({
      name: string(),
      host: string(),
      port: uint16(),
      securityProtocol: int16(),
    }),
    features: array({
      name: string(),
      minSupportedVersion: int16(),
      maxSupportedVersion: int16(),
    }),
    rack: string().nullable(),
    fenced: bool().default(true),
    inControlledShutdown: bool('1+'),
    logDirs: array(uuid(), '3+').tag(0, '3+'),
    cordonedLogDirs: array(uuid(), '4+').nullable().tag(1, '4+').default(null),
  }),
})

export const unregisterBrokerRecord = recordSchema({
  name: 'UnregisterBrokerRecord',
  id: 1,
  versions: '0',
  flexible: 0,
  fields: () => ({
    brokerId: int32(),
    brokerEpoch: int64(),
  }),
})

export const topicRecord = recordSchema({
  name: 'TopicRecord',
  id: 2,
  versions: '0',
  flexible: 0,
  fields: () => ({
    name: string(),
    topicId: uuid(),
  }),
})

export const partitionRecord = recordSchema({
  name: 'PartitionRecord',
  id: 3,
  versions: '0-2',
  flexible: 0,
  fields: () => ({
    partitionId: int32().default(-1),
    topicId: uuid(),
    replicas: array(int32()),
    isr: array(int32()),
    removingReplicas: array(int32()),
    addingReplicas: array(int32()),
    leader: int32().default(-1),
    leaderEpoch: int32().default(-1),
    partitionEpoch: int32().default(-1),
    directories: array(uuid(), '1+'),
    leaderRecoveryState: int8().tag(0, '0+'),
    eligibleLeaderReplicas: array(int32(), '2+').nullable().tag(1, '2+').default(null),
    lastKnownElr: array(int32(), '2+').nullable().tag(2, '2+').default(null),
  }),
})

export const configRecord = recordSchema({
  name: 'ConfigRecord',
  id: 4,
  versions: '0',
  flexible: 0,
  fields: () => ({
    resourceType: int8(),
    resourceName: string(),
    name: string(),
    value: string().nullable(),
  }),
})

export const partitionChangeRecord = recordSchema({
  name: 'PartitionChangeRecord',
  id: 5,
  versions: '0-2',
  flexible: 0,
  fields: () => ({
    partitionId: int32().default(-1),
    topicId: uuid(),
    isr: array(int32()).nullable().tag(0, '0+').default(null),
    leader: int32().tag(1, '0+').default(-2),
    replicas: array(int32()).nullable().tag(2, '0+').default(null),
    removingReplicas: array(int32()).nullable().tag(3, '0+').default(null),
    addingReplicas: array(int32()).nullable().tag(4, '0+').default(null),
    leaderRecoveryState: int8().tag(5, '0+').default(-1),
    eligibleLeaderReplicas: array(int32(), '2+').nullable().tag(6, '2+').default(null),
    lastKnownElr: array(int32(), '2+').nullable().tag(7, '2+').default(null),
    directories: array(uuid(), '1+').nullable().tag(8, '1+').default(null),
  }),
})

export const removeTopicRecord = recordSchema({
  name: 'RemoveTopicRecord',
  id: 9,
  versions: '0',
  flexible: 0,
  fields: () => ({
    topicId: uuid(),
  }),
})

export const featureLevelRecord = recordSchema({
  name: 'FeatureLevelRecord',
  id: 12,
  versions: '0',
  flexible: 0,
  fields: () => ({
    name: string(),
    featureLevel: int16(),
  }),
})

export const clientQuotaRecord = recordSchema({
  name: 'ClientQuotaRecord',
  id: 14,
  versions: '0',
  flexible: 0,
  fields: () => ({
    entity: array({
      entityType: string(),
      entityName: string().nullable(),
    }),
    key: string(),
    value: float64(),
    remove: bool(),
  }),
})

export const producerIdsRecord = recordSchema({
  name: 'ProducerIdsRecord',
  id: 15,
  versions: '0',
  flexible: 0,
  fields: () => ({
    brokerId: int32(),
    brokerEpoch: int64().default(-1),
    nextProducerId: int64(),
  }),
})

export const brokerRegistrationChangeRecord = recordSchema({
  name: 'BrokerRegistrationChangeRecord',
  id: 17,
  versions: '0-3',
  flexible: 0,
  fields: () => ({
    brokerId: int32(),
    brokerEpoch: int64(),
    fenced: int8().tag(0, '0+'),
    inControlledShutdown: int8('1+').tag(1, '1+'),
    logDirs: array(uuid(), '2+').tag(2, '2+'),
    cordonedLogDirs: array(uuid(), '3+').nullable().tag(3, '3+').default(null),
  }),
})

export const noOpRecord = recordSchema({
  name: 'NoOpRecord',
  id: 20,
  versions: '0',
  flexible: 0,
  fields: () => ({}),
})

export const beginTransactionRecord = recordSchema({
  name: 'BeginTransactionRecord',
  id: 23,
  versions: '0',
  flexible: 0,
  fields: () => ({
    name: string().nullable().tag(0, '0+').default(null),
  }),
})

export const endTransactionRecord = recordSchema({
  name: 'EndTransactionRecord',
  id: 24,
  versions: '0',
  flexible: 0,
  fields: () => ({}),
})

export const abortTransactionRecord = recordSchema({
  name: 'AbortTransactionRecord',
  id: 25,
  versions: '0',
  flexible: 0,
  fields: () => ({
    reason: string().nullable().tag(0, '0+').default(null),
  }),
})

export const registerControllerRecord = recordSchema({
  name: 'RegisterControllerRecord',
  id: 27,
  versions: '0',
  flexible: 0,
  fields: () => ({
    controllerId: int32(),
    incarnationId: uuid(),
    zkMigrationReady: bool(),
    endPoints: array({
      name: string(),
      host: string(),
      port: uint16(),
      securityProtocol: int16(),
    }),
    features: array({
      name: string(),
      minSupportedVersion: int16(),
      maxSupportedVersion: int16(),
    }),
  }),
})

export const clearElrRecord = recordSchema({
  name: 'ClearElrRecord',
  id: 28,
  versions: '0',
  flexible: 0,
  fields: () => ({
    topicName: string(),
  }),
})
