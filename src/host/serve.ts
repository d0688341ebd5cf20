/** A broker as a process: starts it, says so, and stops it when told. @module */
import { Broker } from '../broker/broker.ts'
import { BrokerConfigs, ConfigError } from '../core/configs/broker-configs.ts'
import { refuseConflicts } from '../core/configs/start-conflicts.ts'
import { JournalError } from '../core/machine.ts'
import { DiskError } from '../log/disk.ts'
import { MalformedError } from '../wire/errors.ts'
import { accelerateCrc32c, onHeavyCrc32cUse } from '../wire/records/crc32c.ts'
import { RecordError } from '../wire/records/record-error.ts'
import { complain } from './cli/complain.ts'
import { SystemClock } from './clock.ts'
import { kafkaConfigs, type Settings, UsageError } from './config.ts'
import { makeTopics } from './first-topics.ts'
import { type Entrance, ListenError } from './listen.ts'
import { Lobby } from './lobby.ts'
import { DirectoryHeldError } from './lock.ts'
import { type Log, StderrLog, textOf } from './log.ts'
import { compileCrc32c } from './native-crc32c.ts'
import { SystemRandom } from './random.ts'
import {
  isTerminal,
  ReadyFileError,
  readyOf,
  readyText,
  removeReadyFile,
  removeStaleReadyFile,
  writeReadyFile,
} from './ready.ts'
import { openRest, type RestServer } from './rest/server.ts'
import { nextRound } from './rounds.ts'
import { openStorage, placeOf, type Storage } from './storage.ts'
import { systemCodeOf } from './system-error.ts'
import { serveTcp, type TcpServer } from './tcp.ts'

const FAILURE_EXIT_CODE = 1
const USAGE_EXIT_CODE = 2
const INTERRUPTED_EXIT_CODE = 130
/** Answers that no client has read by then are lost: a stop takes a second at most. */
const STOP_MS = 800
/** After a start that finds much, as partitions of transactions, everything is loaded by then. */
const SETTLED_MS = 1500
/** How often it is looked for clients until then, and how many looks without any make a collection of garbage. */
const LOOK_EVERY_MS = 25
const LOOKS_PER_COLLECTION = 4

interface Running {
  readonly storage: Storage
  readonly broker: Broker
  readonly server: TcpServer
  /** Null where it is off. */
  readonly rest: RestServer | null
}

/**
 * Runs a broker until a signal stops it, for the clients of `lobby` too. Ends the process with one line on stderr where
 * it cannot start.
 */
export async function serve(settings: Settings, lobby: Lobby | null): Promise<void> {
  const log = new StderrLog({ isVerbose: settings.isVerbose })
  try {
    // Nothing is acknowledged yet: to end is to stop cleanly.
    onSignals(() => process.exit(0))
    const open = lobby ?? new Lobby(settings)
    const running = await start(settings, open.entrance, log)
    dieOfSurprises(log)
    stopOnSignals(running, settings, log)
    onHeavyCrc32cUse(() => setTimeout(() => accelerateCrc32c(compileCrc32c())))
    announce(running, settings)
    open.empty(running.server.admit)
    const looking = lookForClients(running.server)
    setTimeout(settle, SETTLED_MS, running.server, looking)
  } catch (error) {
    if (settings.readyFile !== null) removeStaleReadyFile(settings.readyFile)
    const line = reasonOf(error, settings)
    if (line === null) throw error
    complain(line)
    process.exit(isAboutSettings(error) ? USAGE_EXIT_CODE : FAILURE_EXIT_CODE)
  }
}

/** Throws what `reasonOf` can tell. */
async function start(settings: Settings, entrance: Entrance, log: Log): Promise<Running> {
  const storage = openStorage(settings)
  // Whoever holds the directory may have written it.
  if (settings.readyFile !== null) removeReadyFile(settings.readyFile)
  const { disk, nodeId } = storage
  await nextRound()
  const inForce = kafkaConfigs(settings, { port: entrance.port, nodeId, directory: placeOf(settings) })
  const configs = new BrokerConfigs(inForce, { strictReplication: settings.isStrictReplication })
  if (settings.overrides.size > 0) refuseConflicts(configs)
  const clock = new SystemClock()
  const broker = await inRounds(
    Broker.open({ disk, clock, random: new SystemRandom(), configs, log, soon: setImmediate }),
  )
  try {
    if (settings.topics.length > 0) makeTopics(broker.catalog, settings.topics, clock.now())
    const { advertised } = settings
    const connect = broker.connect.bind(broker)
    const server = serveTcp({ entrance, advertised, limits: configs, connect, log })
    const rest = openRest(settings, { broker, clock, port: server.port, directory: directoryOf(settings) }, log)
    return { storage, broker, server, rest }
  } catch (error) {
    // A wish that cannot be granted is no crash: the next start must not have to recover from it.
    broker.close()
    throw error
  }
}

