/** A contender at work. @module */
import type { Contender } from './contenders.ts'
import type { Question, StartTimes, Target } from './jobs.ts'
import { isRunning } from './linux.ts'
import { Buffered, Connection } from './load/connection.ts'
import { Interview } from './load/start.ts'

const PAUSE_MS = 5
const START_MS = 60_000
const STOP_MS = 30_000
const INPUT_BYTES = 64 * 1024

/** To be ended where the whole ends early. */
const alive = new Set<number>()

export function killAll(): void {
  for (const pid of alive) end(pid, 'SIGKILL')
}

export interface StartOptions {
  readonly directory: string
  /** Of Apache Kafka, as KEY=VALUE. */
  readonly configs: readonly string[]
  readonly question: Question
}

/** At the end of the scope that says `await using` it is killed. */
export class Running implements AsyncDisposable {
  private constructor(
    readonly target: Target,
    /** In steps of the pause between tries. */
    readonly times: StartTimes,
  ) {}

  static async start(contender: Contender, port: number, options: StartOptions): Promise<Running> {
    const { directory, configs, question } = options
    const interview = new Interview(question)
    let started = Bun.nanoseconds()
    const pid = await contender.launch(port, directory, configs)
    alive.add(pid)
    if (contender.command === null) started = Bun.nanoseconds()
    try {
      const connection = await connected(port, pid)
      const times = interview.hold(connection, started)
      connection.close()
      return new Running({ port, pid, isBroker: contender.isBroker }, times)
    } catch (error) {
      await endWith(pid, 'SIGKILL')
      throw error
    }
  }

  /** Ends it as an operator would. */
  stop(): Promise<void> {
    return endWith(this.target.pid, 'SIGTERM')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return endWith(this.target.pid, 'SIGKILL')
  }
}

async function endWith(pid: number, signal: NodeJS.Signals): Promise<void> {
  end(pid, signal)
  const deadline = performance.now() + STOP_MS
  while (isRunning(pid)) {
    if (performance.now() > deadline) throw new Error(`${signal} does not end it`)
    await Bun.sleep(PAUSE_MS)
  }
  alive.delete(pid)
}

async function connected(port: number, pid: number): Promise<Connection> {
  const input = new Buffered(INPUT_BYTES)
  for (const deadline = performance.now() + START_MS; performance.now() < deadline; await Bun.sleep(PAUSE_MS)) {
    if (!isRunning(pid)) throw new Error('it ended at its start')
    const connection = Connection.to(port, input)
    if (connection) return connection
  }
  throw new Error(`it did not listen for ${START_MS / 1000} s`)
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}
