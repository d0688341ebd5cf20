/**
 * Transactions on the real broker in a world that fails: producers that fence each other, fall silent and start again,
 * readers of what is committed, and who reads, transforms and writes exactly once, all over connections that break, on a disk
 * that is full, refuses, tears and dies in any call, under a clock that is set. All of it follows from one seed.
 *
 * The power does not fail here: what reached one log and not another is then not one transaction any more, in Kafka either.
 * @module
 */
import { fetch } from '../../../src/api/01-fetch.ts'
import { offsetFetch } from '../../../src/api/09-offset-fetch.ts'
import { createTopics } from '../../../src/api/19-create-topics.ts'
import { describeProducers } from '../../../src/api/61-describe-producers.ts'
import { describeTransactions } from '../../../src/api/65-describe-transactions.ts'
import { listTransactions } from '../../../src/api/66-list-transactions.ts'
import { CONSUMER_OFFSETS } from '../../../src/core/catalog/topic.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { offsetFetchOf } from '../../clients/coordinator-requests.ts'
import type { Actor, Circumstances } from '../actor.ts'
import type { SimClient } from '../client.ts'
import { FETCH_VERSION as OFFSET_FETCH_VERSION } from '../groups.ts'
import { chosen } from '../random.ts'
import { Stage } from '../stage.ts'
import { fetchOf, onlyPartition } from '../world.ts'
import { type CommittedRecord, committedIn, READ_COMMITTED } from './committed.ts'
import { nameOf, type Place, TransactionLedger, textOf } from './ledger.ts'
import { MemberTransformer } from './member.ts'
import type { ExactlyOnce, TransactionalActor } from './producer.ts'
import { CommittedReader } from './reader.ts'
import { FixedTransformer, GROUP, INPUT, OUTPUT, type Transformer } from './transformer.ts'
import { TransactionalWriter } from './writer.ts'

const STEP_COUNT = 400
const MAX_TICK_MS = 300
const READER_ONE_IN = 5
const OTHER = 'other'
const PARTITION_COUNT = 2
const MEMBER_COUNT = 3
const GROUP_PARTITION_COUNT = 1
const TRANSACTION_PARTITION_COUNT = 2
const FETCH_VERSION = 12
/** Longer than what a marker that was refused waits for. */
const PATIENCE_MS = 2000

/** Few partitions of internal topics, and segments of a few batches, so that there is something to clean. */
const settings = {
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.num.partitions': String(GROUP_PARTITION_COUNT),
  'transaction.state.log.num.partitions': String(TRANSACTION_PARTITION_COUNT),
  'log.index.size.max.bytes': '100',
  'log.index.interval.bytes': '0',
}

const partitionsOf = (topic: string, count: number): Place[] =>
  Array.from({ length: count }, (_, partition) => ({ topic, partition }))

const inputs = partitionsOf(INPUT, PARTITION_COUNT)
const outputs = partitionsOf(OUTPUT, PARTITION_COUNT)
const others = partitionsOf(OTHER, 1)
const places = [...inputs, ...outputs, ...others]

export class ExactlyOnceWorld extends Stage implements ExactlyOnce {
  readonly ledger = new TransactionLedger()
  clockSetCount = 0
  protected readonly actors: readonly Actor<Circumstances>[]
  private readonly writers: readonly TransactionalWriter[]
  private readonly transformers: readonly Transformer[]
  private readonly producers: readonly TransactionalActor[]
  private readonly readers: readonly CommittedReader[]

  constructor(seed: number) {
    super(seed, settings)
    this.makeTopics()
    this.writers = ['a', 'a', 'b'].map(name => new TransactionalWriter(this, `writer-${name}`, [...inputs, ...others]))
    this.transformers = this.makeTransformers()
    this.producers = [...this.writers, ...this.transformers]
    this.readers = places.map(place => new CommittedReader(this, place))
    this.actors = [...this.producers, ...this.readers]
  }

  run(): void {
    this.play(
      [
        ...this.chances(),
        [400, () => this.serve(this.someone())],
        [30, () => this.clock.advance(this.random.below(MAX_TICK_MS))],
        [2, () => this.stop()],
        [2, () => this.tryTimeouts()],
        [2, () => this.tryRestart()],
      ],
      STEP_COUNT,
    )
    this.finish()
  }

