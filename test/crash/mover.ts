/** An application that consumes, transforms and produces exactly once, with the transactional producer of kafkajs. @module */
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs'
import type { Random } from '../../src/base/random.ts'
import type { RecordEntry } from '../../src/wire/records/record.ts'
import type { RunningBroker } from '../binary.ts'
import { committedRecords } from '../clients/committed-records.ts'
import { committedOffsets, findGroup } from '../clients/group-requests.ts'
import { fetchFrom } from '../clients/requests.ts'
import { connect, type WireClient } from '../clients/wire-client.ts'

/** What it writes in transactions that it aborts. */
const NEVER = 'never'
const ABORT_ONE_IN = 5
const MAX_RECORD_COUNT = 50
const WAIT_MS = 20
/** A dead broker is soon given up; a coordinator may take a moment to end what a predecessor has left open. */
const retry = { retries: 10, initialRetryTime: 10, maxRetryTime: 100 }

export interface Route {
  readonly from: string
  readonly to: string
  readonly partition: number
  /** Keeps how far it has come. */
  readonly groupId: string
}

/** Moves the values of one partition to the same one of another topic. It outlives its connections. */
export class Mover {
  /** Transactions that the broker has acknowledged. */
  readonly counts = { committed: 0, aborted: 0 }
  /** The next one to move. */
  private offset = 0
  /** The records from there on, as far as they were fetched. */
  private fetched: readonly RecordEntry[] = []

  constructor(
    private readonly route: Route,
    private readonly random: Random,
  ) {}

  /** Goes on from what is committed, until it has come to `end`. Throws where the broker goes first. */
  async run(broker: RunningBroker, end = Number.POSITIVE_INFINITY): Promise<void> {
    using client = await connect(broker.port)
    const producer = transactionalProducer(broker, `mover-${this.route.partition}`)
    try {
      await producer.connect()
      // With its first transaction it begins anew, which ends what a predecessor has left open.
      await (await producer.transaction()).abort()
      this.offset = await this.committedOffset(client)
      this.fetched = []
      while (this.offset < end) {
        if (this.fetched.length === 0) this.fetched = await this.fetch(client)
        if (this.fetched.length > 0) await this.move(producer)
      }
    } finally {
      await producer.disconnect()
    }
  }

  private async committedOffset(client: WireClient): Promise<number> {
    const { from, partition, groupId } = this.route
    await findGroup(client, groupId)
    const offsets = await committedOffsets(client, groupId)
    return Math.max(offsets.find(of => of.topic === from && of.partition === partition)?.offset ?? 0, 0)
  }

  private async fetch(client: WireClient): Promise<readonly RecordEntry[]> {
    const { offset } = this
    const { from: topic, partition } = this.route
    const fetched = await fetchFrom(client, { topic, partition }, { offset, maxWaitMs: WAIT_MS, isReadCommitted: true })
    return committedRecords(fetched, offset).records
  }

  /** One transaction. After one that is aborted it goes back to what is committed, which is where it has begun. */
  private async move(producer: Producer): Promise<void> {
    const { from, to, partition, groupId } = this.route
    const some = this.fetched.slice(0, 1 + this.random.below(MAX_RECORD_COUNT))
    const next = (some.at(-1)?.offset ?? -1) + 1
    const aborts = this.random.below(ABORT_ONE_IN) === 0
    const messages = some.map(({ value }) => ({ partition, value: aborts ? NEVER : Buffer.from(value ?? []) }))
    const transaction = await producer.transaction()
    await transaction.send({ topic: to, messages })
    const committed = [{ topic: from, partitions: [{ partition, offset: String(next) }] }]
    await transaction.sendOffsets({ consumerGroupId: groupId, topics: committed })
    if (aborts) {
      await transaction.abort()
      this.counts.aborted++
      return
    }
    await transaction.commit()
    this.counts.committed++
    this.offset = next
    this.fetched = this.fetched.slice(some.length)
  }
}

function transactionalProducer({ address }: RunningBroker, transactionalId: string): Producer {
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry })
  const createPartitioner = Partitioners.DefaultPartitioner
  return kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1, createPartitioner })
}
