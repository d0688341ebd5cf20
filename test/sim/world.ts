/** A broker with all that it needs, simulated, and the requests that most tests make of it. @module */

import { produce } from '../../src/api/00-produce.ts'
import type { fetch } from '../../src/api/01-fetch.ts'
import { createTopics } from '../../src/api/19-create-topics.ts'
import { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { type Uuid, zeroUuid } from '../../src/base/uuid.ts'
import { Broker } from '../../src/broker/broker.ts'
import { BrokerConfigs } from '../../src/core/configs/broker-configs.ts'
import { type BatchHeader, batchHeaders } from '../../src/wire/records/batch.ts'
import { type BatchOptions, encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { readRecords } from '../../src/wire/records/record.ts'
import type { Draft, Infer } from '../../src/wire/schema.ts'
import { SimClient } from './client.ts'
import { SimClock } from './clock.ts'
import { SimDisk } from './disk.ts'
import { SeededRandom } from './random.ts'

export interface WorldShape {
  /** Configs of the broker: server.properties. */
  readonly settings?: Readonly<Record<string, string>>
  /** As with -v: each request becomes a line. */
  readonly logsRequests?: boolean
}

/** Disk and clock outlive the broker, as they do in the real world. */
export class World {
  readonly disk = new SimDisk()
  readonly clock = new SimClock(START_MS)
  readonly warnings: string[] = []
  readonly requestLines: string[] = []
  broker: Broker
  private clients: SimClient[] = []
  private readonly random = new SeededRandom(7)

  constructor(private readonly shape: WorldShape = {}) {
    this.broker = this.start()
  }

  private start(): Broker {
    this.clients = []
    this.clock.setAlarm(null, () => {})
    const { settings = {}, logsRequests = false } = this.shape
    const warn = (message: string) => void this.warnings.push(message)
    const log = { warn, warnSparingly: (_kind: string, message: string) => warn(message) }
    const request = (line: () => string) => void this.requestLines.push(line())
    return new Broker({
      disk: this.disk,
      clock: this.clock,
      random: this.random,
      configs: new BrokerConfigs(new Map(Object.entries(settings))),
      log: logsRequests ? { ...log, request } : log,
    })
  }

  connect(): SimClient {
    const client = new SimClient(
      peer => this.broker.connect(peer),
      () => this.settle(),
    )
    this.clients.push(client)
    return client
  }

  /** Every client delivers what the broker takes. */
  private settle(): void {
    while (this.clients.some(client => client.deliver()));
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.clock.advance(ms)
    this.settle()
  }

  /** SIGTERM, and a new start. */
  restart(): void {
    this.broker.close()
    this.broker = this.start()
  }

  /** kill -9, and a new start: what the system was given is in its page cache still. */
  crash(): void {
    this.broker = this.start()
  }

  /** The disk's calls during `work`. */
  callsDuring(work: () => void): SimDisk['calls'] {
    const before = this.disk.calls.length
    work()
    return this.disk.calls.slice(before)
  }

  /** Makes a topic and returns its id. */
  createTopic(name: string, numPartitions = 1, configs: Readonly<Record<string, string>> = {}): Uuid {
    const topic = {
      name,
      numPartitions,
      replicationFactor: 1,
      assignments: [],
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    }
    const answer = this.connect().call(createTopics, 7, { topics: [topic], timeoutMs: 1000, validateOnly: false })
    const [created] = answer.topics
    if (created?.errorCode !== 0) throw new Error(`${name} was not made: ${created?.errorMessage}`)
    return created.topicId
  }

  deleteTopic(name: string): void {
    const request = { topics: [], topicNames: [name], timeoutMs: 1000 }
    const [deleted] = this.connect().call(deleteTopics, 5, request).responses
    if (deleted?.errorCode !== 0) throw new Error(`${name} was not deleted: ${deleted?.errorMessage}`)
  }
}

/** When every world begins. */
export const START_MS = 1_700_000_000_000

export interface BatchShape extends BatchOptions {
  /** One record for each. */
  readonly values?: readonly string[]
  /** Of the first record; each other is a millisecond later. */
  readonly timestamp?: number
  /** Of all the records, one for each; their values are the same numbers if `values` are left out. */
  readonly timestamps?: readonly number[]
  /** Of every record. */
  readonly key?: string | null
}

const utf8 = new TextEncoder()

/** A batch as a client sends it. */
export function batchOf(shape: BatchShape = {}): Uint8Array {
  const { timestamps, timestamp = START_MS, key = null, values = timestamps?.map(String) ?? ['v'], ...options } = shape
  const records = values.map((value, offset) => ({
    offset,
    timestamp: timestamps?.[offset] ?? timestamp + offset,
    key: key === null ? null : utf8.encode(key),
    value: utf8.encode(value),
  }))
  return encodeBatch(options, records)
}

export type ProduceRequest = Draft<typeof produce.request>
export interface ProduceShape {
  readonly acks?: number
  readonly transactionalId?: string
  readonly topicId?: Uuid
}

/** A Produce of `records` by partition. */
export function produceOf(
  name: string,
  records: Readonly<Record<number, Uint8Array | null>>,
  { acks = -1, transactionalId, topicId = zeroUuid }: ProduceShape = {},
): ProduceRequest {
  const partitionData = Object.entries(records).map(([index, of]) => ({ index: Number(index), records: of }))
  return {
    acks,
    timeoutMs: 1000,
    topicData: [{ topicId, name, partitionData }],
    ...(transactionalId === undefined ? {} : { transactionalId }),
  }
}

/** The outcome of the first partition, as `produceOf` asks for one. */
export function outcomeOf(answer: Infer<typeof produce.response>) {
  const outcome = answer.responses[0]?.partitionResponses[0]
  if (!outcome) throw new Error('no partition in the answer')
  return outcome
}

/** Produces one batch with acks=all and returns the outcome. */
export function produceTo(client: SimClient, name: string, shape: BatchShape = {}, partition = 0) {
  return outcomeOf(client.call(produce, 9, produceOf(name, { [partition]: batchOf(shape) })))
}

export type FetchRequest = Draft<typeof fetch.request>
export type FetchPartitionDraft = FetchRequest['topics'][number]['partitions'][number]
export interface FetchShape extends Partial<FetchRequest> {
  readonly partitions?: readonly Partial<FetchPartitionDraft>[]
  readonly topicId?: Uuid
  readonly forgotten?: readonly number[]
}

/** A fetch of one topic, from the beginning of partition 0, that does not wait; without partitions, of no topic. */
export function fetchOf(topic: string, shape: FetchShape = {}): FetchRequest {
  const { partitions = [{}], topicId = zeroUuid, forgotten = [], ...request } = shape
  const full = partitions.map(of => ({ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000, ...of }))
  return {
    maxWaitMs: 0,
    minBytes: 1,
    isolationLevel: 0,
    sessionId: 0,
    rackId: '',
    topics: full.length === 0 ? [] : [{ topicId, topic, partitions: full }],
    forgottenTopicsData: forgotten.length === 0 ? [] : [{ topicId, topic, partitions: forgotten }],
    ...request,
  }
}

export type FetchAnswer = Infer<typeof fetch.response>

/** Every partition of an answer. */
export function partitionsOf(answer: FetchAnswer) {
  return answer.responses.flatMap(({ topic, topicId, partitions }) => partitions.map(of => ({ topic, topicId, ...of })))
}

/** The one partition of an answer. */
export function onlyPartition(answer: FetchAnswer) {
  const [only, ...others] = partitionsOf(answer)
  if (!only || others.length > 0) throw new Error(`${others.length + (only ? 1 : 0)} partitions, not one`)
  return only
}

export function bytesOf({ records }: { readonly records: readonly Uint8Array[] | null }): Uint8Array {
  return concatBytes(records ?? [])
}

export function headersOf(fetched: { readonly records: readonly Uint8Array[] | null }): BatchHeader[] {
  return [...batchHeaders(bytesOf(fetched))]
}

/** The values of the records in whole batches, as text. */
export function valuesOf(fetched: { readonly records: readonly Uint8Array[] | null }): string[] {
  const bytes = bytesOf(fetched)
  return headersOf(fetched).flatMap(header =>
    readRecords(bytes, header, 1 << 20).map(({ value }) => new TextDecoder().decode(value ?? undefined)),
  )
}
