/** Those who are measured: what each needs, and how it is started. @module */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf, shared, withoutKafka } from '../conformance/commands.ts'
import { bare, strikemq } from './build.ts'

export const CONTENDER_NAMES = ['strikemq', 'bare', 'kfake', 'kafka'] as const
export type ContenderName = (typeof CONTENDER_NAMES)[number]

export interface Contender {
  readonly name: ContenderName
  /** It keeps topics and gives out offsets. */
  readonly isBroker: boolean
  /** What it does at its start goes on for as long after the first answer. */
  readonly settleMs: number
  /** The program to run; null where a script has to start it. */
  readonly command: ((port: number, directory: string) => string[]) | null
  /** Starts it and returns its process id. */
  launch(port: number, directory: string): Promise<number>
}

/** One that cannot be measured here. */
export interface LeftOut {
  readonly name: ContenderName
  readonly reason: string
}

const kfakeScript = join(shared, 'bench/start-kfake.sh')
const kafkaScript = join(shared, 'conformance/kafka.sh')
/** Where the script keeps what it has built. */
const kfakeBinary = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'strikemq-bench/kfake')

/** Builds what is missing, and tells what is to be said of what is not. */
export async function findContender(name: ContenderName, say: (line: string) => void): Promise<Contender | LeftOut> {
  switch (name) {
    case 'strikemq': {
      const { path, warning } = strikemq()
      if (warning) say(warning)
      return started(name, (port, directory) => [path, '--port', String(port), '--data-dir', directory])
    }
    case 'bare': {
      const path = await bare()
      return { ...started(name, (port, directory) => [path, String(port), directory]), isBroker: false }
    }
    case 'kfake': {
      const reason = withoutKfake()
      if (reason) return { name, reason }
      if (!existsSync(kfakeBinary)) await buildKfake()
      return started(name, (port, directory) => [kfakeBinary, '-port', String(port), '-dir', directory])
    }
    case 'kafka': {
      const reason = await withoutKafka()
      if (reason) return { name, reason }
      return { name, isBroker: true, settleMs: 3000, command: null, launch: launcher(kafkaScript) }
    }
  }
}

/** A contender that is one program. */
function started(name: ContenderName, command: (port: number, directory: string) => string[]): Contender {
  const launch = async (port: number, directory: string) => {
    const child = Bun.spawn(command(port, directory), { stdio: ['ignore', 'ignore', 'ignore'] })
    return child.pid
  }
  return { name, isBroker: true, settleMs: 1000, command, launch }
}

/** A script that starts a broker in the background and leaves its process id in the directory. */
function launcher(script: string): Contender['launch'] {
  return async (port, directory) => {
    await outputOf([script, String(port), directory])
    return Number(readFileSync(join(directory, 'pid'), 'utf8'))
  }
}

/** The script builds it on its first start. */
async function buildKfake(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'strikemq-bench-'))
  process.kill(await launcher(kfakeScript)(0, directory), 'SIGKILL')
  rmSync(directory, { recursive: true })
}

function withoutKfake(): string | null {
  if (!existsSync(kfakeScript)) return '../shared/bench is not there'
  return existsSync(kfakeBinary) || Bun.which('go') !== null ? null : 'go is not there'
}
