/** Reads a topic from its start, one request after the other. @module */
import type { Jobs } from '../jobs.ts'
import { FetchAnswer } from './answers.ts'
import { Buffered, Connection } from './connection.ts'
import { measured } from './effort.ts'
import { Pipeline } from './produce.ts'
import { fetchFrame, setFetchOffset } from './requests.ts'

/** More than one answer: what a partition may give, and the broker's own limit for all of them. */
const INPUT_BYTES = 8 * 1024 * 1024
const WARM_UP = 0.05

type Job = Jobs['fetch']['job']

export function runFetch(job: Job): Jobs['fetch']['result'] {
  const { target, requestCount } = job
  fill(job)
  const reader = new TopicReader(job)
  reader.run(Math.ceil(requestCount * WARM_UP))
  let bytes = 0
  const effort = measured(target, () => {
    bytes = reader.run(requestCount)
  })
  return { ...effort, requestCount, bytes }
}

function fill({ target, shape, fillCount }: Job): void {
  const pipeline = new Pipeline({ target, shape, connectionCount: 1, inFlight: 1 })
  pipeline.run(fillCount)
  pipeline.close()
}

class TopicReader {
  private readonly connection: Connection
  private readonly wish: Buffered
  private readonly answer = new FetchAnswer(true)
  private offset = 0

  constructor(private readonly job: Job) {
    this.connection = Connection.open(job.target.port, new Buffered(INPUT_BYTES))
    this.wish = Buffered.of(fetchFrame(job.shape, job.partitionMaxBytes))
  }

  /** Returns the bytes read. */
  run(requestCount: number): number {
    let bytes = 0
    for (let index = 0; index < requestCount; index++) bytes += this.read()
    return bytes
  }

  private read(): number {
    const { connection, wish, answer } = this
    setFetchOffset(wish.view, this.offset)
    connection.send(wish)
    answer.read(connection.view, connection.receive())
    if (answer.bytes > 0) this.goOn()
    else if (this.offset > 0) this.offset = 0
    else throw new Error('the topic is empty')
    return answer.bytes
  }

  /** Of many partitions every one is read from its start each time. */
  private goOn(): void {
    const { target, shape } = this.job
    if (shape.partitionCount > 1) return
    if (target.isBroker && this.answer.nextOffset <= this.offset)
      throw new Error('records that were read already came again')
    this.offset = this.answer.nextOffset
  }
}
