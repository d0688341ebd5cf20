/** Other programs: what they print, and which of them are there. @module */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dir, '../..')
/** The scripts that start and question Apache Kafka; they stand beside the project, where they are. */
export const shared = join(root, '../shared')
const scripts = join(shared, 'conformance')
const OLDEST_JAVA = 17
const COMMAND_MS = 300_000

export interface Output {
  readonly text: string
  readonly errors: string
  readonly exitCode: number
}

export interface RunOptions {
  /** What the program reads from its standard input; it has none unless given. */
  readonly input?: string
  /** Where it runs; where this program does unless given. */
  readonly directory?: string
  /** Variables beside, or instead of, this program's own. */
  readonly environment?: Readonly<Record<string, string>>
  /** A program that takes longer is ended: five minutes unless given. */
  readonly limitMs?: number
}

/** Runs a program to its end, whatever that is. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Output> {
  const child = Bun.spawn([...command], {
    stdin: options.input === undefined ? 'ignore' : Buffer.from(options.input),
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: options.limitMs ?? COMMAND_MS,
    env: { ...process.env, ...options.environment },
    ...(options.directory !== undefined && { cwd: options.directory }),
  })
  const [text, errors, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited])
  return { text, errors, exitCode }
}

/** What a program prints. Throws where it fails. */
export async function outputOf(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { text, errors, exitCode } = await run(command, options)
  if (exitCode !== 0) throw new Error(`${command[0]}: exit ${exitCode}: ${errors} ${text}`)
  return text
}

/** Runs one of Apache Kafka's command-line classes. */
export function kafkaTool(...args: readonly string[]): Promise<string> {
  return outputOf([join(scripts, 'tool.sh'), ...args])
}

/** Runs a single-file Java program of this folder with Apache Kafka's classes. */
export async function javaProgram(file: string, ...args: readonly string[]): Promise<string> {
  return outputOf(['java', ...(await javaFlags()), join(import.meta.dir, file), ...args])
}

/** What a Java machine needs to find Apache Kafka's classes and to keep quiet. */
export async function javaFlags(logLevel = 'off'): Promise<string[]> {
  const jars = (await outputOf([join(scripts, 'libs.sh')])).trim()
  return ['-Xmx512M', '-cp', `${jars}/*`, `-Dorg.slf4j.simpleLogger.defaultLogLevel=${logLevel}`]
}

/** Why the scripts that question Apache Kafka cannot run here, or null. */
export async function withoutKafka(): Promise<string | null> {
  if (!existsSync(scripts)) return '../shared/conformance is not there'
  for (const name of ['java', 'javac', 'mvn']) if (Bun.which(name) === null) return `${name} is not there`
  const version = Number(/^javac (\d+)/.exec(await outputOf(['javac', '-version']))?.[1])
  return version >= OLDEST_JAVA ? null : `Java ${OLDEST_JAVA} is needed, and there is ${version}`
}

/** Why Python cannot run the recorded answers here, or null. */
export function withoutRecords(): string | null {
  if (!existsSync(scripts)) return '../shared/conformance is not there'
  return Bun.which('python3') === null ? 'python3 is not there' : null
}

export function withoutKcat(): string | null {
  return Bun.which('kcat') === null ? 'kcat is not there' : null
}
