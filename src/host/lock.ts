/**
 * The lock on a data directory: one broker at a time, and none after it has died, however it died.
 *
 * The lock lies on the file that Kafka locks, `.lock`. On Linux it is a record lock of the open file, which also keeps
 * out Apache Kafka (FileLock, by FileChannel.tryLock) and is kept out by it; on macOS it is flock. Where the C library
 * cannot be called, SQLite knows how to lock a file on every platform.
 * @module
 */
import { dlopen, type FFIFunction, type Library } from 'bun:ffi'
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { systemCodeOf } from './system-error.ts'

const LOCK_FILE = '.lock'

/** The directory belongs to another broker, whose process id may be known. */
export class DirectoryHeldError extends Error {
  override readonly name = 'DirectoryHeldError'
  constructor(
    readonly directory: string,
    readonly holderPid: number | null,
  ) {
    super(`data directory ${directory} is held by ${holderPid === null ? 'another process' : `process ${holderPid}`}`)
  }
}

export interface DirectoryLock {
  release(): void
}

/** Locks `directory`, which exists. Throws DirectoryHeldError, or the system's error where it cannot be written. */
export function lockDirectory(directory: string, tryLock: TryLock = systemLock()): DirectoryLock {
  const path = `${directory}/${LOCK_FILE}`
  const handle = openSync(path, 'a+')
  const outcome = tryLock(handle, path)
  if (!outcome.isHeldByUs) {
    closeSync(handle)
    throw new DirectoryHeldError(directory, outcome.holderPid ?? pidIn(path))
  }
  ftruncateSync(handle, 0)
  writeSync(handle, `${process.pid}\n`)
  return {
    release() {
      closeSync(handle)
      outcome.release?.()
    },
  }
}

type Outcome =
  | { readonly isHeldByUs: true; readonly release?: () => void }
  | { readonly isHeldByUs: false; readonly holderPid: number | null }
/** Takes the lock of the open file `handle` at `path`, or says who has it. */
export type TryLock = (handle: number, path: string) => Outcome

const HELD_BY_US: Outcome = { isHeldByUs: true }

function systemLock(): TryLock {
  if (process.platform === 'linux') return recordLock
  if (process.platform === 'darwin') return flock
  return sqliteLock
}

// <fcntl.h> of Linux, the same on x64 and arm64: struct flock { short type, whence; long start, len; int pid }.
const LINUX_LIBRARIES = ['libc.so.6', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1']
const F_OFD_GETLK = 36
const F_OFD_SETLK = 37
const F_WRLCK = 1
const FLOCK_BYTES = 32
const FLOCK_PID = 24

const recordLock: TryLock = (handle, path) => {
  const library = libraryOf(LINUX_LIBRARIES, { fcntl: { args: ['i32', 'i32', 'ptr'], returns: 'i32' } } as const)
  if (!library) return sqliteLock(handle, path)
  const { fcntl } = library.symbols
  if (fcntl(handle, F_OFD_SETLK, writeLock()) === 0) return HELD_BY_US
  const holder = writeLock()
  // A file system without such locks refuses to say who holds one.
  if (fcntl(handle, F_OFD_GETLK, holder) !== 0) return sqliteLock(handle, path)
  const pid = new DataView(holder.buffer).getInt32(FLOCK_PID, true)
  return { isHeldByUs: false, holderPid: pid > 0 ? pid : null }
}

/** The whole file, exclusively. */
function writeLock(): Uint8Array<ArrayBuffer> {
  const lock = new Uint8Array(FLOCK_BYTES)
  lock[0] = F_WRLCK
  return lock
}

const LOCK_EX_NB = 2 | 4

const flock: TryLock = (handle, path) => {
  const library = libraryOf(['libSystem.B.dylib'], { flock: { args: ['i32', 'i32'], returns: 'i32' } } as const)
  if (!library) return sqliteLock(handle, path)
  return library.symbols.flock(handle, LOCK_EX_NB) === 0 ? HELD_BY_US : { isHeldByUs: false, holderPid: null }
}

/** An open exclusive transaction in a database beside the lock file. It takes a millisecond more than the others. */
export const sqliteLock: TryLock = (_handle, path) => {
  const { Database }: typeof import('bun:sqlite') = require('bun:sqlite')
  const database = new Database(`${path}.sqlite`)
  try {
    database.run('PRAGMA locking_mode = EXCLUSIVE')
    database.run('BEGIN EXCLUSIVE')
    return { isHeldByUs: true, release: () => database.close() }
  } catch (error) {
    database.close()
    if (systemCodeOf(error) !== 'SQLITE_BUSY') throw error
    return { isHeldByUs: false, holderPid: null }
  }
}

function libraryOf<Symbols extends Record<string, FFIFunction>>(
  names: readonly string[],
  symbols: Symbols,
): Library<Symbols> | null {
  for (const name of names) {
    try {
      return dlopen(name, symbols)
    } catch {}
  }
  return null
}

function pidIn(path: string): number | null {
  return Number.parseInt(readFileSync(path, 'utf8'), 10) || null
}
