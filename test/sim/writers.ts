/** Producers of the simulation. @module */
import { produce } from '../../src/api/00-produce.ts'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CompressionCodec } from '../../src/wire/records/compression/index.ts'
import type { Draft, Infer } from '../../src/wire/schema.ts'
import { initOf } from '../clients/coordinator-requests.ts'
import { Actor, expectCode, type Setting, type SimTopic } from './actor.ts'
import { recordOf } from './ledger.ts'
import { chosen } from './random.ts'
import { batchOf } from './world.ts'

/** As many as Kafka's client keeps in flight, and as its broker remembers. */
const IN_FLIGHT_COUNT = 5
const MAX_RECORD_COUNT = 4
const MAX_PADDING_BYTES = 60
/** The first version that names topics by id. */
const TOPIC_IDS = 13
const ALL = -1
const codecs = [CompressionCodec.NONE, CompressionCodec.NONE, CompressionCodec.NONE, CompressionCodec.LZ4] as const

interface Batch {
  readonly partition: number
  /** The number of the first record among those of its writer in its partition: its sequence too. */
  readonly first: number
  readonly records: readonly string[]
  readonly bytes: Uint8Array
}

type Outcome = Infer<typeof produce.response>['responses'][number]['partitionResponses'][number]

/** What both kinds of writers do. */
abstract class Writer extends Actor {
  private name: string
  /** The number of the next record, by partition. */
  protected next: number[]

  constructor(
    setting: Setting,
    protected topic: SimTopic,
    /** Idempotent or plain. */
    private readonly kind: 'i' | 'p',
  ) {
    super(setting)
    this.name = setting.ledger.newWriter(this.kind)
    this.next = new Array<number>(topic.partitionCount).fill(0)
  }

  /** From now on another writer, who has written nothing. */
  protected beginAnew(topic: SimTopic): void {
    this.name = this.setting.ledger.newWriter(this.kind)
    this.topic = topic
    this.next = new Array<number>(topic.partitionCount).fill(0)
  }

  protected nextBatch(partition: number, producer: { readonly producerId?: number; readonly producerEpoch?: number }) {
    const { random, clock } = this.setting
    const first = this.next[partition] ?? 0
    const count = 1 + random.below(MAX_RECORD_COUNT)
    const records = Array.from({ length: count }, (_, index) =>
      recordOf(`${this.name}.${partition}`, first + index, random.below(MAX_PADDING_BYTES)),
    )
    this.next[partition] = first + count
    const sequence = producer.producerId === undefined ? {} : { baseSequence: first }
    const shape = { values: records, timestamp: clock.now(), codec: chosen(random, codecs), ...producer, ...sequence }
    return { partition, first, records, bytes: batchOf(shape) }
  }

  protected request(acks: number, batches: readonly Batch[]): Draft<typeof produce.request> {
    const partitionData = batches.map(({ partition, bytes }) => ({ index: partition, records: bytes }))
    const { id: topicId, name } = this.topic
    return { acks, timeoutMs: 1000, topicData: [{ topicId, name, partitionData }] }
  }
  protected version(): number {
    const { random } = this.setting
    return this.topic.isLasting ? 3 + random.below(TOPIC_IDS - 2) : TOPIC_IDS
  }

  /** Writes down where the records are. */
  protected enter({ partition, records }: Batch, { baseOffset }: Outcome): void {
    const ledger = this.setting.ledger.partition(this.topic.id, partition)
    for (const [index, record] of records.entries()) ledger.note(baseOffset + index, record)
  }
}

/** An idempotent producer as Kafka's client is one: five requests in flight, and resends in order until all is acknowledged. */
export class IdempotentWriter extends Writer {
  private producerId: number | null = null
  /** What was sent and is not acknowledged, in order. */
  private unsettled: Batch[] = []
  /** Those of them whose answer was lost: they may have been taken, and be visible, even if they are refused now. */
  private readonly doubtful = new Set<Batch>()
  /** Whether something was lost or refused: then everything unsettled goes out again once nothing is awaited. */
  private mustResend = false
  private isStopping = false

  constructor(setting: Setting, topic: SimTopic) {
    super(setting, topic, 'i')
  }

  /** Writes nothing new. */
  stop(): void {
    this.isStopping = true
  }
  get isDone(): boolean {
    return this.unsettled.length === 0
  }
  /** Whether what the broker remembers after a clean stop, the last batch, is enough for it to know what comes again. */
  get outlivesStop(): boolean {
    return this.unsettled.length <= 1
  }

  /** The power has failed: what was acknowledged may be gone, and with it the sequence. */
  loseAll(): void {
    this.beginAnew(this.topic)
    this.producerId = null
    this.unsettled = []
    this.mustResend = false
    this.doubtful.clear()
  }

