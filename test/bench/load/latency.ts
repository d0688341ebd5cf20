/** One request at a time: how long until its answer, or until a consumer has its record. @module */
import type { Jobs } from '../jobs.ts'
import { checkProduced, FetchAnswer } from './answers.ts'
import { Buffered, Connection, Poll } from './connection.ts'
import { atRate, percentilesOf } from './effort.ts'
import { settle } from './produce.ts'
import { fetchFrame, produceFrame, setFetchOffset } from './requests.ts'
import { ensureTopic } from './topics.ts'

const INPUT_BYTES = 1024 * 1024
const PARTITION_MAX_BYTES = 512 * 1024
const NS_PER_US = 1000

export function runLatency(job: Jobs['latency']['job']): Jobs['latency']['result'] {
  const { target, shape, warmUpCount, requestCount, ratePerSecond } = job
  ensureTopic(target, shape)
  const connection = Connection.open(target.port, new Buffered(INPUT_BYTES))
  const frame = produceFrame(shape)
  settle(target, frame)
  const output = Buffered.of(frame)
  const trial = () => {
    const started = Bun.nanoseconds()
    connection.send(output)
    checkProduced(connection.view, connection.receive(), 0)
    return (Bun.nanoseconds() - started) / NS_PER_US
  }
  for (let index = 0; index < warmUpCount; index++) trial()
  return percentilesOf(atRate(requestCount, ratePerSecond, trial))
}

export function runTail(job: Jobs['tail']['job']): Jobs['tail']['result'] {
  const { warmUpCount, requestCount, ratePerSecond } = job
  const tail = new Tail(job)
  for (let index = 0; index < warmUpCount; index++) tail.trial()
  return percentilesOf(atRate(requestCount, ratePerSecond, () => tail.trial()))
}

/** A producer and a consumer that waits for what it produces. */
class Tail {
  private readonly producer: Connection
  private readonly consumer: Connection
  private readonly poll: Poll
  private readonly output: Buffered
  private readonly wish: Buffered
  private readonly answer = new FetchAnswer(false)

  constructor({ target, shape }: Jobs['tail']['job']) {
    ensureTopic(target, shape)
    const frame = produceFrame(shape)
    settle(target, frame)
    this.output = Buffered.of(frame)
    this.wish = Buffered.of(fetchFrame(shape, PARTITION_MAX_BYTES, true))
    this.producer = Connection.open(target.port, new Buffered(INPUT_BYTES))
    this.consumer = Connection.open(target.port, new Buffered(INPUT_BYTES))
    this.poll = new Poll([this.producer, this.consumer])
    this.consumer.send(this.wish)
    // What `settle` wrote: the next fetch waits.
    this.takeFetched()
  }

  /** Produces one record and waits for it at both ends. Returns the microseconds until it came to the consumer. */
  trial(): number {
    const started = Bun.nanoseconds()
    this.producer.send(this.output)
    let isAnswered = false
    let elapsedUs = 0
    while (!isAnswered || elapsedUs === 0) {
      this.poll.wait()
      if (elapsedUs === 0 && this.poll.isReady(1) && this.takeFetched()) {
        elapsedUs = (Bun.nanoseconds() - started) / NS_PER_US
      }
      if (!isAnswered && this.poll.isReady(0)) {
        checkProduced(this.producer.view, this.producer.receive(), 0)
        isAnswered = true
      }
    }
    return elapsedUs
  }

  /** Takes an answer and asks for what comes after it. Returns whether it held records. */
  private takeFetched(): boolean {
    const { consumer, answer, wish } = this
    answer.read(consumer.view, consumer.receive())
    setFetchOffset(wish.view, answer.nextOffset, true)
    consumer.send(wish)
    return answer.bytes > 0
  }
}
