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
import { SimClient } from './client.ts'
import { Computer } from './computer.ts'
import { checkWriters, Ledger } from './ledger.ts'
import { chosen, SeededRandom } from './random.ts'
import { MAX_WAIT_MS, Reader, recordsIn } from './reader.ts'
import { Topics } from './topics.ts'
import { bytesOf, fetchOf, onlyPartition } from './world.ts'
import { IdempotentWriter, PlainWriter } from './writers.ts'

const STEP_COUNT = 300
/** One world in so many may lose power. */
const POWERLESS_ONE_IN = 4
const MAX_TICK_MS = 200
const MAX_CHUNK_COUNT = 6
/** After the last fault everything is done in so many rounds. */
const ROUND_COUNT = 200
const ROUND_MS = 50
const FETCH_VERSION = 13

export class Simulation implements Setting {
  readonly random: SeededRandom
  readonly ledger = new Ledger()
  hasLostPower = false
  private readonly computer: Computer
  private readonly losesPower: boolean
  private readonly catalog: Topics
  private readonly idempotent: readonly IdempotentWriter[]
  private readonly plain: readonly PlainWriter[]
  private readonly readers: readonly Reader[]
  private readonly actors: readonly Actor[]
  /** What may happen, each as likely as it is often here. */
  private readonly events: readonly (() => void)[]

  constructor(seed: number) {
    this.random = new SeededRandom(seed)
    this.computer = new Computer(this.random)
    this.losesPower = this.random.below(POWERLESS_ONE_IN) === 0
    this.catalog = new Topics(this)
    const topics = this.makeTopics()
    this.idempotent = topics.map(topic => new IdempotentWriter(this, topic))
    this.plain = topics.map(topic => new PlainWriter(this, topic))
    this.readers = [...topics, ...topics].map(topic => new Reader(this, topic))
    this.actors = [this.catalog, ...this.idempotent, ...this.plain, ...this.readers]
    this.computer.disk.onDeath = () => {
      for (const actor of this.actors) actor.lose()
    }
    this.events = this.likely([
      [100, () => chosen(this.random, this.actors).step()],
      [80, () => this.deliver(chosen(this.random, this.actors), this.random.below(MAX_CHUNK_COUNT))],
      [20, () => this.computer.clock.advance(this.random.below(MAX_TICK_MS))],
      [8, () => chosen(this.random, this.actors).setReading(this.random.below(2) === 0)],
      [6, () => chosen(this.random, this.actors).cut()],
      [3, () => this.computer.setClock()],
      [4, () => this.computer.disk.settle()],
      [4, () => this.computer.disk.sync()],
      [6, () => this.computer.failSoon()],
      [6, () => this.computer.mend()],
      [3, () => this.computer.dieSoon()],
      [2, () => this.computer.disk.kill()],
      [2, () => this.stop()],
      [this.losesPower ? 3 : 0, () => this.losePower()],
      [2, () => this.tryPatience(chosen(this.random, this.readers))],
      [1, () => this.audit()],
    ])
  }

  get clock() {
    return this.computer.clock
  }
  get hasFaults(): boolean {
    return this.computer.hasFaults
  }
  get opensLogs(): boolean {
    return this.computer.opensLogs
  }
  connect(): SimClient {
    return new SimClient(
      peer => this.computer.connect(peer),
      () => {},
    )
  }
  topics(): readonly SimTopic[] {
    return this.catalog.all
  }
  isGoing(topic: SimTopic): boolean {
    return this.catalog.isGoing(topic)
  }

  run(): void {
    for (let step = 0; step < STEP_COUNT; step++) this.happen(chosen(this.random, this.events))
    this.finish()
  }

  private likely(events: readonly (readonly [weight: number, event: () => void])[]): (() => void)[] {
    return events.flatMap(([weight, event]) => new Array<() => void>(weight).fill(event))
  }

  /** One event; where the program dies of it, another start. */
  private happen(event: () => void): void {
    if (!this.computer.run(event)) this.comeBack()
  }

  private makeTopics(): readonly SimTopic[] {
    this.catalog.makeLasting()
    this.deliver(this.catalog)
    this.catalog.step()
    this.computer.disk.sync()
    return this.catalog.all
  }

  private deliver(actor: Actor, chunkCount = Number.POSITIVE_INFINITY): void {
    for (let chunk = 0; chunk < chunkCount && actor.deliver(); chunk++);
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

  /** After the end of the program, however it came. */
  private comeBack(): void {
    this.hearLast()
    this.computer.start()
    this.catalog.reconcile([...this.computer.broker.catalog.topics()], true)
    if (this.random.below(3) === 0) this.audit()
  }

  /** What was answered before the end counts. */
  private hearLast(): void {
    for (const actor of this.actors) actor.collect()
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
    const client: SimClient = new SimClient(
      peer => this.computer.connect(peer),
      () => this.deliverAll(client),
    )
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
  private deliverAll(client: SimClient): void {
    while (client.deliver());
  }

  /** Nothing fails any more: everybody gets what he waits for, and everything is there, after another stop too. */
  private finish(): void {
    this.computer.mend()
    this.computer.outwait()
    for (const actor of [this.catalog, ...this.idempotent, ...this.plain]) actor.stop()
    for (let round = 0; !this.isAtRest; round++) {
      if (round === ROUND_COUNT) throw new Error('somebody waits for ever')
      for (const actor of this.actors) {
        actor.step()
        actor.setReading(true)
        this.deliver(actor)
        this.computer.endRound()
        actor.collect()
      }
      this.clock.advance(ROUND_MS)
    }
    this.audit()
    this.stop()
    this.comeBack()
    this.audit()
  }
  private get isAtRest(): boolean {
    return this.actors.every(actor => actor.isDone)
  }
}
