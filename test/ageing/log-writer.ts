/** Topics of the fixtures, and one writer that knows which offsets a reader will get. @module */
import { produce } from '../../src/api/00-produce.ts'
import { createTopics } from '../../src/api/19-create-topics.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import type { WireClient } from '../clients/wire-client.ts'
import { batchOf, outcomeOf, produceOf } from '../sim/world.ts'
import type { FixtureLog, FixtureTopic, FixtureValue } from './fixture.ts'

export const TIMEOUT_MS = 5000
/** The first of transaction version 2: Produce adds its partition to the transaction. */
const PRODUCE_VERSION = 12
/** Between two records: what `segment.ms` has to be less than for a segment of each. */
const STEP_MS = 1000

export type NewTopic = Omit<FixtureTopic, 'partitions'>

/** Throws where the topic is refused. */
export async function newTopic(
  client: WireClient,
  name: string,
  numPartitions: number,
  configs: Readonly<Record<string, string>>,
): Promise<NewTopic> {
  const pairs = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
  const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs: pairs }
  const { topics } = await client.call(createTopics, 7, { topics: [topic], timeoutMs: TIMEOUT_MS, validateOnly: false })
  const [made] = topics
  if (made?.errorCode !== ErrorCode.NONE) throw new Error(`${name}: ${made?.errorMessage}`)
  return { name, id: made.topicId, configs }
}

export interface Sender extends TransactionalProducer {
  readonly baseSequence: number
}

/** Writes to the first partition of a topic, a record with each batch. */
export class LogWriter {
  endOffset = 0

  constructor(
    private readonly client: WireClient,
    private readonly topic: NewTopic,
    private readonly madeMs: number,
  ) {}

  /** Throws where it has another offset than the next. */
  async write(key: string, value: string, sender?: Sender): Promise<FixtureValue> {
    const { transactionalId, ...of } = sender ?? {}
    const timestamp = this.madeMs + STEP_MS * this.endOffset
    const batch = batchOf({ ...of, isTransactional: sender !== undefined, timestamp, key, values: [value] })
    const shape = transactionalId === undefined ? {} : { transactionalId }
    const request = produceOf(this.topic.name, { 0: batch }, shape)
    const outcome = outcomeOf(await this.client.call(produce, PRODUCE_VERSION, request))
    const offset = this.endOffset++
    if (outcome.errorCode !== ErrorCode.NONE || outcome.baseOffset !== offset) throw new Error(JSON.stringify(outcome))
    return { offset, key, value }
  }

  /** A transaction that wrote here has ended: its marker has the next offset. */
  marked(): void {
    this.endOffset++
  }

  /** The log as it will be found; without transactions `committed` is all that is in it. */
  log(committed: readonly FixtureValue[], of: Partial<FixtureLog> = {}): FixtureLog {
    const { endOffset } = this
    const plain = { startOffset: 0, stableOffset: endOffset, pending: [], aborted: [] }
    return { ...this.topic, ...plain, endOffset, committed, ...of }
  }
}
