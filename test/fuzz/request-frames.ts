/** Sound requests for mutants to come from: about what is there, and those whose bytes Kafka itself wrote. @module */
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { listOffsets } from '../../src/api/02-list-offsets.ts'
import { metadata } from '../../src/api/03-metadata.ts'
import { createTopics } from '../../src/api/19-create-topics.ts'
import { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { offsetForLeaderEpoch } from '../../src/api/23-offset-for-leader-epoch.ts'
import { describeConfigs } from '../../src/api/32-describe-configs.ts'
import { describeTopicPartitions } from '../../src/api/75-describe-topic-partitions.ts'
import { apis } from '../../src/api/index.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { type Uuid, zeroUuid } from '../../src/base/uuid.ts'
import { codecOf } from '../../src/wire/compile.ts'
import { LENGTH_BYTES, requestHeader, requestHeaderVersion } from '../../src/wire/frame.ts'
import { CompressionCodec } from '../../src/wire/records/compression/index.ts'
import { writeInt32 } from '../../src/wire/records/integers.ts'
import type { Contract } from '../../src/wire/schema.ts'
import { Writer } from '../../src/wire/writer.ts'
import { goldenLines } from '../golden/golden-file.ts'
import { contracts } from '../schemas.ts'
import { frameOf } from '../sim/client.ts'
import { batchOf, fetchOf, produceOf } from '../sim/world.ts'

interface Vector {
  readonly api: string
  readonly key: number
  readonly kind: string
  readonly version: number
  readonly hex: string
}

/** None of those that have transactions. */
const sequenced = { producerId: 500, producerEpoch: 0, baseSequence: 0 }
const timeoutMs = 1000

/** Requests about a topic of two partitions, and about others that they make and remove. */
export function liveFrames(topic: string, topicId: Uuid): Uint8Array[] {
  const produces = Object.values(CompressionCodec).map(codec =>
    frameOf(produce, 9, produceOf(topic, { 0: batchOf({ values: ['x', 'y'], codec }) }), 1),
  )
  const fetches = [0, 3, 4, 12].map(version =>
    frameOf(fetch, version, fetchOf(topic, { partitions: [{}, { partition: 1 }] }), 1),
  )
  return [
    ...produces,
    frameOf(produce, 13, produceOf('', { 0: batchOf(), 1: batchOf(sequenced) }, { topicId }), 1),
    frameOf(produce, 3, produceOf(topic, { 1: batchOf() }, { acks: 0 }), 1),
    ...fetches,
    frameOf(fetch, 12, fetchOf(topic, { maxWaitMs: 500, minBytes: 100_000, sessionEpoch: 0 }), 1),
    frameOf(fetch, 18, fetchOf('', { topicId, partitions: [{ fetchOffset: 2, lastFetchedEpoch: 0 }] }), 1),
    ...[0, 1, 8].map(version => listOffsetsFrame(topic, version)),
    metadataFrame(null),
    metadataFrame([topic, 'auto']),
    createTopicsFrame('made', '5'),
    frameOf(deleteTopics, 5, { topics: [], topicNames: ['made', 'auto'], timeoutMs }, 1),
    initProducerIdFrame(),
    frameOf(
      offsetForLeaderEpoch,
      4,
      { replicaId: -1, topics: [{ topic, partitions: [{ partition: 0, leaderEpoch: 0 }] }] },
      1,
    ),
    describeConfigsFrame(topic),
    frameOf(describeTopicPartitions, 0, { topics: [{ name: topic }], responsePartitionLimit: 10, cursor: null }, 1),
  ]
}

function listOffsetsFrame(name: string, version: number): Uint8Array {
  const topics = [{ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }]
  return frameOf(listOffsets, version, { replicaId: -1, isolationLevel: 0, topics, timeoutMs }, 1)
}

function metadataFrame(names: readonly string[] | null): Uint8Array {
  const request = {
    topics: names?.map(name => ({ topicId: zeroUuid, name })) ?? null,
    allowAutoTopicCreation: true,
    includeClusterAuthorizedOperations: true,
    includeTopicAuthorizedOperations: true,
  }
  return frameOf(metadata, 9, request, 1)
}

function createTopicsFrame(name: string, segmentMs: string): Uint8Array {
  const configs = [{ name: 'segment.ms', value: segmentMs }]
  const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs }
  return frameOf(createTopics, 7, { topics: [topic], timeoutMs, validateOnly: false }, 1)
}

function initProducerIdFrame(): Uint8Array {
  const request = { transactionalId: null, transactionTimeoutMs: timeoutMs, enable2Pc: false, keepPreparedTxn: false }
  return frameOf(initProducerId, 4, request, 1)
}

function describeConfigsFrame(resourceName: string): Uint8Array {
  const resources = [{ resourceType: 2, resourceName, configurationKeys: null }]
  return frameOf(describeConfigs, 4, { resources, includeSynonyms: true, includeDocumentation: true }, 1)
}

/** Kafka's own requests, of the APIs that are served and of those that are not. */
export function goldenFrames(): { readonly served: Uint8Array[]; readonly others: Uint8Array[] } {
  const isServed = new Set(apis.flatMap(({ contract, handle }) => (handle ? [contract.key] : [])))
  const byKey = new Map(contracts.map(contract => [contract.key, contract]))
  const served: Uint8Array[] = []
  const others: Uint8Array[] = []
  for (const { key, kind, version, hex } of goldenLines('vectors') as Vector[]) {
    const contract = byKey.get(key)
    if (kind !== 'request' || !contract) continue
    const frames = isServed.has(key) ? served : others
    frames.push(goldenFrame(contract, version, Uint8Array.fromHex(hex)))
  }
  return { served, others }
}

function goldenFrame(contract: Contract, version: number, body: Uint8Array): Uint8Array {
  const headerVersion = requestHeaderVersion(contract, version)
  const header = { requestApiKey: contract.key, requestApiVersion: version, correlationId: 1, clientId: 'tester' }
  const writer = new Writer()
  codecOf(requestHeader.fields, headerVersion, headerVersion === 2).write(writer, header)
  const frame = concatBytes([new Uint8Array(LENGTH_BYTES), writer.toBytes(), body])
  writeInt32(frame, 0, frame.length - LENGTH_BYTES)
  return frame
}
