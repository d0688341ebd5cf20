/**
 * The floor that the runtime sets: a sink and a source of the same bytes that decides nothing. `bare PORT DIRECTORY`.
 * Of a request it reads the first twelve bytes: length, API key, version, correlation id. What a turn brings goes to a
 * file in one write; then every request that is whole gets a constant answer, all in one write. Fetches are answered from
 * a file of batches with nothing in them, to one reader at a time.
 * @module
 */
import { openSync, readSync, writeSync } from 'node:fs'
import {
  apiVersionsAnswer,
  BLOCK_BYTES,
  CORRELATION_ID,
  makeBlockAnswer,
  makeTailAnswer,
  produceAnswer,
} from './bare/answers.ts'
import { TAIL_FETCH_VERSION } from './versions.ts'

const HEADER_BYTES = 12
const KEY_PRODUCE = 0
const KEY_FETCH = 1
const SOURCE_BLOCKS = 64
/** Answers to more requests than a client has in flight. */
const OUTPUT_BYTES = 64 * 1024

const [port = '', directory = ''] = process.argv.slice(2)

/** What was produced, of whatever topic. */
class Log {
  private readonly file = openSync(`${directory}/sink`, 'w')

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.file, bytes, at, bytes.length - at)
  }
}

/** A file of blocks of records, read round and round. */
class Source {
  private readonly file = openSync(`${directory}/source`, 'w+')
  private readonly answer = makeBlockAnswer()
  private readonly recordsAt = this.answer.length - BLOCK_BYTES
  private count = 0

  constructor() {
    for (let block = 0; block < SOURCE_BLOCKS; block++) writeSync(this.file, this.answer, this.recordsAt, BLOCK_BYTES)
  }

  next(): Buffer {
    const block = this.count++ % SOURCE_BLOCKS
    readSync(this.file, this.answer, this.recordsAt, BLOCK_BYTES, block * BLOCK_BYTES)
    return this.answer
  }
}

let log: Log | undefined
let source: Source | undefined
const output = Buffer.alloc(OUTPUT_BYTES)

/** The tail that waits for something new, and whether there is something new. */
let tail: Stream | null = null
let isNews = false
let tailAnswer: Buffer | undefined

function answerTail(): void {
  if (!tail || !isNews) return
  const stream = tail
  tail = null
  isNews = false
  tailAnswer ??= makeTailAnswer()
  stream.send(tailAnswer)
}

/** One connection. */
class Stream {
  private readonly header = Buffer.alloc(HEADER_BYTES)
  private headerLength = 0
  /** What is to come of the request after its header. */
  private restBytes = 0
  private unsent: Buffer | null = null
  private sentBytes = 0

  constructor(private readonly socket: Bun.Socket<Stream | undefined>) {}

  receive(chunk: Buffer): void {
    let isProduce = false
    let outputLength = 0
    for (let at = 0; at < chunk.length; ) {
      at = this.advance(chunk, at)
      if (this.headerLength < HEADER_BYTES) break
      const key = this.header.readInt16BE(4)
      isProduce ||= key === KEY_PRODUCE
      if (this.restBytes > 0) break
      this.headerLength = 0
      if (key === KEY_FETCH) this.fetch()
      else outputLength = this.answer(key === KEY_PRODUCE ? produceAnswer : apiVersionsAnswer, outputLength)
    }
    if (isProduce) {
      log ??= new Log()
      log.append(chunk)
    }
    if (outputLength === 0) return
    this.socket.write(output, 0, outputLength)
    isNews ||= isProduce
    answerTail()
  }

  /** Takes what `chunk` has of a request from `start` on, and returns where that ends. */
  private advance(chunk: Buffer, start: number): number {
    let at = start
    while (this.headerLength < HEADER_BYTES && at < chunk.length) {
      this.header[this.headerLength++] = chunk[at++]!
      if (this.headerLength === HEADER_BYTES) this.restBytes = this.header.readInt32BE(0) + 4 - HEADER_BYTES
    }
    const takenBytes = Math.min(this.restBytes, chunk.length - at)
    this.restBytes -= takenBytes
    return at + takenBytes
  }

  /** Puts an answer into `output` and returns where it ends. */
  private answer(template: Buffer, at: number): number {
    output.set(template, at)
    this.header.copy(output, at + CORRELATION_ID, HEADER_BYTES - 4)
    return at + template.length
  }

  private fetch(): void {
    if (this.header.readInt16BE(6) === TAIL_FETCH_VERSION) {
      tail = this
      answerTail()
    } else {
      source ??= new Source()
      this.send(source.next())
    }
  }

  /** Sends the answer to the latest request, and nothing else until it is gone. */
  send(answer: Buffer): void {
    this.header.copy(answer, CORRELATION_ID, HEADER_BYTES - 4)
    this.unsent = answer
    this.sentBytes = 0
    this.drain()
  }

  drain(): void {
    if (!this.unsent) return
    this.sentBytes += this.socket.write(this.unsent, this.sentBytes, this.unsent.length - this.sentBytes)
    if (this.sentBytes === this.unsent.length) this.unsent = null
  }
}

Bun.listen<Stream | undefined>({
  hostname: '127.0.0.1',
  port: Number(port),
  data: undefined,
  socket: {
    data(socket, chunk) {
      socket.data ??= new Stream(socket)
      socket.data.receive(chunk)
    },
    drain: socket => socket.data?.drain(),
    error: () => {},
  },
})
