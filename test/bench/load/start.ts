/** Starts: from exec to the first answers. @module */
import type { Jobs, Question, StartTimes } from '../jobs.ts'
import { Buffered, Connection } from './connection.ts'
import { untilCoordinated } from './coordinator.ts'
import { committedReader } from './groups.ts'
import { apiVersionsFrame, metadataFrame } from './requests.ts'

const INPUT_BYTES = 64 * 1024
const DEADLINE_NS = 20e9
const NS_PER_MS = 1e6
/** The system clears away what the one before has left: starts are measured, and no stops. */
const SETTLE_MS = 100

export async function runStarts({ starts, port, signal }: Jobs['start']['job']): Promise<Jobs['start']['result']> {
  const input = new Buffered(INPUT_BYTES)
  const times: StartTimes[] = []
  for (const { command, question } of starts) {
    const interview = new Interview(question)
    await Bun.sleep(SETTLE_MS)
    const started = Bun.nanoseconds()
    await using child = Bun.spawn([...command], { stdio: ['ignore', 'ignore', 'ignore'] })
    const connection = connect(port, input, started + DEADLINE_NS)
    times.push(interview.hold(connection, started))
    connection.close()
    child.kill(signal)
    await child.exited
  }
  return { times }
}

/** Tries without a pause: a pause would be part of what is measured. */
function connect(port: number, input: Buffered, deadline: number): Connection {
  for (;;) {
    const connection = Connection.to(port, input)
    if (connection) return connection
    if (Bun.nanoseconds() > deadline) throw new Error(`nothing listens on port ${port}`)
  }
}

const NO_TOPICS: readonly string[] = []

/** ApiVersions and then a question, ready to be asked. */
export class Interview {
  private readonly apiVersions = Buffered.of(apiVersionsFrame())
  private readonly askQuestion: (connection: Connection) => void

  constructor(question: Question) {
    this.askQuestion = question === 'Metadata' ? asker(metadataFrame(NO_TOPICS)) : committedReader(question)
  }

  /** `started` is of `Bun.nanoseconds()`. */
  hold(connection: Connection, started: number): StartTimes {
    connection.send(this.apiVersions)
    connection.receive()
    const apiVersionsMs = msSince(started)
    untilCoordinated(() => this.askQuestion(connection))
    return { apiVersionsMs, questionMs: msSince(started) }
  }
}

/** What asks for an answer, whatever that is. */
function asker(frame: Uint8Array): (connection: Connection) => void {
  const output = Buffered.of(frame)
  return connection => {
    connection.send(output)
    connection.receive()
  }
}

function msSince(started: number): number {
  return (Bun.nanoseconds() - started) / NS_PER_MS
}
