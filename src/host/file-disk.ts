/**
 * The Disk port on a file system. Handles are opened on demand and given back least recently used first: macOS starts a
 * process with 256 of them, and a broker has more segments than that.
 * @module
 */
import {
  close,
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writevSync,
} from 'node:fs'
import { noBytes } from '../base/bytes.ts'
import { type Disk, DiskError, type DiskFile, type DiskSpace } from '../log/disk.ts'
import { FileWindows, MappedWindows } from './mapped-windows.ts'
import { maxHandleCount } from './open-files.ts'
import { systemCodeOf } from './system-error.ts'

/** Flushes that run at a time, each on a handle of its own. More are not faster: the medium takes one after the other. */
const FLUSH_COUNT = 8
const NO_HANDLE = -1
/** Files from here on are closed elsewhere when they are removed. */
const LARGE_BYTES = 1024 * 1024

export interface FileDiskOptions {
  /** Handles held open at a time. */
  readonly handleCount?: number
  /** How complete stretches of files are read; null reads everything with pread. */
  readonly windows?: MappedWindows | null
}

export class FileDisk implements Disk {
  /** By directory and by path, since directories are renamed and removed with what is open in them. */
  private readonly files = new Map<string, Map<string, LocalFile>>()
  private readonly handles: Handles
  private readonly flushes = new Flushes()
  private readonly windows: MappedWindows | null

  constructor(
    /** The data directory. */
    readonly root: string,
    options: FileDiskOptions = {},
  ) {
    this.handles = new Handles(options.handleCount ?? maxHandleCount())
    this.windows = options.windows === undefined ? defaultWindows() : options.windows
  }

  /** One object per path, however often it is opened. After a rename or removal of its path it must not be used. */
  open(path: string): DiskFile {
    const directory = directoryOf(path)
    const neighbours = this.files.get(directory) ?? new Map<string, LocalFile>()
    const known = neighbours.get(path)
    if (known) return known
    const size = this.size(path)
    const file = new LocalFile(path, this.absolute(path), size ?? 0, this.handles, this.flushes, this.windows)
    if (size === null) file.create()
    this.files.set(directory, neighbours.set(path, file))
    return file
  }

  size(path: string): number | null {
    return attempt('size of', path, () => statSync(this.absolute(path), { throwIfNoEntry: false })?.size ?? null)
  }

  list(directory: string): readonly string[] {
    return attempt('list', directory, () => orMissing([], () => readdirSync(this.absolute(directory))))
  }

  makeDirectory(path: string): void {
    attempt('make', path, () => {
      // What somebody else has removed is not in the new one.
      if (mkdirSync(this.absolute(path), { recursive: true }) !== undefined) this.forget(path)
    })
  }

  readFile(path: string): Uint8Array | null {
    return attempt('read', path, () => orMissing(null, () => new Uint8Array(readFileSync(this.absolute(path)))))
  }

  /**
   * By a temporary file and a rename, which outlives the end of the process at any moment. Neither file nor directory is
   * synced: this runs many times at a first start, a sync costs up to tens of milliseconds, and like Kafka's records
   * these files may lose their last moments when the machine loses its power.
   */
  writeFile(path: string, bytes: Uint8Array): void {
    const target = this.absolute(path)
    const temporary = `${target}.tmp`
    attempt('write', path, () => {
      this.forget(path)
      try {
        writeFileSync(temporary, bytes)
        renameSync(temporary, target)
      } catch (error) {
        rmSync(temporary, { force: true })
        throw error
      }
    })
  }

  rename(from: string, to: string): void {
    attempt('rename', from, () => {
      this.forget(from)
      this.forget(to)
      renameSync(this.absolute(from), this.absolute(to))
    })
  }

  /**
   * Only the name goes at once. To give back what a large file holds takes the system tens of milliseconds, and happens when
   * its last handle is closed: elsewhere.
   */
  remove(path: string): void {
    attempt('remove', path, () => {
      this.forget(path)
      const absolute = this.absolute(path)
      const handle = this.isLarge(absolute) ? openSync(absolute, 'r') : NO_HANDLE
      try {
        rmSync(absolute, { recursive: true, force: true })
      } finally {
        if (handle !== NO_HANDLE) close(handle, () => {})
      }
    })
  }

  /** Windows keeps the name of a file that is open. */
  private isLarge(absolutePath: string): boolean {
    if (process.platform === 'win32') return false
    const found = statSync(absolutePath, { throwIfNoEntry: false })
    return found?.isFile() === true && found.size >= LARGE_BYTES
  }

  space(): DiskSpace {
    const { bsize, blocks, bavail } = attempt('look at', this.root, () => statfsSync(this.root))
    return { totalBytes: blocks * bsize, usableBytes: bavail * bsize }
  }

  /** Gives back every handle and mapping. */
  close(): void {
    for (const neighbours of this.files.values()) for (const file of neighbours.values()) file.close()
    this.files.clear()
  }

  private absolute(path: string): string {
    return `${this.root}/${path}`
  }

