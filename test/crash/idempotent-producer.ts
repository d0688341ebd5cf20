/** An idempotent producer as Kafka's client is one, with what it needs to prove that nothing was lost. @module */
import { produce } from '../../src/api/00-produce.ts'
import type { Random } from '../../src/base/random.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import type { Infer } from '../../src/wire/schema.ts'
import { AnswerError } from '../clients/requests.ts'
import { onlyDisconnected, type WireClient } from '../clients/wire-client.ts'

export const IN_FLIGHT_COUNT = 5
const PRODUCE_VERSION = 9
const ALL = -1
const TIMEOUT_MS = 5000
const EPOCH = 0
const MAX_RECORD_COUNT = 20
const SMALL_BYTES = 100
/** Of one record in `BIG_ONE_IN`: a write that takes a while, and soon a new segment. */
const BIG_BYTES = 100_000
const BIG_ONE_IN = 100

export interface Batch {
  readonly partition: number
  /** Of the first record; also its offset, for nobody else writes here. */
  readonly baseSequence: number
  readonly recordCount: number
  readonly bytes: Uint8Array
}

/** A batch of one producer, whose records begin with their sequence. */
export function sequencedBatch(
  producerId: number,
  partition: number,
  baseSequence: number,
  valueSizes: readonly number[],
): Batch {
  const timestamp = Date.now()
  const records = valueSizes.map((sizeBytes, offset) => ({
    offset,
    timestamp,
    key: null,
    value: valueFor(baseSequence + offset, sizeBytes),
  }))
  const bytes = encodeBatch({ producerId, producerEpoch: EPOCH, baseSequence }, records)
  return { partition, baseSequence, recordCount: records.length, bytes }
}

function valueFor(sequence: number, sizeBytes: number): Uint8Array {
  const value = new Uint8Array(4 + sizeBytes).fill(sequence)
  new DataView(value.buffer).setInt32(0, sequence)
  return value
}

/** The sequence with which a record was written. */
export function sequenceOf(value: Uint8Array | null): number {
  return value ? new DataView(value.buffer, value.byteOffset).getInt32(0) : -1
}

type Outcome = Infer<typeof produce.response>['responses'][number]['partitionResponses'][number]

/** One Produce with acks=all. The outcomes are in the order of `batches`. */
export async function produceBatches(client: WireClient, topic: string, batches: readonly Batch[]): Promise<Outcome[]> {
  const partitionData = batches.map(({ partition, bytes }) => ({ index: partition, records: bytes }))
  const { responses } = await client.call(produce, PRODUCE_VERSION, {
    acks: ALL,
    timeoutMs: TIMEOUT_MS,
    topicData: [{ topicId: zeroUuid, name: topic, partitionData }],
  })
  return responses[0]?.partitionResponses ?? []
}

/** Writes to all partitions of a topic, five requests in flight, and outlives its connections. */
export class IdempotentProducer {
  /** The sequence after the last one sent, by partition. */
  readonly nextSequences: number[]
  /** The sequence after the last one acknowledged, by partition. */
  readonly acknowledged: number[]
  private readonly unanswered: (readonly Batch[])[] = []

  constructor(
    private readonly topic: string,
    readonly producerId: number,
    partitionCount: number,
    private readonly random: Random,
  ) {
    this.nextSequences = new Array<number>(partitionCount).fill(0)
    this.acknowledged = new Array<number>(partitionCount).fill(0)
  }

  /** Sends again what was not answered, in the same order; then more, until the connection is lost. */
  async run(client: WireClient): Promise<void> {
    const answers = this.unanswered.map(batches => this.send(client, batches))
    for (;;) {
      while (answers.length < IN_FLIGHT_COUNT) answers.push(this.send(client, this.nextRequest()))
      if (!(await this.settle(answers.shift()))) return
    }
  }

  /** Sends again what was not answered, and no more. */
  async finish(client: WireClient): Promise<void> {
    for (const answer of this.unanswered.map(batches => this.send(client, batches))) await this.settle(answer)
  }

  private nextRequest(): Batch[] {
    const batches = this.nextSequences.flatMap((sequence, partition) => {
      const sizes = Array.from({ length: this.random.below(MAX_RECORD_COUNT) }, () => this.nextSize())
      return sizes.length === 0 ? [] : [sequencedBatch(this.producerId, partition, sequence, sizes)]
    })
    for (const { partition, baseSequence, recordCount } of batches) {
      this.nextSequences[partition] = baseSequence + recordCount
    }
    this.unanswered.push(batches)
    return batches
  }

  private nextSize(): number {
    return this.random.below(this.random.below(BIG_ONE_IN) === 0 ? BIG_BYTES : SMALL_BYTES)
  }

  /** The outcomes, or null if the connection was lost first. */
  private send(client: WireClient, batches: readonly Batch[]): Promise<Outcome[] | null> {
    return produceBatches(client, this.topic, batches).catch(onlyDisconnected)
  }

  /** Takes the answer to the oldest request; false if there will be none. */
  private async settle(answer: Promise<Outcome[] | null> | undefined): Promise<boolean> {
    const outcomes = await answer
    if (!outcomes) return false
    const batches = this.unanswered.shift() ?? []
    batches.forEach(({ partition, baseSequence, recordCount }, index) => {
      const { errorCode = ErrorCode.UNKNOWN_SERVER_ERROR, baseOffset } = outcomes[index] ?? {}
      if (errorCode !== ErrorCode.NONE)
        throw new AnswerError(`${partition} from sequence ${baseSequence} on`, errorCode)
      if (baseOffset !== baseSequence) throw new Error(`sequence ${baseSequence} is said to have offset ${baseOffset}`)
      this.acknowledged[partition] = baseSequence + recordCount
    })
    return true
  }
}
