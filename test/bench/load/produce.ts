/** Produce requests as fast as they are answered. @module */
import type { Jobs, Target } from '../jobs.ts'
import { AnswerError, checkProduced } from './answers.ts'
import { Buffered, Connection, Poll, waitUntil } from './connection.ts'
import { measured } from './effort.ts'
import { produceFrame, setCorrelationId } from './requests.ts'
import { ensureTopic } from './topics.ts'

/** Holds the answers to all requests in flight. */
const INPUT_BYTES = 1024 * 1024
/** The part of the work that comes before it is measured. */
const WARM_UP = 0.05

type Job = Jobs['produce']['job']

export function runProduce(job: Job): Jobs['produce']['result'] {
  const pipeline = new Pipeline(job)
  pipeline.run(Math.ceil(job.requestCount * WARM_UP))
  const effort = measured(job.target, () => pipeline.run(job.requestCount))
  pipeline.close()
  return { ...effort, requestCount: job.requestCount }
}

/** One connection, and how far it is. */
interface Lane {
  readonly connection: Connection
  sentCount: number
  answeredCount: number
}

/** Connections that each keep `inFlight` requests unanswered. */
export class Pipeline {
  private readonly lanes: readonly Lane[]
  private readonly poll: Poll
  private readonly frameBytes: number
  /** The frame once for every request that may be in flight, with its place as correlation id. */
  private readonly output: Buffered
  private unsentCount = 0

  constructor(private readonly job: Pick<Job, 'target' | 'shape' | 'connectionCount' | 'inFlight'>) {
    const { target, shape, connectionCount, inFlight } = job
    ensureTopic(target, shape)
    const frame = produceFrame(shape)
    settle(target, frame)
    this.frameBytes = frame.length
    this.output = new Buffered(frame.length * inFlight)
    for (let index = 0; index < inFlight; index++) {
      this.output.bytes.set(frame, index * frame.length)
      setCorrelationId(this.output.view, index * frame.length, index)
    }
    this.lanes = Array.from({ length: connectionCount }, () => {
      return { connection: Connection.open(target.port, new Buffered(INPUT_BYTES)), sentCount: 0, answeredCount: 0 }
    })
    this.poll = new Poll(this.lanes.map(({ connection }) => connection))
  }

  /** Sends `requestCount` requests on all connections together and waits for their answers. */
  run(requestCount: number): void {
    this.unsentCount = requestCount
    let unansweredCount = requestCount
    for (const lane of this.lanes) this.send(lane, this.job.inFlight)
    while (unansweredCount > 0) {
      // With one connection a blocking read waits as well, for one call less.
      if (this.lanes.length > 1) this.poll.wait()
      for (let index = 0; index < this.lanes.length; index++) {
        if (this.lanes.length > 1 && !this.poll.isReady(index)) continue
        const lane = this.lanes[index]!
        const count = this.takeAnswers(lane)
        unansweredCount -= count
        this.send(lane, count)
      }
    }
  }

  close(): void {
    for (const { connection } of this.lanes) connection.close()
  }

  /** Takes all answers that are there, and waits for the first one. */
  private takeAnswers(lane: Lane): number {
    const { connection } = lane
    let count = 0
    do {
      checkProduced(connection.view, connection.receive(), lane.answeredCount % this.job.inFlight)
      lane.answeredCount++
      count++
    } while (connection.hasAnswer)
    return count
  }

  /** Sends up to `count` requests, in as few calls as their place in `output` allows. */
  private send(lane: Lane, count: number): void {
    const { inFlight } = this.job
    for (let rest = Math.min(count, this.unsentCount); rest > 0; ) {
      const index = lane.sentCount % inFlight
      const length = Math.min(rest, inFlight - index)
      lane.connection.send(this.output, index * this.frameBytes, length * this.frameBytes)
      lane.sentCount += length
      this.unsentCount -= length
      rest -= length
    }
  }
}

const SETTLE_TRIES = 100
const SETTLE_PAUSE_NS = 50e6

/** Sends one request until it is taken: a leader that is announced may not be one yet. */
export function settle(target: Target, frame: Uint8Array): void {
  const connection = Connection.open(target.port, new Buffered(INPUT_BYTES))
  const output = Buffered.of(frame)
  for (let tries = 1; ; tries++) {
    connection.send(output)
    try {
      checkProduced(connection.view, connection.receive(), 0)
      break
    } catch (error) {
      if (!(error instanceof AnswerError) || tries === SETTLE_TRIES) throw error
      waitUntil(Bun.nanoseconds() + SETTLE_PAUSE_NS)
    }
  }
  connection.close()
}
