/**
 * The real broker in a world that fails: on a disk that is full, refuses, tears and forgets, under a clock that is set, among
 * clients whose connections break. All of it follows from one seed.
 *
 * After a kill, of the program alone, everything holds that was acknowledged to anybody or read by anybody. A loss of power
 * takes what had not reached the medium: then each log is a beginning of what it was, topics may be missing that were made
 * last and be there that were removed last, and producer ids may be given again. Nothing else changes, and nothing is torn.
 * @module
 */
import { fetch } from '../../src/api/01-fetch.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import type { Actor, Setting, SimTopic } from './actor.ts'
import { checkWriters, Ledger } from './ledger.ts'
import { chosen } from './random.ts'
import { MAX_WAIT_MS, Reader, recordsIn } from './reader.ts'
import { Stage } from './stage.ts'
import { Topics } from './topics.ts'
import { bytesOf, fetchOf, onlyPartition } from './world.ts'
import { IdempotentWriter, PlainWriter } from './writers.ts'

const STEP_COUNT = 300
/** One world in so many may lose power. */
const POWERLESS_ONE_IN = 4
const FETCH_VERSION = 13

export class Simulation extends Stage implements Setting {
  readonly ledger = new Ledger()
  hasLostPower = false
  protected readonly actors: readonly Actor[]
  private readonly losesPower: boolean
  private readonly catalog: Topics
  private readonly idempotent: readonly IdempotentWriter[]
  private readonly plain: readonly PlainWriter[]
  private readonly readers: readonly Reader[]

  constructor(seed: number) {
    super(seed)
    this.losesPower = this.random.below(POWERLESS_ONE_IN) === 0
    this.catalog = new Topics(this)
    const topics = this.makeTopics()
    this.idempotent = topics.map(topic => new IdempotentWriter(this, topic))
    this.plain = topics.map(topic => new PlainWriter(this, topic))
    this.readers = [...topics, ...topics].map(topic => new Reader(this, topic))
    this.actors = [this.catalog, ...this.idempotent, ...this.plain, ...this.readers]
  }

  get opensLogs(): boolean {
    return this.computer.opensLogs
  }
  topics(): readonly SimTopic[] {
    return this.catalog.all
  }
  isGoing(topic: SimTopic): boolean {
    return this.catalog.isGoing(topic)
  }

  run(): void {
    this.play(
      [
        ...this.chances(),
        [2, () => this.stop()],
        [this.losesPower ? 3 : 0, () => this.losePower()],
        [2, () => this.tryPatience(chosen(this.random, this.readers))],
        [1, () => this.audit()],
      ],
      STEP_COUNT,
    )
    this.finish()
  }

  private makeTopics(): readonly SimTopic[] {
    this.catalog.makeLasting()
    this.deliver(this.catalog)
    this.catalog.step()
    this.computer.disk.sync()
    return this.catalog.all
  }

  /** SIGTERM; kill -9 where some producer would send more again than the broker remembers, as Kafka does, after a stop. */
  private stop(): void {
    const { broker, disk } = this.computer
    if (this.idempotent.every(writer => writer.outlivesStop)) broker.close()
    disk.sync()
    disk.kill()
  }

  private losePower(): void {
    const { disk } = this.computer
    disk.kill()
    this.hearLast()
    disk.losePower()
    this.hasLostPower = true
    this.computer.start()
    this.catalog.reconcile([...this.computer.broker.catalog.topics()], false)
    for (const topic of this.catalog.all) {
      this.eachPartition(topic, index => this.ledger.partition(topic.id, index).cutTo(this.recordsOf(topic, index)))
    }
    for (const actor of [...this.idempotent, ...this.readers]) actor.loseAll()
  }

  protected override comeBack(): void {
    super.comeBack()
    this.catalog.reconcile([...this.computer.broker.catalog.topics()], true)
    if (this.random.below(3) === 0) this.audit()
  }

  protected override hearLast(): void {
    super.hearLast()
    this.ledger.forgetRefused()
  }

  /** A fetch is answered when its time is over, whatever happens or does not. */
  private tryPatience(reader: Reader): void {
    reader.cut()
    reader.step()
    this.deliver(reader)
    this.clock.advance(MAX_WAIT_MS)
    reader.collect()
    if (reader.isWaiting && !this.computer.disk.isDead) throw new Error('a fetch is not answered in its time')
  }

  /** Reads everything there is: what is known is there, and every writer's records are in order. */
  private audit(): void {
    this.computer.mend()
    for (const topic of this.catalog.all) {
      this.eachPartition(topic, index => {
        const records = this.recordsOf(topic, index)
        this.ledger.partition(topic.id, index).noteAll(records)
        checkWriters(records)
      })
    }
  }

  private eachPartition({ partitionCount }: SimTopic, visit: (index: number) => void): void {
    for (let index = 0; index < partitionCount; index++) visit(index)
  }

  private recordsOf({ id, name }: SimTopic, partition: number): string[] {
    const client = this.attend()
    const records: string[] = []
    for (;;) {
      const fetchOffset = records.length
      const request = fetchOf('', { topicId: id, partitions: [{ partition, fetchOffset }] })
      const fetched = onlyPartition(client.call(fetch, FETCH_VERSION, request))
      if (fetched.errorCode !== ErrorCode.NONE) throw new Error(`${name}-${partition}: error ${fetched.errorCode}`)
      for (const record of recordsIn(bytesOf(fetched), fetchOffset)) {
        this.ledger.checkVisible(record)
        records.push(record)
      }
      if (records.length >= fetched.highWatermark) break
      if (records.length === fetchOffset) throw new Error(`${name}-${partition} has nothing at ${fetchOffset}`)
    }
    client.hangUp()
    return records
  }

  /** Everybody gets what he waits for, and everything is there, after another stop too. */
  private finish(): void {
    for (const actor of [this.catalog, ...this.idempotent, ...this.plain]) actor.stop()
    this.comeToRest()
    this.audit()
    this.stop()
    this.comeBack()
    this.audit()
  }
}
