/** A contender at work. @module */
import type { Contender } from './contenders.ts'
import type { Target } from './jobs.ts'
import { isRunning } from './linux.ts'
import { Buffered, Connection } from './load/connection.ts'
import { apiVersionsFrame } from './load/requests.ts'

const PAUSE_MS = 5
const START_MS = 60_000
const STOP_MS = 30_000
const INPUT_BYTES = 64 * 1024

/** To be ended where the whole ends early. */
const alive = new Set<number>()

export function killAll(): void {
  for (const pid of alive) end(pid, 'SIGKILL')
}

/** At the end of the scope that says `await using` it is killed. */
export class Running implements AsyncDisposable {
  private constructor(
    readonly target: Target,
    /** From its start, or the end of the script that starts it, to the first answer; in steps of the pause between tries. */
    readonly startMs: number,
  ) {}

  static async start(contender: Contender, port: number, directory: string): Promise<Running> {
    let started = performance.now()
    const pid = await contender.launch(port, directory)
    alive.add(pid)
    if (contender.command === null) started = performance.now()
    try {
      await untilAnswered(port, pid)
    } catch (error) {
      await endWith(pid, 'SIGKILL')
      throw error
    }
    return new Running({ port, pid, isBroker: contender.isBroker }, performance.now() - started)
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

async function untilAnswered(port: number, pid: number): Promise<void> {
  const input = new Buffered(INPUT_BYTES)
  for (const deadline = performance.now() + START_MS; performance.now() < deadline; await Bun.sleep(PAUSE_MS)) {
    if (!isRunning(pid)) throw new Error('it ended at its start')
    const connection = Connection.to(port, input)
    if (!connection) continue
    connection.send(Buffered.of(apiVersionsFrame()))
    connection.receive()
    connection.close()
    return
  }
  throw new Error(`it did not answer for ${START_MS / 1000} s`)
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}
