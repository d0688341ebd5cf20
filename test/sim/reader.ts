/** A consumer of the simulation: it follows one topic, in fetch sessions and without. @module */
import { fetch } from '../../src/api/01-fetch.ts'
import { concatBytes, noBytes } from '../../src/base/bytes.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { type BatchHeader, batchHeaders, checkBatch } from '../../src/wire/records/batch.ts'
import { readRecords } from '../../src/wire/records/record.ts'
import { Actor, expectCode, type Setting, type SimTopic } from './actor.ts'
import { chosen } from './random.ts'
import { type FetchAnswer, fetchOf, partitionsOf } from './world.ts'

/** What a fetch waits at most. */
export const MAX_WAIT_MS = 500
const NO_SESSION_EPOCH = -1
/** What compressed records may grow to. */
const MAX_BYTES = 1 << 20
const TOPIC_IDS = 13
const LAST_VERSION = 18

type Fetched = ReturnType<typeof partitionsOf>[number]

/** One partition as the reader sees it. */
interface Place {
  readonly partition: number
  /** The next offset to read. */
  position: number
  highWatermark: number
  /** The position that the session knows, or null. */
  sessionPosition: number | null
}

export class Reader extends Actor {
  private places: Place[]
  private version = 0
  private usesSession = false
  private session = { id: 0, epoch: 0 }

  constructor(
    setting: Setting,
    private topic: SimTopic,
  ) {
    super(setting)
    this.places = placesOf(topic)
    this.beginConnection()
  }

  /** Whether a fetch has no answer yet. */
  get isWaiting(): boolean {
    return this.waitingCount > 0
  }
  /** Whether it has read all that is known. */
  get isDone(): boolean {
    const { ledger } = this.setting
    return this.places.every(
      ({ partition, position }) => position >= ledger.partition(this.topic.id, partition).endOffset,
    )
  }

  /** The power has failed: logs may be shorter. */
  loseAll(): void {
    for (const place of this.places) {
      place.position = Math.min(place.position, this.setting.ledger.partition(this.topic.id, place.partition).endOffset)
    }
  }

  protected act(): void {
    if (this.waitingCount > 0) return
    if (this.setting.isGoing(this.topic)) this.moveOn()
    this.fetch()
  }
  protected lost(): void {
    this.beginConnection()
  }

  private beginConnection(): void {
    const { random } = this.setting
    this.version = this.topic.isLasting ? 7 + random.below(LAST_VERSION - 6) : TOPIC_IDS + random.below(6)
    this.usesSession = random.below(3) > 0
    this.session = { id: 0, epoch: 0 }
    for (const place of this.places) {
      place.sessionPosition = null
      place.highWatermark = 0
    }
  }

  private moveOn(): void {
    this.cut()
    this.topic = chosen(this.setting.random, this.setting.topics())
    this.places = placesOf(this.topic)
  }

  private fetch(): void {
    const { random } = this.setting
    const asked = this.places.filter(({ position, sessionPosition }) => position !== sessionPosition)
    for (const place of asked) if (this.usesSession) place.sessionPosition = place.position
    const partitions = asked.map(({ partition, position }) => ({
      partition,
      fetchOffset: position,
      partitionMaxBytes: 1 + random.below(2000),
    }))
    const request = fetchOf(this.version < TOPIC_IDS ? this.topic.name : '', {
      topicId: this.topic.id,
      partitions,
      maxWaitMs: random.below(3) === 0 ? 0 : random.below(MAX_WAIT_MS),
      minBytes: 1 + random.below(300),
      maxBytes: 1 + random.below(4000),
      isolationLevel: random.below(2),
      sessionId: this.session.id,
      sessionEpoch: this.usesSession ? this.session.epoch : NO_SESSION_EPOCH,
    })
    this.send(fetch, this.version, request, answer => this.take(answer))
  }

  private take(answer: FetchAnswer): void {
    if (answer.errorCode !== ErrorCode.NONE) throw new Error(`the fetch session fails with ${answer.errorCode}`)
    if (this.usesSession) {
      if (this.session.epoch > 0 && answer.sessionId !== this.session.id) throw new Error('another session')
      this.session = { id: answer.sessionId, epoch: answer.sessionId === 0 ? 0 : this.session.epoch + 1 }
    }
    for (const fetched of partitionsOf(answer)) this.takePartition(fetched)
    if (this.usesSession && this.session.id !== 0) return
    for (const place of this.places) place.sessionPosition = null
  }

  private takePartition(fetched: Fetched): void {
    const place = this.places[fetched.partitionIndex]
    if (!place) throw new Error(`partition ${fetched.partitionIndex} was not asked for`)
    const unknown = this.setting.isGoing(this.topic) ? [ErrorCode.UNKNOWN_TOPIC_ID] : []
    expectCode(this.setting, `fetch of ${this.topic.name}`, fetched.errorCode, ...unknown)
    if (fetched.errorCode !== ErrorCode.NONE) return
    const { highWatermark, lastStableOffset, logStartOffset } = fetched
    if (logStartOffset > lastStableOffset || lastStableOffset > highWatermark) throw new Error('offsets out of order')
    if (highWatermark < place.highWatermark) throw new Error('the high watermark went back')
    place.highWatermark = highWatermark
    this.takeRecords(place, fetched.records?.length ? concatBytes(fetched.records) : noBytes)
    if (place.position > highWatermark) throw new Error('records beyond the high watermark')
  }

  private takeRecords(place: Place, bytes: Uint8Array): void {
    const { ledger } = this.setting
    const partition = ledger.partition(this.topic.id, place.partition)
    for (const record of recordsIn(bytes, place.position)) {
      ledger.checkVisible(record)
      partition.note(place.position++, record)
    }
  }
}

function placesOf({ partitionCount }: SimTopic): Place[] {
  return Array.from({ length: partitionCount }, (_, partition) => ({
    partition,
    position: 0,
    highWatermark: 0,
    sessionPosition: null,
  }))
}

/** The records from `position` on that lie whole in `bytes`; throws where there is a gap before, between or within batches. */
export function* recordsIn(bytes: Uint8Array, position: number): Generator<string> {
  let next = position
  for (const header of batchesIn(bytes, position)) {
    for (const { offset, value } of readRecords(bytes, header, MAX_BYTES)) {
      if (offset < next) continue
      if (offset !== next) throw new Error(`${offset} where ${next} belongs`)
      yield new TextDecoder().decode(value ?? undefined)
      next++
    }
  }
}

/** The batches that lie whole in `bytes`, the first of which holds `position`; throws where one is broken or missing. */
export function* batchesIn(bytes: Uint8Array, position: number): Generator<BatchHeader> {
  let next = position
  for (const header of batchHeaders(bytes)) {
    const { baseOffset, lastOffsetDelta } = header
    checkBatch(bytes, header.position, header.sizeBytes)
    const end = baseOffset + lastOffsetDelta + 1
    const isNext = next === position ? baseOffset <= next : baseOffset === next
    if (!isNext || end <= next) throw new Error(`a batch of ${baseOffset} to ${end} where ${next} belongs`)
    yield header
    next = end
  }
}