  /** Closes the file at `path`, or all files in the directory of that name. */
  private forget(path: string): void {
    const neighbours = this.files.get(directoryOf(path))
    neighbours?.get(path)?.close()
    neighbours?.delete(path)
    for (const file of this.files.get(path)?.values() ?? []) file.close()
    this.files.delete(path)
  }
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** The open handles, least recently used first. */
class Handles {
  private readonly byFile = new Map<LocalFile, number>()
  private latest: LocalFile | null = null
  private latestHandle = NO_HANDLE

  constructor(private readonly capacity: number) {}

  of(file: LocalFile): number {
    if (file === this.latest) return this.latestHandle
    const known = this.byFile.get(file)
    if (known !== undefined) this.byFile.delete(file)
    return this.keep(file, known ?? openSync(file.absolutePath, 'r+'))
  }

  keep(file: LocalFile, handle: number): number {
    this.byFile.set(file, handle)
    this.latest = file
    this.latestHandle = handle
    for (const oldest of this.byFile.keys()) {
      if (this.byFile.size <= this.capacity) break
      this.release(oldest)
    }
    return handle
  }

  release(file: LocalFile): void {
    const handle = this.byFile.get(file)
    if (handle === undefined) return
    this.byFile.delete(file)
    if (this.latest === file) this.latest = null
    closeSync(handle)
  }
}

interface Flush {
  readonly path: string
  /** Called later, with what the system threw. */
  done(error: unknown): void
}

/** Flushes, a few at a time: a stop asks for those of every log at once, and there are more logs than handles. */
class Flushes {
  private readonly waiting = new Set<Flush>()
  private runningCount = 0

  begin(flush: Flush): void {
    this.waiting.add(flush)
    if (this.runningCount < FLUSH_COUNT) this.runNext()
  }

  private runNext(): void {
    const [next] = this.waiting
    if (!next) return
    this.waiting.delete(next)
    this.runningCount++
    this.run(next, error => {
      this.runningCount--
      this.runNext()
      next.done(error)
    })
  }

  /** On a handle of its own, which no other file can push out while the flush runs. */
  private run({ path }: Flush, ended: (error: unknown) => void): void {
    let handle: number
    try {
      handle = openSync(path, 'r+')
    } catch (error) {
      queueMicrotask(() => ended(error))
      return
    }
    fdatasync(handle, error => {
      closeSync(handle)
      ended(error)
    })
  }
}

class LocalFile implements DiskFile {
  private readonly mapped: FileWindows

  constructor(
    readonly path: string,
    readonly absolutePath: string,
    /** Kept here, since the data directory is locked and nobody else changes the file. */
    private sizeBytes: number,
    private readonly handles: Handles,
    private readonly flushes: Flushes,
    private readonly windows: MappedWindows | null,
  ) {
    this.mapped = new FileWindows(absolutePath)
  }

  get size(): number {
    return this.sizeBytes
  }

  create(): void {
    attempt('create', this.path, () => this.handles.keep(this, openSync(this.absolutePath, 'w+')))
  }

  write(pieces: readonly Uint8Array[], position: number): number {
    try {
      const taken = writevSync(this.handles.of(this), pieces, position)
      this.sizeBytes = Math.max(this.sizeBytes, position + taken)
      return taken
    } catch (error) {
      throw diskError('write', this.path, error)
    }
  }

  read(position: number, length: number): Uint8Array {
    const available = Math.min(length, this.sizeBytes - position)
    if (available <= 0) return noBytes
    return this.windows?.view(this.mapped, position, available, this.sizeBytes) ?? this.copy(position, available)
  }

  truncate(size: number): void {
    this.windows?.unmapBeyond(this.mapped, size)
    attempt('truncate', this.path, () => ftruncateSync(this.handles.of(this), size))
    this.sizeBytes = size
  }

  flush(done: (error: DiskError | null) => void): void {
    this.flushes.begin({
      path: this.absolutePath,
      done: error => done(error === null ? null : diskError('flush', this.path, error)),
    })
  }

  sync(): void {
    attempt('flush', this.path, () => fdatasyncSync(this.handles.of(this)))
  }

  close(): void {
    this.handles.release(this)
    this.windows?.forget(this.mapped)
  }

  /** A pool of read buffers would begin here; the bytes are the caller's for as long as it likes. */
  private copy(position: number, length: number): Uint8Array {
    return attempt('read', this.path, () => {
      const bytes = Bun.allocUnsafe(length)
      const count = readSync(this.handles.of(this), bytes, 0, length, position)
      return count === length ? bytes : bytes.subarray(0, count)
    })
  }
}

/** Windows has no Bun.mmap; a file there could not be truncated or removed while it is mapped either. */
function defaultWindows(): MappedWindows | null {
  return process.platform === 'win32' ? null : new MappedWindows()
}

function attempt<T>(act: string, path: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw diskError(act, path, error)
  }
}

function orMissing<T>(missing: T, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return missing
    throw error
  }
}

function diskError(act: string, path: string, cause: unknown): DiskError {
  const code = systemCodeOf(cause)
  if (code === null) throw cause
  return new DiskError(`cannot ${act} ${path}: ${code}`, code)
}
