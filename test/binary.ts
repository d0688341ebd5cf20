/**
 * The compiled broker as a process, for the tests that use it from outside. `STRIKEMQ_BINARY` names another binary than
 * dist/strikemq, which is built where it is missing.
 * @module
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '..')
const BUILT = resolve(ROOT, 'dist/strikemq')
/** The last line of the banner. */
const READY = 'Press Ctrl+C'

export interface StartOptions {
  readonly directory: string
  /** Beside `--port` and `--data-dir`; REST is off unless they say otherwise. */
  readonly flags?: readonly string[]
  /** A free one unless given. */
  readonly port?: number
  /** A command that becomes the command line after it, as `nsenter` does. */
  readonly under?: readonly string[]
}

/** A command that has ended by itself. */
export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

type Child = Bun.Subprocess<'ignore', 'pipe', 'pipe'>

/** A broker that is ready. At the end of the scope that says `await using` it is killed. */
export class RunningBroker implements AsyncDisposable {
  constructor(
    private readonly child: Child,
    readonly options: StartOptions,
    readonly banner: string,
    /** All that it writes to stderr, once it has ended. */
    readonly stderr: Promise<string>,
  ) {}

  get pid(): number {
    return this.child.pid
  }
  get port(): number {
    return Number(/^Kafka port +(\d+)/m.exec(this.banner)?.[1])
  }
  /** Of REST, where it is on. */
  get httpPort(): number {
    return Number(/^REST +http:\/\/\S+:(\d+)/m.exec(this.banner)?.[1])
  }
  /** As clients want it. */
  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  /** Ends it with a signal and returns its exit code. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    this.child.kill(signal)
    return this.child.exited
  }
  /** kill -9 */
  async kill(): Promise<void> {
    await this.stop('SIGKILL')
  }
  /** A new broker on the same directory. This one must have ended. */
  restart(): Promise<RunningBroker> {
    return startBroker(this.options)
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }
}

/** Starts a broker and waits until it is ready. Throws what it says where it ends instead. */
export async function startBroker(options: StartOptions): Promise<RunningBroker> {
  const { directory, flags = [], port = 0, under = [] } = options
  const own = ['--port', String(port), '--http-port', 'off', '--data-dir', directory]
  const child = spawn([...under, binary(), ...own, ...flags])
  const stderr = child.stderr.text()
  const banner = await textUntil(child.stdout, READY)
  if (banner.includes(READY)) return new RunningBroker(child, options, banner, stderr)
  throw new Error(`the broker did not start (exit code ${await child.exited}): ${await stderr}`)
}

/** Runs the binary with arguments that give an answer, or an error, instead of a broker. */
export async function runToEnd(...args: string[]): Promise<Ended> {
  const child = spawn([binary(), ...args])
  const [exitCode, stdout, stderr] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()])
  return { exitCode, stdout, stderr }
}

function spawn(command: string[]): Child {
  return Bun.spawn(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
}

async function textUntil(stream: ReadableStream<Uint8Array>, end: string): Promise<string> {
  let text = ''
  for await (const chunk of stream) {
    text += Buffer.from(chunk).toString()
    if (text.includes(end)) break
  }
  return text
}

/** The path of the binary, which is there. */
export function binary(): string {
  const named = process.env.STRIKEMQ_BINARY
  if (named !== undefined) return resolve(named)
  if (!existsSync(BUILT)) build()
  return BUILT
}

function build(): void {
  const { success, stderr } = Bun.spawnSync([process.execPath, 'build.ts'], { cwd: ROOT })
  if (!success) throw new Error(`the binary cannot be built: ${stderr}`)
}