  /** SIGTERM. */
  private stop(): void {
    this.computer.broker.close()
    this.computer.disk.kill()
  }

  /** Producers most of the time. */
  protected override someone(): Actor<Circumstances> {
    const { random } = this
    return random.below(READER_ONE_IN) === 0 ? chosen(random, this.readers) : chosen(random, this.producers)
  }
  /** It does one thing, and has its answer if there is one. */
  private serve(actor: Actor<Circumstances>): void {
    actor.step()
    this.deliver(actor)
    this.computer.endRound()
    actor.collect()
  }

  protected override setClock(): void {
    this.clockSetCount++
    super.setClock()
  }

  /** Several for each partition, or a group of them: the one who is to catch up with all is first. */
  private makeTransformers(): Transformer[] {
    if (this.random.below(2) === 0) {
      return Array.from({ length: MEMBER_COUNT }, (_, number) => new MemberTransformer(this, number, PARTITION_COUNT))
    }
    return [0, 1, 0, 1].map(partition => new FixedTransformer(this, partition))
  }

  private makeTopics(): void {
    const topics = [INPUT, OUTPUT, OTHER].map(name => ({
      name,
      numPartitions: name === OTHER ? 1 : PARTITION_COUNT,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }))
    const answer = this.attend().call(createTopics, 7, { topics, timeoutMs: 1000, validateOnly: false })
    for (const { errorCode, name } of answer.topics) if (errorCode !== 0) throw new Error(`${name} is not made`)
  }

  /** Once the time of all transactions is over, none is open any more, and all that was committed is there. */
  private tryTimeouts(): void {
    this.computer.mend()
    this.computer.outwait()
    this.audit()
  }

  private audit(): void {
    const client = this.attend()
    const seen = new Map(places.map(place => [nameOf(place), this.readAll(client, place)]))
    for (const place of places) {
      const values = valuesOf(seen, place)
      this.ledger.checkAll(place, values)
    }
    for (const [index, input] of inputs.entries()) {
      const read = seen.get(nameOf(input)) ?? []
      const written = valuesOf(seen, at(outputs, index)).map(textOf)
      const committedOffset = this.committedOffset(client, input)
      const expected = read.filter(({ offset }) => offset < committedOffset).map(({ value }) => value)
      if (written.join('\n') !== expected.join('\n')) {
        throw new Error(`${nameOf(input)} was transformed into ${written} and not into ${expected}`)
      }
    }
    client.hangUp()
  }

  /** All that is committed in a partition, of which nothing is undecided. */
  private readAll(client: SimClient, place: Place): CommittedRecord[] {
    const records: CommittedRecord[] = []
    for (let position = 0; ; ) {
      const fetched = this.fetched(client, place, position)
      if (fetched.lastStableOffset !== fetched.highWatermark) {
        throw new Error(`${nameOf(place)} is undecided from ${fetched.lastStableOffset} on`)
      }
      const committed = committedIn(fetched, position)
      records.push(...committed.records)
      if (committed.position === fetched.highWatermark) return records
      if (committed.position === position) throw new Error(`${nameOf(place)} has nothing at ${position}`)
      position = committed.position
    }
  }

  private fetched(client: SimClient, { topic, partition }: Place, fetchOffset: number) {
    const request = fetchOf(topic, { partitions: [{ partition, fetchOffset }], isolationLevel: READ_COMMITTED })
    const fetched = onlyPartition(client.call(fetch, FETCH_VERSION, request))
    if (fetched.errorCode !== ErrorCode.NONE) throw new Error(`fetch: error ${fetched.errorCode}`)
    return fetched
  }

  private committedOffset(client: SimClient, place: Place): number {
    const { committedOffset, errorCode } = this.offsetOf(client, place, true)
    if (errorCode !== ErrorCode.NONE) throw new Error(`the offset for ${nameOf(place)}: error ${errorCode}`)
    return committedOffset
  }

