/** How a broker says that it is ready: to people, to scripts that read its output, and to those that wait for a file. @module */
import { fstatSync, lstatSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostPort, LOCALHOST, type Settings } from './config.ts'
import { systemCodeOf } from './system-error.ts'
import type { TcpServer } from './tcp.ts'
import { version } from './version.ts'

/** What there is to say. */
export interface Ready {
  /** HOST:PORT, for clients on this machine. */
  readonly bootstrap: string
  readonly port: number
  readonly hosts: readonly string[]
  /** Where REST is, for clients on this machine; null where it is off. */
  readonly http: { readonly url: string; readonly port: number } | null
  /** Null: everything lies in memory. */
  readonly directory: string | null
}

type Listening = Pick<TcpServer, 'port' | 'hosts'>

export function readyOf(kafka: Listening, rest: Listening | null, settings: Settings, directory: string | null): Ready {
  const { port, hosts } = kafka
  const { advertised } = settings
  const bootstrap = advertised ? hostPort(advertised.host, advertised.port) : nearAddress(kafka)
  const http = rest && { url: `http://${nearAddress(rest)}`, port: rest.port }
  return { bootstrap, port, hosts, http, directory }
}

/** HOST:PORT on this machine. */
function nearAddress({ port, hosts: [first = LOCALHOST] }: Listening): string {
  return hostPort(first === '0.0.0.0' || first === '::' ? '127.0.0.1' : first, port)
}

/** The text for stdout, or null where nothing is to be said. */
export function readyText(ready: Ready, settings: Settings, isTerminal: boolean): string | null {
  if (settings.isJson) return JSON.stringify({ event: 'ready', ...facts(ready) })
  if (settings.isQuiet) return null
  return isTerminal ? banner(ready) : plainLines(ready)
}

function facts({ bootstrap, port, http, directory }: Ready) {
  const where = { bootstrap, port, http: http?.url ?? null, httpPort: http?.port ?? null }
  return { ...where, pid: process.pid, version, dataDirectory: directory }
}

function plainLines({ port, hosts, http, directory }: Ready): string {
  return [
    `StrikeMQ ${version}`,
    `Platform        ${process.platform} ${process.arch}, Bun ${Bun.version}`,
    `Kafka port      ${port} on ${hosts.join(' and ')}`,
    `REST            ${http?.url ?? 'off'}`,
    `Data directory  ${directory ?? 'none, all in memory'}`,
    'Broker ready. Press Ctrl+C to stop.',
  ].join('\n')
}

/** The same for eyes, with something to paste into another terminal. */
function banner({ bootstrap, hosts, http, directory }: Ready): string {
  const { bold, dim } = styles()
  return [
    '',
    `  ${bold(`StrikeMQ ${version}`)}  ready at ${bold(bootstrap)}`,
    '',
    `  ${dim('listens on')}  ${hosts.join(' and ')}`,
    `  ${dim('REST')}        ${http?.url ?? 'off'}`,
    `  ${dim('keeps data')}  ${directory ?? 'in memory, until it stops'}`,
    `  ${dim('try')}         echo hello | kcat -b ${bootstrap} -P -t greetings`,
    `  ${dim('stop')}        Ctrl+C`,
    '',
  ].join('\n')
}

/** Nothing but text where NO_COLOR is set (no-color.org), and on terminals that know no more. */
function styles() {
  const isPlain = Boolean(process.env.NO_COLOR) || process.env.TERM === 'dumb'
  const style = (code: number) => (text: string) => (isPlain ? text : `\x1b[${code}m${text}\x1b[0m`)
  return { bold: style(1), dim: style(2) }
}

/** Whether people look at stdout. To ask the system costs less than the stream, which nothing else needs. */
export function isTerminal(): boolean {
  try {
    return fstatSync(1).isCharacterDevice()
  } catch {
    return false
  }
}

/** The ready file cannot be written. The message is one line. */
export class ReadyFileError extends Error {
  override readonly name = 'ReadyFileError'
}

/** Writes the file as a whole: whoever finds it can read all of it. Throws ReadyFileError. */
export function writeReadyFile(path: string, ready: Ready): void {
  attempt(path, () => {
    const temporary = `${path}.${process.pid}.tmp`
    writeFileSync(temporary, `${JSON.stringify(facts(ready))}\n`)
    try {
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary)
      throw error
    }
  })
}

/**
 * What an earlier broker left must not say that this one is ready. Throws ReadyFileError, also where no regular file lies
 * there: a device or a pipe would be lost.
 */
export function removeReadyFile(path: string): void {
  attempt(path, () => {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found && !found.isFile()) throw new ReadyFileError(`ready file ${path} is there, and is no regular file`)
    if (found) unlinkSync(path)
  })
}

/**
 * At a stop, and after a start that failed: a file that names this broker, or one that has died, is removed. Whatever else
 * lies there stays, as does what cannot be read or removed.
 */
export function removeStaleReadyFile(path: string): void {
  try {
    const pid = pidIn(path)
    if (pid !== null && (pid === process.pid || !isAlive(pid))) rmSync(path)
  } catch {}
}

/** The process that the file names, or null. Throws the system's error. */
function pidIn(path: string): number | null {
  // What is no file may have no end.
  if (!lstatSync(path).isFile()) return null
  const [, digits] = /"pid":(\d+)/.exec(readFileSync(path, 'utf8')) ?? []
  return digits === undefined ? null : Number(digits)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It may be another user's.
    return systemCodeOf(error) !== 'ESRCH'
  }
}

function attempt(path: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === null) throw error
    throw new ReadyFileError(`ready file ${path} cannot be written: ${code}`)
  }
}