/** A step in each round of the event loop: clients that are there already are heard in between. */
async function inRounds<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    await nextRound()
    const { done, value } = steps.next()
    if (done) return value
  }
}

function announce({ server, rest, broker }: Running, settings: Settings): void {
  const ready = readyOf(server, rest, settings, directoryOf(settings))
  try {
    if (settings.readyFile !== null) writeReadyFile(settings.readyFile, ready)
  } catch (error) {
    broker.close()
    throw error
  }
  const text = readyText(ready, settings, isTerminal())
  if (text !== null) console.log(text)
}

/**
 * What clients ask for is worth the compilers, which the build holds back while the program starts (compile.jitPolicy).
 * Who asks only whether somebody is there is gone by the next look.
 */
function lookForClients(server: TcpServer): NodeJS.Timeout {
  let hadClients = false
  let quietLooks = 0
  return setInterval(() => {
    const hasClients = server.connectionCount > 0
    if (hasClients && hadClients) compileEagerly()
    // What is garbage by now must not lie between what is kept later: the pages of both could not be given back.
    if (!hasClients && ++quietLooks % LOOKS_PER_COLLECTION === 0) Bun.gc(true)
    hadClients = hasClients
  }, LOOK_EVERY_MS)
}

function compileEagerly(): void {
  Bun.unsafe.setJITPolicy(1)
}

/** Nothing is left to do for the start: what only that has needed is given back, unless clients are at work already. */
function settle({ connectionCount }: TcpServer, looking: NodeJS.Timeout): void {
  clearInterval(looking)
  compileEagerly()
  if (connectionCount > 0) return
  // What is garbage keeps code and pages from being given back.
  Bun.gc(true)
  Bun.shrink()
}

/** Null where everything lies in memory. */
function directoryOf(settings: Settings): string | null {
  return settings.isEphemeral ? null : placeOf(settings)
}

/** What kept the broker from starting, in one line; null for an error of ours. */
function reasonOf(error: unknown, settings: Settings): string | null {
  if (isAboutSettings(error) || isAboutSurroundings(error)) return error.message
  const place = settings.isEphemeral ? 'memory' : `data directory ${placeOf(settings)}`
  if (isAboutDirectory(error)) return `${place} cannot be used: ${error.message}`
  const code = systemCodeOf(error)
  return code && `${place} cannot be used: ${code === 'EEXIST' ? 'it is no directory' : code}`
}

function isAboutSettings(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof UsageError
}

function isAboutSurroundings(error: unknown): error is Error {
  return error instanceof ListenError || error instanceof DirectoryHeldError || error instanceof ReadyFileError
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

/** The first signal stops cleanly: nobody new, answers for those who wait, a closed log. The second ends at once. */
function stopOnSignals({ server, rest, broker }: Running, { readyFile }: Settings, log: Log): void {
  let isStopping = false
  const stop = () => {
    if (isStopping) process.exit(INTERRUPTED_EXIT_CODE)
    isStopping = true
    const restClosed = rest?.close()
    try {
      server.stopAccepting()
      if (readyFile !== null) removeStaleReadyFile(readyFile)
      broker.close()
    } catch (error) {
      log.error(`could not stop cleanly: ${textOf(error)}`)
      process.exit(FAILURE_EXIT_CODE)
    }
    setTimeout(process.exit, STOP_MS, 0)
    Promise.all([server.close(), restClosed]).then(() => process.exit(0))
  }
  onSignals(stop)
}

/** In place of what a signal did before, with no moment between the two in which it kills. */
function onSignals(act: () => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const earlier = process.listeners(signal)
    process.on(signal, act)
    for (const listener of earlier) process.off(signal, listener)
  }
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