  protected act(): void {
    if (this.producerId === null) this.takeProducerId()
    else if (this.mustResend) this.resend()
    else if (!this.isStopping && this.waitingCount < IN_FLIGHT_COUNT) this.sendNext(this.producerId)
  }
  protected lost(): void {
    this.mustResend = this.unsettled.length > 0
    for (const batch of this.unsettled) this.doubtful.add(batch)
  }

  private takeProducerId(): void {
    if (this.waitingCount > 0) return
    this.send(initProducerId, 4, initOf(null), ({ errorCode, producerId }) => {
      const { ledger, hasFaults, hasLostPower } = this.setting
      if (errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE && hasFaults) return
      expectCode(this.setting, 'InitProducerId', errorCode)
      if (ledger.producerIds.has(producerId)) {
        if (hasLostPower) return
        throw new Error(`producer id ${producerId} was given twice`)
      }
      ledger.producerIds.add(producerId)
      this.producerId = producerId
    })
  }

  private sendNext(producerId: number): void {
    const { random } = this.setting
    const partitions = [...this.next.keys()].filter(() => random.below(2) === 0)
    if (partitions.length === 0) return
    const batches = partitions.map(partition => this.nextBatch(partition, { producerId, producerEpoch: 0 }))
    this.unsettled.push(...batches)
    this.produce(batches)
  }

  private resend(): void {
    if (this.waitingCount > 0) return
    this.mustResend = false
    for (const batch of this.unsettled) {
      this.setting.ledger.readmit(batch.records)
      this.produce([batch])
    }
  }

  private produce(batches: readonly Batch[]): void {
    this.send(produce, this.version(), this.request(ALL, batches), ({ responses }) => {
      const outcomes = responses[0]?.partitionResponses ?? []
      batches.forEach((batch, index) => {
        const outcome = outcomes[index]
        if (outcome?.index !== batch.partition) throw new Error('an outcome is missing')
        this.settle(batch, outcome)
      })
    })
  }

  /**
   * A batch may be taken while one before it is refused, where that one had been taken before a crash and its log could not
   * be opened when it came again. If it had not been, it is out of order when it comes once more.
   */
  private settle(batch: Batch, outcome: Outcome): void {
    const earlier = this.unsettled.find(({ partition }) => partition === batch.partition)
    const isFirst = earlier === batch
    const { OUT_OF_ORDER_SEQUENCE_NUMBER } = ErrorCode
    expectCode(this.setting, `produce to ${this.topic.name}`, outcome.errorCode, OUT_OF_ORDER_SEQUENCE_NUMBER)
    if (outcome.errorCode === ErrorCode.NONE) {
      this.unsettled.splice(this.unsettled.indexOf(batch), 1)
      this.enter(batch, outcome)
      this.doubtful.delete(batch)
      return
    }
    if (isFirst && outcome.errorCode === OUT_OF_ORDER_SEQUENCE_NUMBER) {
      throw new Error(`the sequence ${batch.first} is out of order, and nothing is missing before it`)
    }
    if (!this.doubtful.has(batch)) this.setting.ledger.refuse(batch.records)
    this.mustResend = true
  }
}

/** A producer that sends everything once, and does not always want to know. */
export class PlainWriter extends Writer {
  private isStopping = false

  constructor(setting: Setting, topic: SimTopic) {
    super(setting, topic, 'p')
  }

  stop(): void {
    this.isStopping = true
  }
  get isDone(): boolean {
    return this.waitingCount === 0
  }

  protected act(): void {
    const { random } = this.setting
    if (this.setting.isGoing(this.topic)) this.moveOn()
    if (this.isStopping || this.waitingCount >= IN_FLIGHT_COUNT) return
    const batch = this.nextBatch(random.below(this.topic.partitionCount), {})
    const acks = random.below(4) === 0 ? 0 : ALL
    if (acks === 0) this.tell(produce, this.version(), this.request(acks, [batch]))
    else this.send(produce, this.version(), this.request(acks, [batch]), this.taken(batch, this.topic))
  }
  protected lost(): void {}
  protected override expectsClose(reason: string): boolean {
    const isPossible = this.setting.hasFaults || reason.endsWith('UNKNOWN_TOPIC_ID')
    return isPossible && reason.startsWith('produce with acks=0 failed')
  }

  private moveOn(): void {
    if (this.waitingCount > 0) return
    this.beginAnew(chosen(this.setting.random, this.setting.topics()))
  }

  private taken(batch: Batch, topic: SimTopic) {
    return ({ responses }: Infer<typeof produce.response>) => {
      const outcome = responses[0]?.partitionResponses[0]
      if (!outcome) throw new Error('there is no outcome')
      const unknown = this.setting.isGoing(topic) ? [ErrorCode.UNKNOWN_TOPIC_ID] : []
      expectCode(this.setting, `produce to ${topic.name}`, outcome.errorCode, ...unknown)
      if (outcome.errorCode === ErrorCode.NONE) this.enter(batch, outcome)
      else this.setting.ledger.refuse(batch.records)
    }
  }
}
