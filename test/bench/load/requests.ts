/** The requests that the load is made of, written once by our own codec, and what must be read of their answers. @module */
import { produce } from '../../../src/api/00-produce.ts'
import { fetch } from '../../../src/api/01-fetch.ts'
import { metadata } from '../../../src/api/03-metadata.ts'
import { apiVersions } from '../../../src/api/18-api-versions.ts'
import { createTopics } from '../../../src/api/19-create-topics.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { codecOf } from '../../../src/wire/compile.ts'
import {
  isFlexible,
  requestHeader,
  requestHeaderVersion,
  responseHeader,
  responseHeaderVersion,
} from '../../../src/wire/frame.ts'
import { Reader } from '../../../src/wire/reader.ts'
import { encodeBatch } from '../../../src/wire/records/batch-encoder.ts'
import { CODEC_IDS } from '../../../src/wire/records/compression/index.ts'
import type { Contract, Draft, Fields, Infer } from '../../../src/wire/schema.ts'
import { Writer } from '../../../src/wire/writer.ts'
import type { Shape } from '../jobs.ts'
import { FETCH_VERSION, PRODUCE_VERSION, TAIL_FETCH_VERSION } from '../versions.ts'
import { recordValue } from './words.ts'

const CLIENT_ID = 'load'
const TIMEOUT_MS = 30_000
const ANSWER_MAX_BYTES = 50 * 1024 * 1024
export const TAIL_WAIT_MS = 500

/** Where every request has its correlation id. */
const CORRELATION_ID = 8
/** What comes after the offset of the last partition in Fetch v5 to v11: log start offset, max bytes, nothing forgotten. */
const AFTER_OFFSET_BYTES = 8 + 4 + 4
/** The empty rack, which v11 adds. */
const RACK_BYTES = 2

/** A whole frame. */
export function requestFrame<Q extends Fields>(contract: Contract<Q>, version: number, request: Draft<Q>): Uint8Array {
  const writer = new Writer()
  const headerVersion = requestHeaderVersion(contract, version)
  writer.beginFrame()
  codecOf(requestHeader.fields, headerVersion, headerVersion === 2).write(writer, {
    requestApiKey: contract.key,
    requestApiVersion: version,
    correlationId: 0,
    clientId: CLIENT_ID,
  })
  codecOf(contract.request, version, isFlexible(contract.flexible, version)).write(writer, request)
  writer.endFrame()
  return writer.toBytes()
}

/** The answer in `frame`, which is without its length. */
export function readAnswer<S extends Fields>(
  frame: Uint8Array,
  contract: Contract<Fields, S>,
  version: number,
): Infer<S> {
  const reader = new Reader(frame)
  const headerVersion = responseHeaderVersion(contract, version)
  codecOf(responseHeader.fields, headerVersion, headerVersion === 1).read(reader)
  return codecOf(contract.response, version, isFlexible(contract.flexible, version)).read(reader)
}

export function setCorrelationId(view: DataView, position: number, id: number): void {
  view.setInt32(position + CORRELATION_ID, id)
}

/** In the first version that tells of features. */
export function apiVersionsFrame(): Uint8Array {
  return requestFrame(apiVersions, 3, { clientSoftwareName: 'bench', clientSoftwareVersion: '1' })
}

export const CREATE_TOPICS = { contract: createTopics, version: 4 } as const
export function createTopicsFrame(names: readonly string[], numPartitions: number): Uint8Array {
  const { contract, version } = CREATE_TOPICS
  const topics = names.map(name => ({ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }))
  return requestFrame(contract, version, { topics, timeoutMs: TIMEOUT_MS, validateOnly: false })
}

export const METADATA = { contract: metadata, version: 8 } as const
export function metadataFrame(names: readonly string[]): Uint8Array {
  const { contract, version } = METADATA
  return requestFrame(contract, version, {
    topics: names.map(name => ({ topicId: zeroUuid, name })),
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  })
}

/** A request with acks=1. */
export function produceFrame(shape: Shape): Uint8Array {
  const records = batchOf(shape)
  return requestFrame(produce, PRODUCE_VERSION, {
    acks: 1,
    timeoutMs: TIMEOUT_MS,
    topicData: [
      { topicId: zeroUuid, name: shape.topic, partitionData: partitionsOf(shape).map(index => ({ index, records })) },
    ],
  })
}

function batchOf({ recordCount, recordBytes, codec }: Shape): Uint8Array {
  const timestamp = Date.now()
  const records = Array.from({ length: recordCount }, (_, offset) => {
    return { offset, timestamp, key: null, value: recordValue(offset, recordBytes) }
  })
  return encodeBatch({ codec: CODEC_IDS[codec] }, records)
}

/** A request for every partition of the topic from its offset 0 on. `isTail` waits for records, else none may be missing. */
export function fetchFrame(shape: Shape, partitionMaxBytes: number, isTail = false): Uint8Array {
  return requestFrame(fetch, isTail ? TAIL_FETCH_VERSION : FETCH_VERSION, {
    maxWaitMs: isTail ? TAIL_WAIT_MS : 0,
    minBytes: 1,
    maxBytes: ANSWER_MAX_BYTES,
    isolationLevel: 0,
    sessionId: 0,
    topics: [
      {
        topicId: zeroUuid,
        topic: shape.topic,
        partitions: partitionsOf(shape).map(partition => ({ partition, fetchOffset: 0, partitionMaxBytes })),
      },
    ],
    forgottenTopicsData: [],
    rackId: '',
  })
}

function partitionsOf({ partitionCount }: Shape): number[] {
  return Array.from({ length: partitionCount }, (_, partition) => partition)
}

/** Sets the offset of the last partition in a frame of `fetchFrame`. */
export function setFetchOffset(frame: DataView, offset: number, isTail = false): void {
  const afterBytes = AFTER_OFFSET_BYTES + (isTail ? 0 : RACK_BYTES)
  const position = frame.byteLength - afterBytes - 8
  frame.setUint32(position, offset / 2 ** 32)
  frame.setUint32(position + 4, offset)
}
