/** A broker as a process: starts it, says so, and stops it when told. @module */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { Broker } from '../broker/broker.ts'
import { BrokerConfigs, ConfigError } from '../core/configs/broker-configs.ts'
import { JournalError } from '../core/machine.ts'
import { DiskError } from '../log/disk.ts'
import { MalformedError } from '../wire/errors.ts'
import { accelerateCrc32c, onHeavyCrc32cUse } from '../wire/records/crc32c.ts'
import { RecordError } from '../wire/records/record-error.ts'
import { SystemClock } from './clock.ts'
import type { Settings } from './config.ts'
import { FileDisk } from './file-disk.ts'
import { DirectoryHeldError, type DirectoryLock, lockDirectory } from './lock.ts'
import { type Log, StderrLog, textOf } from './log.ts'
import { compileCrc32c } from './native-crc32c.ts'
import { SystemRandom } from './random.ts'
import { systemCodeOf } from './system-error.ts'
import { ListenError, serveTcp, type TcpServer } from './tcp.ts'
import { version } from './version.ts'

const FAILURE_EXIT_CODE = 1
const USAGE_EXIT_CODE = 2
const INTERRUPTED_EXIT_CODE = 130
/** Answers that no client has read by then are lost: a stop takes a second at most. */
const STOP_MS = 800

interface Running {
  /** Held until the process ends, which frees it. */
  readonly lock: DirectoryLock
  readonly broker: Broker
  readonly server: TcpServer
}

/** Runs a broker until a signal stops it. Ends the process with one line on stderr where it cannot start. */
export function serve(settings: Settings): void {
  const log = new StderrLog({ isVerbose: settings.isVerbose })
  const directory = resolve(settings.dataDirectory)
  try {
    const running = start(settings, directory, log)
    dieOfSurprises(log)
    stopOnSignals(running, log)
    onHeavyCrc32cUse(() => setTimeout(() => accelerateCrc32c(compileCrc32c())))
    console.log(banner(running.server, directory))
  } catch (error) {
    const line = reasonOf(error, directory)
    if (line === null) throw error
    console.error(`strikemq: ${line}`)
    process.exit(error instanceof ConfigError ? USAGE_EXIT_CODE : FAILURE_EXIT_CODE)
  }
}

/** Throws what `reasonOf` can tell. */
function start(settings: Settings, directory: string, log: Log): Running {
  const configs = new BrokerConfigs(settings.overrides, { strictReplication: settings.isStrictReplication })
  mkdirSync(directory, { recursive: true })
  const lock = lockDirectory(directory)
  const disk = new FileDisk(directory)
  const broker = new Broker({ disk, clock: new SystemClock(), random: new SystemRandom(), configs, log })
  try {
    const server = serveTcp({ host: settings.host, port: settings.port, connect: peer => broker.connect(peer), log })
    return { lock, broker, server }
  } catch (error) {
    // Not to bind is no crash: the next start must not have to recover from it.
    broker.close()
    throw error
  }
}

/** What kept the broker from starting, in one line; null for an error of ours. */
function reasonOf(error: unknown, directory: string): string | null {
  if (error instanceof ConfigError || error instanceof ListenError || error instanceof DirectoryHeldError) {
    return error.message
  }
  if (isAboutDirectory(error)) {
    return `data directory ${directory} cannot be used: ${error.message}`
  }
  const code = systemCodeOf(error)
  return code && `data directory ${directory} cannot be used: ${code}`
}

/** What the broker throws where it cannot read or begin what lies in its directory. */
function isAboutDirectory(error: unknown): error is Error {
  return (
    error instanceof DiskError ||
    error instanceof MalformedError ||
    error instanceof RecordError ||
    error instanceof JournalError
  )
}

function banner(server: TcpServer, directory: string): string {
  return [
    `StrikeMQ ${version}`,
    `Platform        ${process.platform} ${process.arch}, Bun ${Bun.version}`,
    `Kafka port      ${server.port} on ${server.hosts.join(' and ')}`,
    `Data directory  ${directory}`,
    'Broker ready. Press Ctrl+C to stop.',
  ].join('\n')
}

/** The first signal stops cleanly: nobody new, answers for those who wait, a closed log. The second ends at once. */
function stopOnSignals(running: Running, log: Log): void {
  let isStopping = false
  const stop = () => {
    if (isStopping) process.exit(INTERRUPTED_EXIT_CODE)
    isStopping = true
    try {
      running.server.stopAccepting()
      running.broker.close()
    } catch (error) {
      log.error(`could not stop cleanly: ${textOf(error)}`)
      process.exit(FAILURE_EXIT_CODE)
    }
    setTimeout(process.exit, STOP_MS, 0)
    running.server.close().then(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** After an error that nobody expected the state is not to be trusted: the log on disk is, and the next start reads it. */
function dieOfSurprises(log: Log): void {
  const die = (error: unknown) => {
    log.error(textOf(error))
    process.exit(FAILURE_EXIT_CODE)
  }
  process.on('uncaughtException', die)
  process.on('unhandledRejection', die)
}
