/** Those who are measured: what each needs, and how it is started. @module */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf, shared, withoutKafka } from '../conformance/commands.ts'
import { bare, strikemq } from './build.ts'

export const CONTENDER_NAMES = ['strikemq', 'bare', 'kfake', 'kafka'] as const
export type ContenderName = (typeof CONTENDER_NAMES)[number]

type Command = (port: number, directory: string, configs: readonly string[]) => string[]

export interface Contender {
  readonly name: ContenderName
  /** It keeps topics and gives out offsets. */
  readonly isBroker: boolean
  /** What it does at its start goes on for as long after the first answer. */
  readonly settleMs: number
  /** Groups are loaded when somebody asks for them, so that it can be measured. */
  readonly loadsGroupsLazily: boolean
  /** What is run where only its start is measured; null where a script has to start it. */
  readonly command: Command | null
  /** Starts it with configs of Apache Kafka, KEY=VALUE, as far as it has them, and returns its process id. */
  launch(port: number, directory: string, configs: readonly string[]): Promise<number>
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
      return { ...started(name, strikemqCommand(path)), loadsGroupsLazily: true }
    }
    case 'bare': {
      const { sink, listener } = await bare()
      const contender = started(name, (port, directory) => [sink, String(port), directory])
      return { ...contender, isBroker: false, command: port => [listener, String(port)] }
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
      const launch = launcher(kafkaScript)
      return { name, isBroker: true, settleMs: 3000, loadsGroupsLazily: false, command: null, launch }
    }
  }
}

/** A contender that is one program. */
function started(name: ContenderName, command: Command): Contender {
  const launch: Contender['launch'] = async (port, directory, configs) => {
    const child = Bun.spawn(command(port, directory, configs), { stdio: ['ignore', 'ignore', 'ignore'] })
    return child.pid
  }
  return { name, isBroker: true, settleMs: 2000, loadsGroupsLazily: false, command, launch }
}

function strikemqCommand(path: string): Command {
  return (port, directory, configs) => {
    return [path, '--port', String(port), '--data-dir', directory, ...configs.flatMap(config => ['-o', config])]
  }
}

/** A script that starts a broker in the background and leaves its process id in the directory. */
function launcher(script: string): Contender['launch'] {
  return async (port, directory, configs) => {
    await outputOf([script, String(port), directory, ...configs])
    return Number(readFileSync(join(directory, 'pid'), 'utf8'))
  }
}

/** The script builds it on its first start. */
async function buildKfake(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'strikemq-bench-'))
  process.kill(await launcher(kfakeScript)(0, directory, []), 'SIGKILL')
  rmSync(directory, { recursive: true })
}

function withoutKfake(): string | null {
  if (!existsSync(kfakeScript)) return '../shared/bench is not there'
  return existsSync(kfakeBinary) || Bun.which('go') !== null ? null : 'go is not there'
}