  private offsetOf(client: SimClient, { topic: name, partition }: Place, requireStable: boolean) {
    const request = offsetFetchOf(GROUP, [{ name, partitionIndexes: [partition] }], requireStable)
    const [group] = client.call(offsetFetch, OFFSET_FETCH_VERSION, request).groups
    const fetched = group?.topics[0]?.partitions[0]
    if (!fetched || group.errorCode !== ErrorCode.NONE) throw new Error(`OffsetFetch: error ${group?.errorCode}`)
    return fetched
  }

  /** What the logs amount to after SIGTERM or kill -9 is what the broker knew before. */
  private tryRestart(): void {
    this.computer.mend()
    this.computer.endRound()
    this.clock.advance(PATIENCE_MS)
    const before = this.image()
    // What the disk has refused may turn out to have been written.
    const mayDiffer = this.hasFaults
    // Where the clock went back, a marker that was refused waits for longer.
    const isEnding = Object.values(before).some(value => value.includes('"Prepare'))
    if (isEnding && this.clockSetCount === 0) throw new Error('a transaction is decided, and does not end')
    if (this.random.below(2) === 0) this.stop()
    else this.computer.disk.kill()
    this.comeBack()
    const after = this.image()
    if (isEnding || mayDiffer) return
    for (const [name, value] of Object.entries(before)) {
      if (after[name] !== value) throw new Error(`after a restart ${name} is ${after[name]}, and was ${value}`)
    }
  }

  /** Everything that the broker tells of transactions and of what they have left. */
  private image(): Readonly<Record<string, string>> {
    const client = this.attend()
    const image: Record<string, string> = {}
    for (const input of inputs) {
      const offsets = [true, false].map(requireStable => this.offsetOf(client, input, requireStable))
      image[`offset for ${nameOf(input)}`] = JSON.stringify(offsets)
    }
    const listing = { stateFilters: [], producerIdFilters: [], durationFilter: -1, transactionalIdPattern: null }
    const listed = client.call(listTransactions, 1, listing).transactionStates
    const transactionalIds = listed.map(({ transactionalId }) => transactionalId).sort()
    const described = client.call(describeTransactions, 0, { transactionalIds }).transactionStates
    for (const transaction of described) image[transaction.transactionalId] = JSON.stringify(transaction)
    for (const place of [...places, ...partitionsOf(CONSUMER_OFFSETS, GROUP_PARTITION_COUNT)]) {
      image[`producers of ${nameOf(place)}`] = this.producersOf(client, place)
    }
    for (const place of places) {
      const { highWatermark, lastStableOffset } = this.fetched(client, place, 0)
      image[nameOf(place)] = `${lastStableOffset} ${highWatermark}`
    }
    client.hangUp()
    return image
  }

  private producersOf(client: SimClient, { topic: name, partition }: Place): string {
    const request = { topics: [{ name, partitionIndexes: [partition] }] }
    const described = client.call(describeProducers, 0, request).topics[0]?.partitions[0]
    const producers = [...(described?.activeProducers ?? [])].sort((a, b) => a.producerId - b.producerId)
    return JSON.stringify({ ...described, activeProducers: producers })
  }

  /** Everybody ends what he has begun; then everything is read and transformed that there is, after another start too. */
  private finish(): void {
    for (const producer of this.producers) producer.stop()
    this.comeToRest()
    this.tryTimeouts()
    const areFixed = this.transformers[0] instanceof FixedTransformer
    for (const transformer of this.transformers.slice(0, areFixed ? PARTITION_COUNT : 1)) transformer.catchUp()
    this.comeToRest()
    this.tryRestart()
    this.tryTimeouts()
    const client = this.attend()
    for (const [index, input] of inputs.entries()) {
      const [read, written] = [input, at(outputs, index)].map(place => this.readAll(client, place).length)
      if (read !== written) throw new Error(`of ${read} records ${written} are transformed`)
    }
  }
}

function valuesOf(seen: ReadonlyMap<string, readonly CommittedRecord[]>, place: Place): string[] {
  return (seen.get(nameOf(place)) ?? []).map(({ value }) => value)
}

function at<T>(list: readonly T[], index: number): T {
  const element = list[index]
  if (element === undefined) throw new Error(`nothing at ${index}`)
  return element
}
